"""The API of agents: saved configurations. A session copies the configuration when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents.api import gone, page, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent"

CREATE = Body("AgentCreateParams", LIMITS)
UPDATE = Body("AgentUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    body: Json = {"id": new_id("agt_"), "object": KIND, "created_at": call.now}
    # Name and metadata are not in `asked`: a session copies all of `asked`, and it has metadata of its
    # own.
    row = Row(KIND, "", body["id"], body, {"name": None, "metadata": {}, "asked": {}})
    _take(row, given, call.now)
    return Status(201, call.db.insert(row).body)


def update(call: Call, row: Row) -> Answer:
    _take(row, read(call, UPDATE), call.now)
    return call.db.save(row).body


def _take(row: Row, given: Json, now: int) -> None:
    """Store the fields of a request as `asked`, and compute the body from them.

    An update is merged into `asked`. If it were merged into the body, a default that was filled in
    could not be distinguished from a value that the client has chosen.
    """
    given = dict(given)
    if "name" in given:
        row.hidden["name"] = given.pop("name")
    # On the platform an update replaces all metadata, and null clears it.
    if "metadata" in given:
        row.hidden["metadata"] = given.pop("metadata") or {}
    row.hidden["asked"] = agent_config.merged(row.hidden["asked"], given)
    row.body |= {"updated_at": now, "name": row.hidden["name"], "metadata": row.hidden["metadata"]}
    row.body |= agent_config.resolved(row.hidden["asked"])


def find(db: Session, agent_id: str, param: str | None = None) -> Row:
    """Return an agent. Raises ApiError, with `param` as the wrong parameter, if it does not exist."""
    row = db.find(KIND, agent_id)
    if row is None:
        raise gone("agent", agent_id, param)
    return row


# Deleting an agent affects none of its sessions, because each has a copy of its configuration.
COLLECTION = Collection(kind=KIND, path="/agents", noun="agent", gone=gone, page=page)
RESOURCE = Resource(
    routes=COLLECTION.routes("list get delete", create=create, update=update), beta=AGENTS
)
