"""A run as server-sent events: the same moves as without a stream, told as they happen.

While a stream drives a run its clock is off; a stream that the client leaves gives it back.
"""

from __future__ import annotations

import copy
import re
import time
from typing import TYPE_CHECKING, Any

from provisioner.emulator import execution
from provisioner.emulator.call import Events
from provisioner.emulator.messages import RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.emulator.call import Call
    from provisioner.emulator.store import Json, Row

Event = tuple[str, "Json"]

PIECE = re.compile(r"\s*\S+\s*")
RESTS = ("requires_action", "completed", "incomplete", "failed", "cancelled", "expired")


def stream(call: Call, run: Row, thread: Row | None = None) -> Events:
    """Events of a run that has just been queued; with `thread`, of its creation too."""
    new = run.body["started_at"] is None
    first: list[Event] = []
    if thread is not None:
        first.append(("thread.created", thread.body))
    if new:
        first.append(("thread.run.created", run.body))
    first.append(("thread.run.queued", run.body))
    # Only its expiry still comes by the clock.
    run.due = run.body["expires_at"]
    call.db.save(run)
    return Events(_moves(call, run.parent, run.id, copy.deepcopy(first)))


def _moves(call: Call, thread_id: str, run_id: str, first: list[Event]) -> Iterator[Event]:
    resting = False
    try:
        yield from first
        while not resting:
            time.sleep(call.settings.run_seconds / 2)
            events, resting = _move(call, thread_id, run_id)
            yield from events
    finally:
        if not resting:
            _give_back(call, thread_id, run_id)


def _move(call: Call, thread_id: str, run_id: str) -> tuple[list[Event], bool]:
    """One move in its own transaction, and whether the run rests after it."""
    told: list[Event] = []

    def tell(name: str, body: Any) -> None:
        if name == "content":
            told.extend(_deltas(body))
        else:
            told.append((name, copy.deepcopy(body)))

    with call.transaction() as db:
        run = db.find(RUN, run_id, thread_id)
        if run is None:
            return told, True
        if run.tag not in RESTS:
            run.due = None
            execution.advance(db, run, call.settings, tell)
            if run.tag not in RESTS:
                run.due = run.body["expires_at"]
                db.save(run)
        else:
            # Somebody else ended it: by cancelling, or the clock did.
            told.append((f"thread.run.{run.tag}", run.body))
        return told, run.tag in RESTS


def _give_back(call: Call, thread_id: str, run_id: str) -> None:
    with call.transaction() as db:
        run = db.find(RUN, run_id, thread_id)
        if run is not None and run.tag not in RESTS:
            run.due = call.settings.clock()
            db.save(run)


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
