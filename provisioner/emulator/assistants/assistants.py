"""Assistants: what a manifest becomes on this wire.

Run-level dials (truncation, token limits, tool choice) are unknown parameters here, as they are on
the platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists, tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.errors import not_found
from provisioner.emulator.core.fields import (
    INSTRUCTIONS,
    SAMPLING,
    TOOL,
    TOOL_RESOURCES_CREATE,
    TOOL_RESOURCES_UPDATE,
)
from provisioner.emulator.core.shapes import METADATA, Schema, closed, items, null, text
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.knowledge import from_helper

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "assistant"

FIELDS: Schema = {
    "model": text(shortest=1),
    "name": null(text(256)),
    "description": null(text(512)),
    "instructions": INSTRUCTIONS,
    "tools": items(TOOL, 128),
    "metadata": METADATA,
    **SAMPLING,
}
CREATE = Body(closed(FIELDS | {"tool_resources": TOOL_RESOURCES_CREATE}, "model"))
UPDATE = Body(closed(FIELDS | {"tool_resources": TOOL_RESOURCES_UPDATE}))


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


def update(call: Call, assistant_id: str) -> Answer:
    row = find(call.db, assistant_id)
    row.body = _merged(call.db, row.body, call.body(UPDATE))
    return call.db.save(row).body


def _merged(db: Session, body: Json, given: Json) -> Json:
    """`body` with what was given, normalised as the platform reads it back."""
    tools.check_resources(db, given.get("tool_resources"))
    body = body | given
    body["tools"] = tools.read_back(body["tools"], body["model"])
    body["tool_resources"] = tools.resources(body["tool_resources"], body["tools"])
    body["metadata"] = body["metadata"] or {}
    body["temperature"] = tools.sampling(body["temperature"])
    body["top_p"] = tools.sampling(body["top_p"])
    body["response_format"] = tools.response_format(body["response_format"])
    return body


def retrieve(call: Call, assistant_id: str) -> Answer:
    return find(call.db, assistant_id).body


def listing(call: Call) -> Answer:
    return lists.page(call.db, call.query, KIND)


def delete(call: Call, assistant_id: str) -> Answer:
    call.db.delete(find(call.db, assistant_id))
    return {"id": assistant_id, "object": "assistant.deleted", "deleted": True}


def find(db: Session, assistant_id: str) -> Row:
    row = db.find(KIND, assistant_id)
    if row is None:
        raise not_found("assistant", assistant_id)
    return row


RESOURCE = Resource(
    routes=(
        Route("POST", "/assistants", create),
        Route("GET", "/assistants", listing),
        Route("GET", "/assistants/<assistant_id>", retrieve),
        Route("POST", "/assistants/<assistant_id>", update),
        Route("DELETE", "/assistants/<assistant_id>", delete),
    ),
    beta=ASSISTANTS,
)
