"""A run as server-sent events: the same moves as without a stream, told as they happen.

While a stream drives a run, the clock does not; when nobody reads the stream, it does again.
"""

from __future__ import annotations

import copy
import re
import time
from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants import execution
from provisioner.emulator.assistants.messages import RUN
from provisioner.emulator.core.call import Events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.emulator.core.call import Call, Settings
    from provisioner.emulator.core.store import Json, Row

Event = tuple[str, "Json"]

PIECE = re.compile(r"\s*\S+\s*")
LEASE_SECONDS = 5.0
BEGINNINGS = ("thread.run.step.created", "thread.run.step.in_progress")
RESTS = ("requires_action", "completed", "incomplete", "failed", "cancelled", "expired")


def stream(call: Call, run: Row, thread: Row | None = None) -> Events:
    """Events of a run that has just been queued; with `thread`, of its creation too."""
    first: list[Event] = []
    if thread is not None:
        first.append(("thread.created", thread.body))
    if run.body["started_at"] is None:
        first.append(("thread.run.created", run.body))
    first.append(("thread.run.queued", run.body))
    _lease(run, call.settings)
    call.db.save(run)
    return Events(_moves(call, run.parent, run.id, copy.deepcopy(first)))


def _lease(run: Row, settings: Settings) -> None:
    """Keep the clock away for a while; a stream that nobody reads any more falls to it again."""
    until = settings.clock() + LEASE_SECONDS + settings.run_seconds
    run.due = min(until, run.body["expires_at"])


def _moves(call: Call, thread_id: str, run_id: str, first: list[Event]) -> Iterator[Event]:
    yield from first
    resting = False
    while not resting:
        time.sleep(call.settings.run_seconds / 2)
        events, resting = _move(call, thread_id, run_id)
        yield from events


def _move(call: Call, thread_id: str, run_id: str) -> tuple[list[Event], bool]:
    """One move in its own transaction, and whether the run rests after it."""
    told: list[Event] = []

    def tell(name: str, body: Any) -> None:
        told.extend(_events(name, copy.deepcopy(body)))

    with call.transaction() as db:
        run = db.find(RUN, run_id, thread_id)
        if run is None:
            return told, True
        if run.tag in RESTS:
            # Somebody else brought it here: a cancellation, or the clock.
            return [(f"thread.run.{run.tag}", run.body)], True
        run.due = None
        execution.advance(db, run, call.settings, tell)
        if run.tag in RESTS:
            return told, True
        _lease(run, call.settings)
        db.save(run)
        return told, False


def _events(name: str, body: Json) -> list[Event]:
    if name == "content":
        return _deltas(body)
    if name == "tool_calls":
        return _step_deltas(body)
    if name in BEGINNINGS and body["type"] == "tool_calls":
        # A step begins empty; what it calls comes in deltas.
        body["step_details"]["tool_calls"] = []
    return [(name, body)]


def _step_deltas(step: Json) -> list[Event]:
    calls = step["step_details"].get("tool_calls", [])
    for index, call in enumerate(calls):
        call["index"] = index
        for place, output in enumerate(call.get("code_interpreter", {}).get("outputs", [])):
            output["index"] = place
    if not calls:
        return []
    delta = {"step_details": {"type": "tool_calls", "tool_calls": calls}}
    body = {"id": step["id"], "object": "thread.run.step.delta", "delta": delta}
    return [("thread.run.step.delta", body)]


def _deltas(message: Json) -> list[Event]:
    """A message's content in pieces: images, then the text word by word, then its annotations."""
    events: list[Event] = []
    for index, part in enumerate(message["content"]):
        pieces = _text_pieces(part["text"]) if part["type"] == "text" else [part[part["type"]]]
        events += [_delta(message["id"], index, part["type"], piece) for piece in pieces]
    return events


def _text_pieces(text: Json) -> list[Json]:
    pieces: list[Json] = [{"value": piece} for piece in PIECE.findall(text["value"])]
    notes = [{"index": index, **note} for index, note in enumerate(text["annotations"])]
    if notes:
        pieces.append({"value": "", "annotations": notes})
    return pieces or [{"value": text["value"]}]


def _delta(message_id: str, index: int, kind: str, piece: Json) -> Event:
    part = {"index": index, "type": kind, kind: piece}
    body = {"id": message_id, "object": "thread.message.delta", "delta": {"content": [part]}}
    return "thread.message.delta", body
