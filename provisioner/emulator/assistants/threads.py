"""The API of threads: the messages of a conversation, and the resources that its tools may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.assistants import messages
from provisioner.emulator.assistants.limits import LIMITS
from provisioner.emulator.assistants.messages import THREADS
from provisioner.emulator.core import tools
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, new_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.knowledge import from_helper

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

CREATE = Body("ThreadCreateParams", LIMITS)
UPDATE = Body("ThreadUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    return make(call, call.body(CREATE)).body


def make(call: Call, given: Json) -> Row:
    """Create a thread with its first messages, and return it. Raises ApiError for unknown resources."""
    tools.check_resources(call.db, given.get("tool_resources"))
    resources = from_helper(call, given.get("tool_resources"))
    body: Json = {
        "id": new_id("thread_"),
        "object": "thread",
        "created_at": call.now,
        "metadata": given.get("metadata") or {},
        "tool_resources": tools.resources(resources, []),
    }
    thread = call.db.insert(Row(messages.THREAD, "", body["id"], body))
    for message in given.get("messages", []):
        messages.add(call, thread, message)
    return thread


def update(call: Call, thread: Row) -> Answer:
    given = call.body(UPDATE)
    if "metadata" in given:
        thread.body["metadata"] = given["metadata"] or {}
    if "tool_resources" in given:
        tools.check_resources(call.db, given["tool_resources"])
        thread.body["tool_resources"] = tools.resources(given["tool_resources"], [])
    return call.db.save(thread).body


RESOURCE = Resource(
    routes=THREADS.routes("get delete", create=create, update=update), beta=ASSISTANTS
)
