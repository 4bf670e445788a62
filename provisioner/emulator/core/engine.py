"""Moves runs, responses and agents' turns from `queued` to their end, by the time of the clock.

One call of `advance` is one move. It is called as the alarm of the object. A request that waits for the
object or streams it calls it too; such a request holds a lease, so that the alarm does not run as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Call, Settings
    from provisioner.emulator.core.store import Json, Row, Session

log = logging.getLogger(__name__)

QUEUE_SHARE = 0.2
"""The share of its time that an object waits in the queue."""
LEASE_SECONDS = 5.0
SERVER_ERROR = {"code": "server_error", "message": "Sorry, something went wrong."}
# Lines by which a question asks for what goes wrong on the platform.
FAILURES = {
    "@@provisioner-emulator: fail run@@": SERVER_ERROR,
    "@@provisioner-emulator: rate limit run@@": {
        "code": "rate_limit_exceeded",
        "message": "You exceeded your current quota, please check your plan and billing details.",
    },
}
PIECE = re.compile(r"\s*\S+\s*")
"""A word of a streamed text, with the space around it."""

Tell = Callable[[str, Any], None]
"""A function that is called with the name of an event and the object at that moment."""


class Failed(Exception):
    """Ends the work of an object with an error, `{"code": …, "message": …}`."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.error = error


def check_question(question: str) -> None:
    """Raise Failed where a question asks for a failure."""
    for line, error in FAILURES.items():
        if line in question:
            raise Failed(error)


def silent(_event: str, _body: Any) -> None:
    return None


def set_status(row: Row, status: str) -> None:
    row.body["status"] = row.tag = status


def enqueue(row: Row, moment: float, settings: Settings) -> None:
    """Set the alarm at which a queued object moves on by itself."""
    row.due = moment + settings.run_seconds * QUEUE_SHARE


def begin_work(row: Row, moment: float, settings: Settings) -> None:
    """Set an object to work, and the alarm at which its work is done."""
    set_status(row, "in_progress")
    row.due = moment + settings.run_seconds * (1 - QUEUE_SHARE)
    expires_at = row.body.get("expires_at")
    if expires_at is not None:
        row.due = min(row.due, expires_at)


@dataclass(frozen=True, slots=True)
class Move:
    """One move of one object. `moment` is unix seconds, and `now` the same in whole seconds."""

    db: Session
    row: Row
    moment: float
    settings: Settings
    tell: Tell = silent

    @property
    def now(self) -> int:
        return int(self.moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The rules by which objects of one kind move through their states.

    `started` is called when an object has left the queue. `work` does its work, and either ends it or
    lets it wait for the application. If `work` raises Failed, or any other exception, `fail` is called.
    `interrupt` returns True if it has ended the object before its next move.
    """

    kind: str
    started: Callable[[Move], None]
    work: Callable[[Move], None]
    fail: Callable[[Move, Json], None]
    interrupt: Callable[[Move], bool] = lambda _move: False
    moving: tuple[str, ...] = ("queued", "in_progress")

    def advance(self, db: Session, row: Row, settings: Settings, tell: Tell = silent) -> None:
        """Make one move of an object.

        This is the alarm of its kind, called when the time has come.
        """
        move = Move(db, row, settings.clock() if row.due is None else row.due, settings, tell)
        if self.interrupt(move):
            return
        if row.tag == "queued":
            begin_work(row, move.moment, settings)
            self.started(move)
            return
        try:
            self.work(move)
        except Failed as failed:
            self.fail(move, dict(failed.error))
        except Exception:
            log.exception("the stand-in model failed in %s", row.id)
            self.fail(move, dict(SERVER_ERROR))

    def lease(self, row: Row, settings: Settings) -> None:
        """Postpone the alarm of an object for a while. If the request dies, the alarm moves it again."""
        row.due = settings.clock() + LEASE_SECONDS + settings.run_seconds
        expires_at = row.body.get("expires_at")
        if expires_at is not None:
            row.due = min(row.due, expires_at)

    def pause(self, status: str, settings: Settings) -> float:
        """Return the seconds that an object of this status takes until its next move."""
        return settings.run_seconds * (QUEUE_SHARE if status == "queued" else 1 - QUEUE_SHARE)

    def moved(self, call: Call, name: str, parent: str = "", tell: Tell = silent) -> Row | None:
        """Make the next move in a transaction of its own, and return the object after it."""
        with call.transaction() as db:
            row = db.find(self.kind, name, parent)
            if row is None:
                return None
            if row.tag in self.moving:
                row.due = None
                self.advance(db, row, call.settings, tell)
            if row.tag in self.moving:
                self.lease(row, call.settings)
                db.save(row)
            return row
