"""Files: uploaded bytes with a name and a purpose.

The purpose decides whether they can be downloaded.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Content, Resource, Settings, new_id
from provisioner.emulator.core.collections import Collection, forward
from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import quoted
from provisioner.emulator.knowledge import knowledge, word_index

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "file"
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
NOT_DOWNLOADABLE = frozenset({"assistants", "user_data"})
"""The purposes whose files the platform lets nobody download."""
LARGEST = 512 * 1024 * 1024
"""The most bytes of a file."""
# Seconds that `expires_after` may set.
SHORTEST_LIFE, LONGEST_LIFE = 3600, 2_592_000


def create(call: Call) -> Answer:
    form = call.request.form
    upload = call.request.files.get("file")
    if upload is None:
        raise missing("file")
    purpose = form.get("purpose")
    if purpose is None:
        raise missing("purpose")
    if purpose not in PURPOSES:
        raise invalid_value(
            f"Invalid value: '{purpose}'. Supported values are: {quoted(PURPOSES)}.", "purpose"
        )
    # A file may be as large as `LARGEST`, so its size is found without reading it.
    size = upload.stream.seek(0, io.SEEK_END)
    upload.stream.seek(0)
    if size > LARGEST:
        raise ApiError(
            f"File is too large: {size} bytes, at most {LARGEST} are allowed.",
            status=413,
            param="file",
        )
    new = Upload(upload.filename or "upload", upload.stream, purpose, _life(call, purpose))
    return save(call.db, call.now, new).body


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is about to be stored.

    It expires after `life` seconds, or never if `life` is None.
    """

    name: str
    content: bytes | IO[bytes]
    purpose: str
    life: int | None = None


def save(db: Session, now: int, upload: Upload) -> Row:
    """Store a file with its content, and return its row."""
    life, name = upload.life, new_id("file-")
    size = db.put_content(name, upload.content)
    body: Json = {
        "id": name,
        "object": "file",
        "bytes": size,
        "created_at": now,
        "filename": upload.name,
        "purpose": upload.purpose,
        "status": "processed",
        "status_details": None,
        "expires_at": None if life is None else now + life,
    }
    row = Row(
        KIND,
        "",
        body["id"],
        body,
        tag=upload.purpose,
        size=size,
        due=body["expires_at"],
    )
    return db.insert(row)


def _life(call: Call, purpose: str) -> int | None:
    """Return the seconds after which an upload expires, or None if it never does.

    Files for batches expire after 30 days unless the request says otherwise, as on the platform.
    Raises ApiError for a wrong `expires_after`.
    """
    form = call.request.form
    # A multipart form has no nested fields, so the SDK writes the path into the name.
    anchor, seconds = form.get("expires_after[anchor]"), form.get("expires_after[seconds]")
    if anchor is None and seconds is None:
        return LONGEST_LIFE if purpose == "batch" else None
    if anchor != "created_at":
        raise invalid_value(
            f"Invalid value: '{anchor}'. Supported values are: 'created_at'.",
            "expires_after.anchor",
        )
    if seconds is None:
        raise missing("expires_after.seconds")
    if not seconds.isdecimal() or not SHORTEST_LIFE <= int(seconds) <= LONGEST_LIFE:
        raise invalid_value(
            f"Invalid 'expires_after.seconds': expected an integer between {SHORTEST_LIFE} and "
            f"{LONGEST_LIFE}, but got '{seconds}' instead.",
            "expires_after.seconds",
        )
    return int(seconds)


def content(call: Call, file: Row) -> Answer:
    if file.tag in NOT_DOWNLOADABLE:
        raise ApiError(f"Not allowed to download files of purpose: {file.tag}")
    return Content(call.db.content(file.id))


def remove(db: Session, file: Row) -> None:
    """Delete a file with its content, and detach it from every vector store."""
    for document in db.everywhere(knowledge.DOCUMENT, file.id):
        knowledge.detach(db, document)
    word_index.forget(db, file.id)
    db.delete_content(file.id)
    db.delete(file)


def expire(db: Session, file: Row, _settings: Settings) -> None:
    """Delete a file. This is the alarm of files with `expires_after`."""
    remove(db, file)


def _page(call: Call, kind: str, parent: str) -> Answer:
    limits, purpose = lists.FILE_LIMITS, call.query.get("purpose")
    return lists.page(call.db, forward(call), kind, parent, limits=limits, tag=purpose)


def _gone(_noun: str, file_id: str) -> ApiError:
    return ApiError(f"No such File object: {file_id}", status=404, param="id")


FILES = Collection(kind=KIND, path="/files", gone=_gone, page=_page, remove=remove, deleted="file")
RESOURCE = Resource(
    routes=FILES.routes("list get delete", create=create, each={"GET content": content}),
    alarms={KIND: expire},
)
