"""Messages of a thread. An attachment does not stay with its message: its tool's resources get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route, new_id
from provisioner.emulator.core.errors import ApiError, not_found
from provisioner.emulator.core.shapes import (
    METADATA,
    METADATA_ONLY,
    TYPE_ONLY,
    closed,
    items,
    null,
    one_of,
    tagged,
    text,
)
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.tools import check_file
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "thread.message"
THREAD = "thread"
RUN = "thread.run"
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")

IMAGE_DETAIL = one_of("auto", "low", "high")
CONTENT_PART = tagged(
    {
        "text": closed({"type": {}, "text": text(256_000)}, "text"),
        "image_file": closed(
            {
                "type": {},
                "image_file": closed({"file_id": text(), "detail": IMAGE_DETAIL}, "file_id"),
            },
            "image_file",
        ),
        "image_url": closed(
            {"type": {}, "image_url": closed({"url": text(), "detail": IMAGE_DETAIL}, "url")},
            "image_url",
        ),
    }
)
MESSAGE = closed(
    {
        "role": one_of("user", "assistant"),
        "content": {
            "type": ["string", "array"],
            "if": {"type": "string"},
            "then": {"minLength": 1, "maxLength": 256_000},
            "else": {"if": {"type": "array"}, "then": items(CONTENT_PART, least=1)},
        },
        "attachments": null(
            items(
                closed(
                    {
                        "file_id": text(),
                        "tools": items(
                            tagged({"code_interpreter": TYPE_ONLY, "file_search": TYPE_ONLY})
                        ),
                    },
                    "file_id",
                )
            )
        ),
        "metadata": METADATA,
    },
    "role",
    "content",
)
CREATE = Body(MESSAGE)
UPDATE = Body(METADATA_ONLY)


def find_thread(db: Session, thread_id: str) -> Row:
    row = db.find(THREAD, thread_id)
    if row is None:
        raise not_found("thread", thread_id)
    return row


def active_run(db: Session, thread_id: str) -> Row | None:
    for status in ACTIVE:
        found = db.children(RUN, thread_id, status)
        if found:
            return found[0]
    return None


def check_unlocked(db: Session, thread_id: str) -> None:
    run = active_run(db, thread_id)
    if run is not None:
        raise ApiError(f"Can't add messages to {thread_id} while a run {run.id} is active.")


def create(call: Call, thread_id: str) -> Answer:
    thread = find_thread(call.db, thread_id)
    given = call.body(CREATE)
    check_unlocked(call.db, thread_id)
    return add(call, thread, given).body


def add(call: Call, thread: Row, given: Json) -> Row:
    """A message that a user (or an application, as the assistant) wrote."""
    for attachment in given.get("attachments") or []:
        _attach(call, thread, attachment)
    body = wire(call.now, thread.id, given["role"], _content(call.db, given["content"]))
    body["attachments"] = given.get("attachments") or []
    body["metadata"] = given.get("metadata") or {}
    return call.db.insert(Row(KIND, thread.id, body["id"], body))


def wire(now: int, thread_id: str, role: str, content: list[Json]) -> Json:
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
    return "\n".join(part["text"]["value"] for part in message["content"] if part["type"] == "text")


def _content(db: Session, given: Any) -> list[Json]:
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
    """The thread's own store; the first attachment makes one that expires."""
    search = thread.body["tool_resources"].setdefault("file_search", {})
    store_ids = search.setdefault("vector_store_ids", [])
    if not store_ids:
        new = {"expires_after": dict(knowledge.ATTACHMENT_EXPIRY)}
        store_ids.append(knowledge.create_store(call, new).id)
    return knowledge.find_store(call.db, store_ids[0])


def listing(call: Call, thread_id: str) -> Answer:
    find_thread(call.db, thread_id)
    return lists.page(call.db, call.query, KIND, thread_id, tag=call.query.get("run_id"))


def retrieve(call: Call, thread_id: str, message_id: str) -> Answer:
    return find(call, thread_id, message_id).body


def update(call: Call, thread_id: str, message_id: str) -> Answer:
    message = find(call, thread_id, message_id)
    given = call.body(UPDATE)
    if "metadata" in given:
        message.body["metadata"] = given["metadata"] or {}
    return call.db.save(message).body


def delete(call: Call, thread_id: str, message_id: str) -> Answer:
    call.db.delete(find(call, thread_id, message_id))
    return {"id": message_id, "object": "thread.message.deleted", "deleted": True}


def find(call: Call, thread_id: str, message_id: str) -> Row:
    find_thread(call.db, thread_id)
    message = call.db.find(KIND, message_id, thread_id)
    if message is None:
        raise not_found("message", message_id)
    return message


RESOURCE = Resource(
    routes=(
        Route("POST", "/threads/<thread_id>/messages", create),
        Route("GET", "/threads/<thread_id>/messages", listing),
        Route("GET", "/threads/<thread_id>/messages/<message_id>", retrieve),
        Route("POST", "/threads/<thread_id>/messages/<message_id>", update),
        Route("DELETE", "/threads/<thread_id>/messages/<message_id>", delete),
    ),
    beta=ASSISTANTS,
)
