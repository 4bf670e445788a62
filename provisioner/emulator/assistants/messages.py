"""Messages of a thread. The file of an attachment is made available to the thread's tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.assistants.limits import LIMITS
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, new_id
from provisioner.emulator.core.collections import Collection, page_by, set_metadata
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.tools import check_file
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "thread.message"
THREAD = "thread"
RUN = "thread.run"
STEP = "thread.run.step"
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
"""The statuses of a run that has not ended."""

CREATE = Body("MessageCreateParams", LIMITS)
UPDATE = Body("MessageUpdateParams", LIMITS)


def _remove_thread(db: Session, thread: Row) -> None:
    """Delete a thread with its messages, runs and steps."""
    for run in db.children(RUN, thread.id):
        db.delete_children(STEP, run.id)
    db.delete_children(RUN, thread.id)
    db.delete_children(KIND, thread.id)
    db.delete(thread)


# Here and not in the module `threads`, which imports this one.
THREADS = Collection(kind=THREAD, path="/threads", noun="thread", remove=_remove_thread)


def active_run(db: Session, thread_id: str) -> Row | None:
    """Return the run of a thread that has not ended, or None. A thread has at most one such run."""
    for status in ACTIVE:
        found = db.children(RUN, thread_id, status)
        if found:
            return found[0]
    return None


def check_unlocked(db: Session, thread_id: str) -> None:
    """Raise ApiError while a thread has an active run."""
    run = active_run(db, thread_id)
    if run is not None:
        raise ApiError(f"Can't add messages to {thread_id} while a run {run.id} is active.")


def create(call: Call, thread: Row) -> Answer:
    given = call.body(CREATE)
    check_unlocked(call.db, thread.id)
    return add(call, thread, given).body


def add(call: Call, thread: Row, given: Json) -> Row:
    """Add a message that the application sends, with the role `user` or `assistant`, and return it."""
    for attachment in given.get("attachments") or []:
        _attach(call, thread, attachment)
    body = wire(call.now, thread.id, given["role"], _content(call.db, given["content"]))
    body["attachments"] = given.get("attachments") or []
    body["metadata"] = given.get("metadata") or {}
    return call.db.insert(Row(KIND, thread.id, body["id"], body))


def wire(now: int, thread_id: str, role: str, content: list[Json]) -> Json:
    """Return a new message as a client reads it. It is not stored."""
    return {
        "id": new_id("msg_"),
        "object": KIND,
        "created_at": now,
        "thread_id": thread_id,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": now,
        "incomplete_at": None,
        "role": role,
        "content": content,
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
    }


def text_part(value: str, annotations: list[Json] | None = None) -> Json:
    return {"type": "text", "text": {"value": value, "annotations": annotations or []}}


def plain_text(message: Json) -> str:
    """Return the text of a message without its images."""
    return "\n".join(part["text"]["value"] for part in message["content"] if part["type"] == "text")


def _content(db: Session, given: Any) -> list[Json]:
    """Return the content of a message as a client reads it.

    Raises ApiError for an unknown image file.
    """
    if isinstance(given, str):
        return [text_part(given)]
    parts: list[Json] = []
    for part in given:
        kind = part["type"]
        if kind == "image_file":
            check_file(db, part["image_file"]["file_id"], "content.image_file.file_id")
        if kind == "text":
            parts.append(text_part(part["text"]))
        else:
            parts.append({"type": kind, kind: {"detail": "auto", **part[kind]}})
    return parts


def _attach(call: Call, thread: Row, attachment: Json) -> None:
    """Add the file of an attachment to the thread's resources, for each tool that the attachment names."""
    file_id = attachment["file_id"]
    check_file(call.db, file_id, "attachments.file_id")
    resources = thread.body["tool_resources"]
    for tool in attachment.get("tools", []):
        if tool["type"] == "file_search":
            store = _thread_store(call, thread)
            knowledge.attach(call, store, {"file_id": file_id})
            knowledge.touch(store, call.now)
            knowledge.recount(call.db, store)
        else:
            files = resources.setdefault("code_interpreter", {}).setdefault("file_ids", [])
            if file_id not in files:
                files.append(file_id)
    call.db.save(thread)


def _thread_store(call: Call, thread: Row) -> Row:
    """Return the vector store for the attachments of a thread.

    The first attachment creates it. It expires by itself after a week without use, as on the
    platform.
    """
    search = thread.body["tool_resources"].setdefault("file_search", {})
    store_ids = search.setdefault("vector_store_ids", [])
    if not store_ids:
        new = {"expires_after": dict(knowledge.ATTACHMENT_EXPIRY)}
        store_ids.append(knowledge.create_store(call, new).id)
    return knowledge.find_store(call.db, store_ids[0])


MESSAGES = Collection(
    kind=KIND,
    path="/threads/<id>/messages",
    noun="message",
    above=THREADS,
    page=page_by("run_id"),
)
RESOURCE = Resource(
    routes=MESSAGES.routes("list get delete", create=create, update=set_metadata(UPDATE)),
    beta=ASSISTANTS,
)
