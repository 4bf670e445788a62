"""The API of environment templates: descriptions of hosted environments, saved under a name.

A template has no metadata. Its environment variables, setup commands and the bytes of its files are
never shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import hosted
from provisioner.emulator.agents.api import gone, page, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent.environment.template"

BODY = Body("TemplateCreateParams", LIMITS)


def create(call: Call) -> Answer:
    given = read(call, BODY)
    body: Json = {
        "id": new_id("envtmpl_"),
        "object": KIND,
        "created_at": call.now,
        "updated_at": call.now,
        "name": given.get("name"),
    }
    body |= hosted.with_defaults(hosted.kept(given, ""))
    return Status(201, call.db.insert(Row(KIND, "", body["id"], body)).body)


def update(call: Call, row: Row) -> Answer:
    given = read(call, BODY)
    # A field that the request leaves out stays, and null resets a field to its default.
    new = hosted.with_defaults(hosted.kept(given, "")) | {"name": given.get("name")}
    row.body |= {name: value for name, value in new.items() if name in given}
    row.body["updated_at"] = call.now
    return call.db.save(row).body


def find(db: Session, template_id: str, param: str | None = None) -> Row:
    """Return a template.

    Raises ApiError, with `param` as the wrong parameter, if it does not exist.
    """
    row = db.find(KIND, template_id)
    if row is None:
        raise gone("environment template", template_id, param)
    return row


COLLECTION = Collection(
    kind=KIND,
    path="/agents/environments/templates",
    gone=gone,
    page=page,
    noun="environment template",
)
RESOURCE = Resource(
    routes=COLLECTION.routes("list get delete", create=create, update=update), beta=AGENTS
)
