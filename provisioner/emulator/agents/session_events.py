"""What an application sends into a session, and hears from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import idempotency, turns
from provisioner.emulator.agents.api import BOOLEAN, TEXT, conflict, invalid, read
from provisioner.emulator.agents.session_start import MESSAGES, PART
from provisioner.emulator.agents.session_stream import follow
from provisioner.emulator.agents.sessions import find
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Route, Status
from provisioner.emulator.core.shapes import ANY_OBJECT, TYPE_ONLY, closed, items, null, tagged
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

PREFIX = "agent.session.input."
APPROVAL = closed(
    {"type": {}, "request_id": TEXT, "response": ANY_OBJECT}, "request_id", "response"
)
CREATE = Body(
    closed(
        {
            "events": items(
                tagged(
                    {
                        f"{PREFIX}message": closed({"type": {}, "input": MESSAGES}, "input"),
                        f"{PREFIX}cancel": TYPE_ONLY,
                        f"{PREFIX}tool_result": closed(
                            {
                                "type": {},
                                "turn_id": TEXT,
                                "call_id": TEXT,
                                "success": BOOLEAN,
                                "output": {"type": ["string", "array", "null"], "items": PART},
                                "error": null(TEXT),
                            },
                            "turn_id",
                            "call_id",
                            "success",
                        ),
                        f"{PREFIX}mcp_approval_request_result": APPROVAL,
                        f"{PREFIX}computer_use_approval_request_result": APPROVAL,
                    }
                ),
                least=1,
            )
        },
        "events",
    )
)


def create(call: Call, session_id: str) -> Answer:
    session = find(call.db, session_id)
    given = read(call, CREATE)
    if idempotency.done(call, session_id, given) is None:
        for event in given["events"]:
            _take(call, session, event)
        idempotency.remember(call, session_id, given, session_id)
    return Status(202)


def _take(call: Call, session: Row, event: Json) -> None:
    kind = event["type"].removeprefix(PREFIX)
    if kind == "message":
        _message(call, session, event["input"])
    elif kind == "cancel":
        _cancel(call, session)
    elif kind == "tool_result":
        _tool_result(call, session, event)
    else:
        # Nothing here asks for an approval, so none can be pending.
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
    turn = turns.active(call.db, session.id)
    if turn is not None:
        turns.end(turns.Move(call.db, session, turn, call.moment), "cancelled")


def _tool_result(call: Call, session: Row, event: Json) -> None:
    pending = [
        (action["turn_id"], action["call_id"]) for action in session.body["required_actions"]
    ]
    turn = turns.active(call.db, session.id)
    if turn is None or (event["turn_id"], event["call_id"]) not in pending:
        raise invalid(f"Unknown pending tool call: {event['call_id']}")
    turns.take_output(turns.Move(call.db, session, turn, call.moment), event, call.settings)


def stream(call: Call, session_id: str) -> Answer:
    return follow(call, find(call.db, session_id))


RESOURCE = Resource(
    routes=(
        Route("POST", "/agents/sessions/<session_id>/events", create),
        Route("GET", "/agents/sessions/<session_id>/events", stream),
    ),
    beta=AGENTS,
)
