"""Threads: a conversation's messages, and the resources that its tools may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.assistants import messages
from provisioner.emulator.core import tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.errors import not_found
from provisioner.emulator.core.fields import TOOL_RESOURCES_CREATE, TOOL_RESOURCES_UPDATE
from provisioner.emulator.core.shapes import METADATA, closed, items
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.knowledge import from_helper

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = messages.THREAD

THREAD = closed(
    {
        "messages": items(messages.MESSAGE),
        "metadata": METADATA,
        "tool_resources": TOOL_RESOURCES_CREATE,
    }
)
CREATE = Body(THREAD)
UPDATE = Body(closed({"metadata": METADATA, "tool_resources": TOOL_RESOURCES_UPDATE}))


def create(call: Call) -> Answer:
    return make(call, call.body(CREATE)).body


def make(call: Call, given: Json) -> Row:
    tools.check_resources(call.db, given.get("tool_resources"))
    resources = from_helper(call, given.get("tool_resources"))
    body: Json = {
        "id": new_id("thread_"),
        "object": "thread",
        "created_at": call.now,
        "metadata": given.get("metadata") or {},
        "tool_resources": tools.resources(resources, []),
    }
    thread = call.db.insert(Row(KIND, "", body["id"], body))
    for message in given.get("messages", []):
        messages.add(call, thread, message)
    return thread


def retrieve(call: Call, thread_id: str) -> Answer:
    return messages.find_thread(call.db, thread_id).body


def update(call: Call, thread_id: str) -> Answer:
    thread = messages.find_thread(call.db, thread_id)
    given = call.body(UPDATE)
    if "metadata" in given:
        thread.body["metadata"] = given["metadata"] or {}
    if "tool_resources" in given:
        tools.check_resources(call.db, given["tool_resources"])
        thread.body["tool_resources"] = tools.resources(given["tool_resources"], [])
    return call.db.save(thread).body


def delete(call: Call, thread_id: str) -> Answer:
    thread = call.db.find(KIND, thread_id)
    if thread is None:
        raise not_found("thread", thread_id)
    for run in call.db.children("thread.run", thread_id):
        call.db.delete_children("thread.run.step", run.id)
    call.db.delete_children("thread.run", thread_id)
    call.db.delete_children(messages.KIND, thread_id)
    call.db.delete(thread)
    return {"id": thread_id, "object": "thread.deleted", "deleted": True}


RESOURCE = Resource(
    routes=(
        Route("POST", "/threads", create),
        Route("GET", "/threads/<thread_id>", retrieve),
        Route("POST", "/threads/<thread_id>", update),
        Route("DELETE", "/threads/<thread_id>", delete),
    ),
    beta=ASSISTANTS,
)
