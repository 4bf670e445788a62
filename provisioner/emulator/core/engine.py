"""Moves runs, responses and agents' turns from `queued` to their end, as the clock advances.

An alarm changes an object at a set time without a request. One call of `Engine.advance` makes one
move, such as from `queued` to `in_progress`; the alarm of the object calls it. A request that waits
for the object or streams it calls `advance` as well. Such a request holds a lease: it postpones the
alarm, so that no move is made twice.
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
"""The share of `run_seconds` that an object waits in the queue. It works for the rest."""
LEASE_SECONDS = 5.0
"""Seconds by which a request postpones the alarm of an object that the request moves itself."""
SERVER_ERROR = {"code": "server_error", "message": "Sorry, something went wrong."}
# A question that contains such a line lets its run fail, so that an application can test its errors.
FAILURES = {
    "@@provisioner-emulator: fail run@@": SERVER_ERROR,
    "@@provisioner-emulator: rate limit run@@": {
        "code": "rate_limit_exceeded",
        "message": "You exceeded your current quota, please check your plan and billing details.",
    },
}
PIECE = re.compile(r"\s*\S+\s*")
"""Matches one word of a streamed text, with the space around it. Each match is sent as one delta.
"""

Tell = Callable[[str, Any], None]
"""A function that sends an event of a stream: it takes the name of the event, and the object as it
then is.
"""


class Failed(Exception):
    """Ends the work of an object with an error of the shape `{"code": …, "message": …}`."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.error = error


def check_question(question: str) -> None:
    """Raise Failed if the question contains a line that asks for a failure."""
    for line, error in FAILURES.items():
        if line in question:
            raise Failed(error)


def silent(_event: str, _body: Any) -> None:
    """Send no event. This is the `Tell` of an object that no request streams."""


def set_status(row: Row, status: str) -> None:
    """Set the status that clients read, and the tag by which lists filter, to the same word."""
    row.body["status"] = row.tag = status


def enqueue(row: Row, moment: float, settings: Settings) -> None:
    """Set the alarm that will move a queued object on if no request does so before."""
    row.due = moment + settings.run_seconds * QUEUE_SHARE


def begin_work(row: Row, moment: float, settings: Settings) -> None:
    """Set an object to `in_progress`, and set its alarm to the end of its work or to its expiry."""
    set_status(row, "in_progress")
    row.due = moment + settings.run_seconds * (1 - QUEUE_SHARE)
    expires_at = row.body.get("expires_at")
    if expires_at is not None:
        row.due = min(row.due, expires_at)


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the object `row` in the transaction `db`.

    `moment` is the time of the move in unix seconds, and `now` the same in whole seconds. `tell`
    sends the events of the move.
    """

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

    `started` is called when an object has left the queue. `work` does the object's work; it either
    ends the object or leaves it waiting for the application. If `work` raises Failed or any other
    exception, `fail` is called with the error. `interrupt` returns true if it has ended the object
    before its next move, as for a run that was cancelled. `moving` lists the statuses in which an
    object has further moves.
    """

    kind: str
    started: Callable[[Move], None]
    work: Callable[[Move], None]
    fail: Callable[[Move, Json], None]
    interrupt: Callable[[Move], bool] = lambda _move: False
    moving: tuple[str, ...] = ("queued", "in_progress")

    def advance(self, db: Session, row: Row, settings: Settings, tell: Tell = silent) -> None:
        """Make one move of an object, and send its events with `tell`.

        It is registered as the alarm of this kind of objects.
        """
        # An alarm may run long after it was due. Its move is dated when it was due, so that objects
        # show the times that they would show on a server that runs without pause.
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
            # A copy, because the error becomes a part of the object, and `FAILURES` is shared.
            self.fail(move, dict(failed.error))
        # A fault of the stand-in fails this one object, as on the platform. It must not fail the
        # request during which the alarm runs, which may come from another client.
        except Exception:
            log.exception("the stand-in model failed in %s", row.id)
            self.fail(move, dict(SERVER_ERROR))

    def lease(self, row: Row, settings: Settings) -> None:
        """Postpone the alarm of an object while a request moves it.

        If that request dies, the alarm takes over.
        """
        row.due = settings.clock() + LEASE_SECONDS + settings.run_seconds
        expires_at = row.body.get("expires_at")
        if expires_at is not None:
            row.due = min(row.due, expires_at)

    def pause(self, status: str, settings: Settings) -> float:
        """Return the seconds until an object with this status makes its next move."""
        return settings.run_seconds * (QUEUE_SHARE if status == "queued" else 1 - QUEUE_SHARE)

    def moved(self, call: Call, name: str, parent: str = "", tell: Tell = silent) -> Row | None:
        """Make the next move in a transaction of its own, and return the object after it.

        Returns None if the object was deleted meanwhile. An object that has ended is returned
        unchanged.
        """
        with call.transaction() as db:
            row = db.find(self.kind, name, parent)
            if row is None:
                return None
            if row.tag in self.moving:
                # `due` is now the end of a lease. Without it, the move is dated now and not in the future.
                row.due = None
                self.advance(db, row, call.settings, tell)
            if row.tag in self.moving:
                self.lease(row, call.settings)
                db.save(row)
            return row
