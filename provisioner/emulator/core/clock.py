"""A clock that can be moved ahead, so that a test over HTTP can let days pass in an instant.

The platform has no such clock: `/v1/embedded/clock` exists only on the embedded server. The store
contains the number of seconds by which the clock is ahead. A second process that opens the same
SQLite file reads that number when it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, MovableClock, Resource, Route
from provisioner.emulator.core.shapes import closed
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import OwnBody

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "embedded.clock"
FARTHEST = 10 * 365 * 86_400
"""The most seconds by which one request can move the clock: ten years."""
ADVANCE = OwnBody(
    closed({"seconds": {"type": "number", "minimum": 0, "maximum": FARTHEST}}, "seconds")
)


def restore(db: Session, clock: MovableClock) -> None:
    """Move a clock ahead by the seconds that the store contains, if the clock was ever moved."""
    row = db.find(KIND, KIND)
    if row is not None:
        clock.ahead = row.body["ahead_seconds"]


def _shown(clock: MovableClock) -> Json:
    return {"object": KIND, "now": int(clock()), "ahead_seconds": clock.ahead}


def retrieve(call: Call) -> Answer:
    return _shown(call.settings.clock)


def advance(call: Call) -> Answer:
    """Move the clock ahead. Alarms that are due by then run before the next request is answered."""
    clock = call.settings.clock
    clock.ahead += call.body(ADVANCE)["seconds"]
    row = call.db.find(KIND, KIND)
    if row is None:
        call.db.insert(Row(KIND, "", KIND, _shown(clock)))
    else:
        row.body = _shown(clock)
        call.db.save(row)
    return _shown(clock)


RESOURCE = Resource(
    routes=(
        Route("GET", "/embedded/clock", retrieve),
        Route("POST", "/embedded/clock", advance),
    )
)
