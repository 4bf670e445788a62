"""Agents: saved configurations of OpenAI-managed agents. A session copies one when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents.api import OPTIONAL_METADATA, gone, page, read
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Route, Status, new_id
from provisioner.emulator.core.shapes import Schema, closed, null, text
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent"

FIELDS: Schema = agent_config.SAVED | {"name": null(text(128)), "metadata": OPTIONAL_METADATA}
CREATE = Body(closed(FIELDS, "model"))
UPDATE = Body(closed(FIELDS))


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    body: Json = {"id": new_id("agt_"), "object": KIND, "created_at": call.now}
    row = Row(KIND, "", body["id"], body, {"name": None, "metadata": {}, "asked": {}})
    _take(row, given, call.now)
    return Status(201, call.db.insert(row).body)


def update(call: Call, agent_id: str) -> Answer:
    row = find(call.db, agent_id)
    _take(row, read(call, UPDATE), call.now)
    return call.db.save(row).body


def _take(row: Row, given: Json, now: int) -> None:
    """What was asked for is kept hidden; the body is what it resolves to."""
    given = dict(given)
    if "name" in given:
        row.hidden["name"] = given.pop("name")
    if "metadata" in given:
        row.hidden["metadata"] = given.pop("metadata") or {}
    row.hidden["asked"] = agent_config.merged(row.hidden["asked"], given)
    row.body |= {"updated_at": now, "name": row.hidden["name"], "metadata": row.hidden["metadata"]}
    row.body |= agent_config.resolved(row.hidden["asked"])


def retrieve(call: Call, agent_id: str) -> Answer:
    return find(call.db, agent_id).body


def listing(call: Call) -> Answer:
    return page(call, KIND)


def delete(call: Call, agent_id: str) -> Answer:
    # Its sessions go on: each has a copy.
    call.db.delete(find(call.db, agent_id))
    return {"id": agent_id, "object": "agent.deleted", "deleted": True}


def find(db: Session, agent_id: str, param: str | None = None) -> Row:
    row = db.find(KIND, agent_id)
    if row is None:
        raise gone("agent", agent_id, param)
    return row


RESOURCE = Resource(
    routes=(
        Route("POST", "/agents", create),
        Route("GET", "/agents", listing),
        Route("GET", "/agents/<agent_id>", retrieve),
        Route("POST", "/agents/<agent_id>", update),
        Route("DELETE", "/agents/<agent_id>", delete),
    ),
    beta=AGENTS,
)
