"""The log of a session: it stores the events that a stream sends, and the items of the session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

SESSION = "agent.session"
TURN = "agent.session.turn"
ITEM = "agent.session.item"
EVENT = "agent.session.event"
RUNNING = ("in_progress", "requires_action")
"""The statuses of a session with a turn that has not ended."""


def tell(db: Session, session: Row, name: str, /, **fields: Any) -> None:
    """Store an event for the streams of a session. Its type is `agent.session.NAME`."""
    body: Json = {"type": f"{SESSION}.{name}", "event_id": new_id("evt_"), **fields}
    db.insert(Row(EVENT, session.id, body["event_id"], body))


def tell_error(db: Session, session: Row, code: str, message: str) -> None:
    """Store an event of the type `error`."""
    error = {"type": "server_error", "code": code, "message": message, "param": None}
    body: Json = {
        "type": "error",
        "event_id": new_id("evt_"),
        "session_id": session.id,
        "error": error,
    }
    db.insert(Row(EVENT, session.id, body["event_id"], body))


def of_turn(db: Session, session: Row, turn: Row, name: str, /, **fields: Any) -> None:
    """Store an event about a turn. Its type is `agent.session.turn.NAME`."""
    tell(db, session, f"turn.{name}", session_id=session.id, turn_id=turn.id, **fields)


def add_item(db: Session, session: Row, turn: Row, item: Json, index: int | None) -> Row:
    """Add an item to a session, and store an event about it.

    `index` is the place of the item in the turn's output, or None for an item that is not output,
    such as the message of a user. Returns the row of the item.
    """
    body: Json = {"id": new_id("item_"), "turn_id": turn.id, **item}
    row = db.insert(Row(ITEM, session.id, body["id"], body, {"index": index}, tag=turn.id))
    of_turn(db, session, turn, "item.added", item=row.body, output_index=index)
    return row


def set_status(db: Session, session: Row, status: str, now: int) -> None:
    """Set the status of a session, and store the event that tells it."""
    session.body["status"] = status
    session.body["last_active_at"] = now
    if status not in RUNNING:
        session.body["required_actions"] = []
    db.save(session)
    tell(db, session, status, session=session.body)


def events_after(db: Session, session_id: str, seq: int) -> list[tuple[int, Json]]:
    """Return (seq, event) of each event of a session whose `seq` is greater than the given one.

    `seq` is the number that the store gives to each object, in the order of insertion.
    """
    found = db.run(
        "SELECT seq, body FROM objects WHERE kind = ? AND parent = ? AND seq > ? ORDER BY seq",
        (EVENT, session_id, seq),
    )
    return [(place, json.loads(body)) for place, body in found.fetchall()]


def last_event(db: Session, session_id: str) -> int:
    """Return the `seq` of the last event of a session, or 0."""
    found = db.run(
        "SELECT max(seq) FROM objects WHERE kind = ? AND parent = ?", (EVENT, session_id)
    ).fetchone()
    return found[0] or 0
