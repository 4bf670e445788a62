"""The API of sessions. The module `turns` carries out the turns of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import artifacts, idempotency, session_start, spending, turns
from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import conflict, gone, invalid, page_by, read
from provisioner.emulator.agents.environments import selection
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.agents.session_stream import follow
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row, Session

KIND = log.SESSION

CREATE = Body("SessionCreateParams", LIMITS)
UPDATE = Body("SessionUpdateParams", LIMITS)


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
    """Return the input of a request as a list of messages. A string is one message."""
    if given is None:
        return []
    if isinstance(given, str):
        return [{"role": "user", "content": [{"type": "input_text", "text": given}]}]
    return given


def _dials(given: Json, control: Json) -> Json:
    """Return the fields of a session that a request may set at its creation and later.

    `control` is the present value of `spend_control`.
    """
    dials: Json = {}
    if "prompt_cache_options" in given:
        options = given["prompt_cache_options"]
        dials["prompt_cache_options"] = options and {"ttl": options.get("ttl", "30m")}
    if "spend_control" in given:
        dials["spend_control"] = control | {"limit": (given["spend_control"] or {}).get("limit")}
    if given.get("review", "none") != "none":
        dials["review"] = given["review"]
    return dials


def update(call: Call, session: Row) -> Answer:
    given = read(call, UPDATE)
    body = session.body
    if "metadata" in given:
        body["metadata"] = given["metadata"] or {}
    if given.get("review") == "none":
        body.pop("review", None)
    body |= _dials(given, body["spend_control"])
    if given.get("agent"):
        _set_agent(call, session, given["agent"])
    # A session that has used up its limit continues once the limit is raised.
    if body["status"] == "budget_reached" and not spending.is_over(body):
        log.set_status(call.db, session, "idle", call.now)
    return call.db.save(session).body


def _set_agent(call: Call, session: Row, given: Json) -> None:
    """Change the agent of a session. A new `reasoning` can only set the effort; the summary stays."""
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


def remove(db: Session, session: Row) -> None:
    """Delete a session with its history. Raises ApiError while a turn is running."""
    if session.body["status"] in log.RUNNING:
        raise conflict(f"Session {session.id} is running; cancel it before deleting it.")
    for kind in (turns.KIND, log.ITEM, log.EVENT, idempotency.KIND):
        db.delete_children(kind, session.id)
    # `delete_children` would leave the contents of the artifacts in the store.
    artifacts.clear(db, session.id)
    db.delete(session)


SESSIONS = Collection(
    kind=KIND,
    path="/agents/sessions",
    noun="session",
    gone=gone,
    page=page_by("agent_id", by_metadata=True),
    remove=remove,
)
RESOURCE = Resource(
    routes=SESSIONS.routes("list get delete", create=create, update=update),
    alarms={turns.KIND: turns.ENGINE.advance},
    beta=AGENTS,
)
