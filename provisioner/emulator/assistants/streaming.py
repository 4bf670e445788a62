"""A run as a stream of server-sent events.

The run moves as it would without a stream, and each of its changes is sent as an event.
"""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants.execution import ENGINE
from provisioner.emulator.core.call import Events
from provisioner.emulator.core.engine import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.emulator.core.call import Call
    from provisioner.emulator.core.store import Json, Row

Event = tuple[str, "Json"]

BEGINNINGS = ("thread.run.step.created", "thread.run.step.in_progress")
"""The events that show a step before its deltas."""


def stream(call: Call, run: Row, thread: Row | None = None) -> Events:
    """Return the events of a run that has just been queued.

    With `thread`, which the same request created, the first event is about the thread. The request
    holds a lease on the run. While the lease lasts, this request moves the run from status to status,
    and the engine's alarm, a timer, leaves it alone.
    """
    first: list[Event] = []
    if thread is not None:
        first.append(("thread.created", thread.body))
    # A run that goes on after tool outputs was created by an earlier request.
    if run.body["started_at"] is None:
        first.append(("thread.run.created", run.body))
    first.append(("thread.run.queued", run.body))
    ENGINE.lease(run, call.settings)
    call.db.save(run)
    return Events(_moves(call, run.parent, run.id, copy.deepcopy(first)))


def _moves(call: Call, thread_id: str, run_id: str, first: list[Event]) -> Iterator[Event]:
    """Yield the first events, then those of each move until the run ends or waits for the application."""
    yield from first
    status = "queued"
    while status in ENGINE.moving:
        time.sleep(ENGINE.pause(status, call.settings))
        told: list[Event] = []

        def tell(name: str, body: Any, told: list[Event] = told) -> None:
            # A copy, because the same move changes the object further, and an event shows it as it was.
            told.extend(_events(name, copy.deepcopy(body)))

        run = ENGINE.moved(call, run_id, thread_id, tell)
        if run is None:
            return
        status = run.tag
        if not told and status not in ENGINE.moving:
            # Another request cancelled the run, or its alarm ended it, so `tell` was not called.
            told.append((f"thread.run.{status}", run.body))
        yield from told


def _events(name: str, body: Json) -> list[Event]:
    """Return the events of the stream for one event of the engine.

    The engine's events `content` and `tool_calls` become deltas.
    """
    if name == "content":
        return _deltas(body)
    if name == "tool_calls":
        return _step_deltas(body)
    if name in BEGINNINGS and body["type"] == "tool_calls":
        # On the platform a step begins without tool calls, which are sent as deltas.
        body["step_details"]["tool_calls"] = []
    return [(name, body)]


def _step_deltas(step: Json) -> list[Event]:
    """Return the tool calls of a step as one delta, or no event if the step has none."""
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
    """Return the content of a message as deltas: images, the text word by word, then its annotations."""
    events: list[Event] = []
    for index, part in enumerate(message["content"]):
        pieces = _text_pieces(part["text"]) if part["type"] == "text" else [part[part["type"]]]
        events += [_delta(message["id"], index, part["type"], piece) for piece in pieces]
    return events


def _text_pieces(text: Json) -> list[Json]:
    """Return the words of a text, and then its annotations, as the contents of deltas."""
    pieces: list[Json] = [{"value": piece} for piece in PIECE.findall(text["value"])]
    notes = [{"index": index, **note} for index, note in enumerate(text["annotations"])]
    if notes:
        pieces.append({"value": "", "annotations": notes})
    return pieces or [{"value": text["value"]}]


def _delta(message_id: str, index: int, kind: str, piece: Json) -> Event:
    part = {"index": index, "type": kind, kind: piece}
    body = {"id": message_id, "object": "thread.message.delta", "delta": {"content": [part]}}
    return "thread.message.delta", body
