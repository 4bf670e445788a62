"""A session as a stream of server-sent events.

Each change of a session stores events, and a stream reads those that come after the last event that
it has sent. A stream that begins in the middle of a session first sends the session's status.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from provisioner.emulator.agents import session_log as log
from provisioner.emulator.core.call import Events, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.emulator.core.call import Call
    from provisioner.emulator.core.store import Json, Row

    Event = tuple[str, Json]

POLL_SECONDS = 0.02
"""Seconds between two looks at the store."""
# After this many seconds without an event a comment is sent, a line that clients ignore. If it cannot
# be written, the client has closed its connection, and the stream ends.
STILL_THERE_SECONDS = 1.0
QUIET_SECONDS = 60.0
"""Seconds without an event after which a stream ends."""
SILENCE: Event = ("", {})


def follow(call: Call, session: Row, *, whole: bool = False) -> Events:
    """Return the events of a session from now on.

    With `whole` it returns those from the session's beginning until no turn is running.
    """
    if whole:
        return Events(_events(call, session.id, 0, until_rest=True))
    status = session.body["status"]
    standing = {
        "type": f"{log.SESSION}.{status}",
        "event_id": new_id("evt_"),
        "session": session.body,
    }
    # Read in the same transaction as the status, so that no event falls between them or is sent twice.
    since = log.last_event(call.db, session.id)
    return Events(_from(standing, _events(call, session.id, since, until_rest=False)))


def _from(first: Json, rest: Iterator[Event]) -> Iterator[Event]:
    yield first["type"], first
    yield from rest


def _events(call: Call, session_id: str, since: int, *, until_rest: bool) -> Iterator[Event]:
    quiet = said = 0.0
    # A turn sends nothing while it works, so its `run_seconds` do not count as quiet.
    while quiet < QUIET_SECONDS + call.settings.run_seconds:
        try:
            with call.transaction() as db:
                session = db.find(log.SESSION, session_id)
                news = log.events_after(db, session_id, since)
        except sqlite3.ProgrammingError:
            # The server was closed while this stream was open.
            return
        for _, event in news:
            yield event["type"], event
        if session is None or (until_rest and session.body["status"] not in log.RUNNING):
            return
        if news:
            since, quiet, said = news[-1][0], 0.0, 0.0
            continue
        time.sleep(POLL_SECONDS)
        quiet += POLL_SECONDS
        if quiet - said >= STILL_THERE_SECONDS:
            said = quiet
            yield SILENCE
