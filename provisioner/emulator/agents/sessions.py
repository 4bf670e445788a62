"""Sessions: an agent at work. The requests are here; what a session does is `turns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts, idempotency, session_start, turns
from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import (
    BOOLEAN,
    LONGEST,
    MOST,
    OPTIONAL_METADATA,
    conflict,
    gone,
    invalid,
    page,
    read,
)
from provisioner.emulator.agents.environments import selection
from provisioner.emulator.agents.session_stream import follow
from provisioner.emulator.agents.tools import OF_SESSION
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Route, Status
from provisioner.emulator.core.shapes import Schema, closed, integer, null, one_of
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row, Session

KIND = log.SESSION

DIALS: Schema = {
    "prompt_cache_options": null(closed({"ttl": one_of("30m", "12h")})),
    "review": one_of("none", "auto_review"),
    "spend_control": null(closed({"limit": null(integer(1))}, "limit")),
}
INPUT: Schema = {
    "type": ["string", "array", "null"],
    "minLength": 1,
    "maxLength": LONGEST,
    "maxItems": MOST,
    "items": session_start.MESSAGE,
}
CREATE = Body(
    closed(
        session_start.FIELDS
        | DIALS
        | {
            "input": INPUT,
            "stream": BOOLEAN,
            "stream_options": closed({"include_obfuscation": BOOLEAN}),
        },
        "environment",
    )
)
UPDATE = Body(
    closed(
        DIALS
        | {
            "metadata": OPTIONAL_METADATA,
            "agent": closed(
                {
                    "model": agent_config.MODEL,
                    "reasoning": closed({"effort": agent_config.EFFORT}),
                    "service_tier": agent_config.TIER,
                    "tools": OF_SESSION,
                }
            ),
        }
    )
)


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    stream = given.get("stream", False)
    messages = messages_of(given.get("input"))
    kind = given["environment"]["type"]
    if not messages and (kind == "none" or (stream and kind != "self_hosted")):
        raise invalid("Missing required parameter: 'input'.", "input")
    if "stream_options" in given and not stream:
        raise invalid("'stream_options' is only allowed with 'stream'.", "stream_options")
    agent_id, name, asked = session_start.agent_of(call.db, given)
    new = session_start.Start(
        agent_id,
        name,
        asked,
        selection(call.db, given["environment"]),
        messages,
        given.get("metadata") or {},
        given.get("vault_ids") or [],
    )
    dials = _dials(given, {"consumed": 0, "limit": None})
    session = session_start.begin(call.db, new, call.moment, call.settings, **dials)
    return follow(call, session, whole=True) if stream else Status(201, session.body)


def messages_of(given: str | list[Json] | None) -> list[Json]:
    """Input in its long form. A string is one message."""
    if given is None:
        return []
    if isinstance(given, str):
        return [{"role": "user", "content": [{"type": "input_text", "text": given}]}]
    return given


def _dials(given: Json, control: Json) -> Json:
    dials: Json = {}
    if "prompt_cache_options" in given:
        options = given["prompt_cache_options"]
        dials["prompt_cache_options"] = options and {"ttl": options.get("ttl", "30m")}
    if "spend_control" in given:
        dials["spend_control"] = control | {"limit": (given["spend_control"] or {}).get("limit")}
    if given.get("review", "none") != "none":
        dials["review"] = given["review"]
    return dials


def update(call: Call, session_id: str) -> Answer:
    session = find(call.db, session_id)
    given = read(call, UPDATE)
    body = session.body
    if "metadata" in given:
        body["metadata"] = given["metadata"] or {}
    if given.get("review") == "none":
        body.pop("review", None)
    body |= _dials(given, body["spend_control"])
    if given.get("agent"):
        _set_agent(call, session, given["agent"])
    if body["status"] == "budget_reached" and not turns.spent_out(body):
        log.set_status(call.db, session, "idle", call.now)
    return call.db.save(session).body


def _set_agent(call: Call, session: Row, given: Json) -> None:
    """Only the effort of `reasoning` can be set here; its summary stays."""
    given = agent_config.without_secrets(given)
    asked = session.hidden["asked"]
    if "reasoning" in given:
        given = given | {"reasoning": asked.get("reasoning", {}) | given["reasoning"]}
    asked = agent_config.merged(asked, given)
    agent = agent_config.of_session(asked)
    session_start.check_model(agent["model"], call.moment, "agent.model")
    session_start.check_tools(
        call.db, agent["tools"], session.body["environment"], session.body["vault_ids"]
    )
    session.hidden["asked"] = asked
    session.body["agent"] |= agent


def retrieve(call: Call, session_id: str) -> Answer:
    return find(call.db, session_id).body


def listing(call: Call) -> Answer:
    return page(call, KIND, tag=call.query.get("agent_id"), by_metadata=True)


def delete(call: Call, session_id: str) -> Answer:
    session = find(call.db, session_id)
    if session.body["status"] in log.RUNNING:
        raise conflict(f"Session {session_id} is running; cancel it before deleting it.")
    for kind in (turns.KIND, log.ITEM, log.EVENT, idempotency.KIND):
        call.db.delete_children(kind, session_id)
    artifacts.clear(call.db, session_id)
    call.db.delete(session)
    return {"id": session_id, "object": f"{KIND}.deleted", "deleted": True}


def find(db: Session, session_id: str) -> Row:
    row = db.find(KIND, session_id)
    if row is None:
        raise gone("session", session_id)
    return row


RESOURCE = Resource(
    routes=(
        Route("POST", "/agents/sessions", create),
        Route("GET", "/agents/sessions", listing),
        Route("GET", "/agents/sessions/<session_id>", retrieve),
        Route("POST", "/agents/sessions/<session_id>", update),
        Route("DELETE", "/agents/sessions/<session_id>", delete),
    ),
    alarms={turns.KIND: turns.advance},
    beta=AGENTS,
)
