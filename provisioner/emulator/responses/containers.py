"""Containers of the code interpreter, and the files in them.

Nothing runs in a container here. As on the platform, a container expires after some minutes without
use, and its files are then deleted.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, Content, Resource, Settings, new_id
from provisioner.emulator.core.collections import Collection, page_by
from provisioner.emulator.core.errors import ApiError, invalid_value, missing, not_found_by_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.tools import check_file
from provisioner.emulator.core.validation import Body
from provisioner.emulator.responses.limits import LIMITS

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "container"
FILE = "container.file"
IDLE_MINUTES = 20
"""Minutes without use after which a container expires, unless its creator sets another time."""
MINUTE = 60
WITHIN = "/mnt/data/"
"""The folder of a container that contains its files."""

CREATE = Body("ContainerCreateParams", LIMITS)
ADD = Body("containers.file_create_params.FileCreateParams", LIMITS)


def create(call: Call) -> Answer:
    return make(call.db, call.now, call.body(CREATE)).body


def make(db: Session, now: int, given: Json) -> Row:
    """Insert and return a new container with copies of the files in `file_ids`."""
    policy = given.get("network_policy") or {"type": "disabled"}
    body: Json = {
        "id": new_id("cntr_"),
        "object": KIND,
        "created_at": now,
        "name": given["name"],
        "status": "running",
        "last_active_at": now,
        "expires_after": given.get("expires_after")
        or {"anchor": "last_active_at", "minutes": IDLE_MINUTES},
        "memory_limit": given.get("memory_limit") or "1g",
        # Nothing here uses the secrets of a network policy, so they are not stored.
        "network_policy": {key: policy[key] for key in policy if key != "domain_secrets"},
    }
    row = db.insert(Row(KIND, "", body["id"], body, tag=body["name"]))
    put(db, row, given.get("file_ids", []), now)
    return touch(db, row, now)


def put(db: Session, container: Row, file_ids: list[str], now: int) -> None:
    """Copy files into a container. A file is left out if its name is there already."""
    there = {PurePosixPath(file.body["path"]).name for file in db.children(FILE, container.id)}
    for file_id in file_ids:
        check_file(db, file_id, "file_ids")
        file = db.find("file", file_id)
        if file is not None and file.body["filename"] not in there:
            _copy(db, container, file, now)


def touch(db: Session, row: Row, now: int) -> Row:
    """Record that a container is used now, which postpones its expiry."""
    row.body["last_active_at"] = now
    row.due = now + row.body["expires_after"]["minutes"] * MINUTE
    return db.save(row)


def expire(db: Session, row: Row, _settings: Settings) -> None:
    """Let a container expire. Its files are deleted, and the container stays readable.

    This is the alarm of a container.
    """
    row.body["status"] = "expired"
    row.due = None
    _empty(db, row.id)
    db.save(row)


def _empty(db: Session, container_id: str) -> None:
    for file in db.children(FILE, container_id):
        _remove_file(db, file)


def _copy(db: Session, container: Row, file: Row, now: int) -> Row:
    return add(db, container, file.body["filename"], db.content(file.id), now, source="user")


def add(
    db: Session, container: Row, name: str, content: bytes, now: int, *, source: str = "assistant"
) -> Row:
    """Add a file to a container, and return it. `source` says who wrote it: `user` or `assistant`."""
    body: Json = {
        "id": new_id("cfile_"),
        "object": FILE,
        "created_at": now,
        "bytes": len(content),
        "container_id": container.id,
        "path": WITHIN + name,
        "source": source,
    }
    db.put_content(body["id"], content)
    return db.insert(Row(FILE, container.id, body["id"], body, size=len(content)))


def find_running(db: Session, container_id: str) -> Row:
    """Return a container. Raises ApiError if it does not exist or has expired."""
    row = CONTAINERS.find(db, container_id)
    if row.body["status"] != "running":
        raise ApiError("Container is expired.")
    return row


def _remove(db: Session, container: Row) -> None:
    _empty(db, container.id)
    db.delete(container)


def _remove_file(db: Session, file: Row) -> None:
    db.delete_content(file.id)
    db.delete(file)


def add_file(call: Call, container: Row) -> Answer:
    upload = call.request.files.get("file")
    if upload is not None:
        name, content = upload.filename or "upload", upload.stream.read()
        made = add(call.db, container, name, content, call.now, source="user")
    elif call.request.mimetype == "multipart/form-data":
        if "file_id" not in call.request.form:
            raise missing("file")
        made = _copy(call.db, container, _given(call, call.request.form["file_id"]), call.now)
    else:
        made = _copy(call.db, container, _given(call, call.body(ADD)["file_id"]), call.now)
    touch(call.db, container, call.now)
    return made.body


def _given(call: Call, file_id: str) -> Row:
    file = call.db.find("file", file_id)
    if file is None:
        raise invalid_value(f"No file found with id '{file_id}'.", "file_id")
    return file


def content(call: Call, file: Row) -> Answer:
    return Content(call.db.content(file.id))


class _Running(Collection):
    """The containers that have not expired. Files of an expired container cannot be reached."""

    def find(self, db: Session, *ids: str) -> Row:
        (container_id,) = ids
        return find_running(db, container_id)


CONTAINERS = Collection(
    kind=KIND,
    path="/containers",
    noun="Container",
    gone=not_found_by_id,
    page=page_by("name"),
    remove=_remove,
)
FILES = Collection(
    kind=FILE,
    path="/containers/<id>/files",
    noun="Container file",
    above=_Running(kind=KIND, path="/containers", noun="Container", gone=not_found_by_id),
    gone=not_found_by_id,
    remove=_remove_file,
)
RESOURCE = Resource(
    routes=(
        *CONTAINERS.routes("list get delete", create=create),
        *FILES.routes("list get delete", create=add_file, each={"GET content": content}),
    ),
    alarms={KIND: expire},
)
