"""The API of assistants.

As on the platform, an assistant has no truncation, token limits or tool choice.

A request with one of these fields is refused as an unknown parameter: they are fields of a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.assistants.limits import LIMITS
from provisioner.emulator.core import tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.knowledge import from_helper

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "assistant"

CREATE = Body("AssistantCreateParams", LIMITS)
UPDATE = Body("AssistantUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    body: Json = {
        "id": new_id("asst_"),
        "object": "assistant",
        "created_at": call.now,
        "name": None,
        "description": None,
        "model": "",
        "instructions": None,
        "tools": [],
        "top_p": None,
        "temperature": None,
        "reasoning_effort": None,
        "tool_resources": None,
        "metadata": None,
        "response_format": None,
    }
    given["tool_resources"] = from_helper(call, given.get("tool_resources"))
    row = Row(KIND, "", body["id"], _merged(call.db, body, given))
    return call.db.insert(row).body


def update(call: Call, row: Row) -> Answer:
    row.body = _merged(call.db, row.body, call.body(UPDATE))
    return call.db.save(row).body


def _merged(db: Session, body: Json, given: Json) -> Json:
    """Return `body` with the given fields replaced, each in the form in which the platform returns it.

    Raises ApiError for a file or vector store that does not exist.
    """
    tools.check_resources(db, given.get("tool_resources"))
    body = body | given
    body["tools"] = tools.read_back(body["tools"], body["model"])
    body["tool_resources"] = tools.resources(body["tool_resources"], body["tools"])
    body["metadata"] = body["metadata"] or {}
    body["temperature"] = tools.sampling(body["temperature"])
    body["top_p"] = tools.sampling(body["top_p"])
    body["response_format"] = tools.response_format(body["response_format"])
    return body


def find(db: Session, assistant_id: str) -> Row:
    """Return an assistant. Raises ApiError for an unknown id."""
    return COLLECTION.find(db, assistant_id)


COLLECTION = Collection(kind=KIND, path="/assistants", noun="assistant")
RESOURCE = Resource(
    routes=COLLECTION.routes("list get delete", create=create, update=update), beta=ASSISTANTS
)
