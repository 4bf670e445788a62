"""The API of a session's events: an application sends some to the session, and streams the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import idempotency, turns
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import conflict, invalid, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.agents.session_stream import follow
from provisioner.emulator.agents.sessions import SESSIONS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

PREFIX = "agent.session.input."
"""The beginning of the type of every event that an application sends."""
CREATE = Body("EventCreateParams", LIMITS)


def create(call: Call, session: Row) -> Answer:
    given = read(call, CREATE)
    if idempotency.done(call, session.id, given) is None:
        # If one event is refused, the transaction of the request is rolled back, and none has an effect.
        for event in given["events"]:
            _take(call, session, event)
        idempotency.remember(call, session.id, given, session.id)
    return Status(202)


def _take(call: Call, session: Row, event: Json) -> None:
    """Carry out one event that an application has sent.

    Raises ApiError if the session is not in a state in which the event has an effect.
    """
    kind = event["type"].removeprefix(PREFIX)
    if kind == "message":
        _message(call, session, event["input"])
    elif kind == "cancel":
        _cancel(call, session)
    elif kind == "tool_result":
        _tool_result(call, session, event)
    else:
        # No agent here asks for an approval, so none can be pending.
        raise invalid(f"Unknown pending request: {event['request_id']}", "events")


def _message(call: Call, session: Row, messages: list[Json]) -> None:
    status = session.body["status"]
    if status in {"failed", "budget_reached"}:
        why = "has failed" if status == "failed" else "has reached its spending limit"
        raise conflict(f"Session {session.id} {why}.")
    if not messages:
        raise invalid("Invalid 'input': expected at least one message.", "events")
    turns.start(call.db, session, messages, call.moment, call.settings)


def _cancel(call: Call, session: Row) -> None:
    """Cancel the turn that is running, if there is one."""
    turn = turns.active(call.db, session.id)
    if turn is not None:
        turns.end(turns.Turn(call.db, session, turn, call.moment), "cancelled")


def _tool_result(call: Call, session: Row, event: Json) -> None:
    pending = [
        (action["turn_id"], action["call_id"]) for action in session.body["required_actions"]
    ]
    turn = turns.active(call.db, session.id)
    if turn is None or (event["turn_id"], event["call_id"]) not in pending:
        raise invalid(f"Unknown pending tool call: {event['call_id']}")
    turns.take_output(turns.Turn(call.db, session, turn, call.moment), event, call.settings)


EVENTS = Collection(kind=log.EVENT, path="/agents/sessions/<id>/events", above=SESSIONS)
RESOURCE = Resource(routes=EVENTS.routes(create=create, all={"GET": follow}), beta=AGENTS)
