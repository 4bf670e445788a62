"""Containers: the small machines of the code interpreter, and the files that it leaves in them.

Nothing runs in them here. They die after a time without use, as on the platform, and their files
with them.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Content, Resource, Route, Settings, new_id
from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.shapes import (
    IDS,
    Schema,
    closed,
    integer,
    items,
    one_of,
    tagged,
    text,
)
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.tools import check_file
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "container"
FILE = "container.file"
IDLE_MINUTES = 20
MINUTE = 60
WITHIN = "/mnt/data/"

MEMORY = one_of("1g", "4g", "16g", "64g")
NETWORK: Schema = tagged(
    {
        "disabled": closed({"type": {}}),
        "allowlist": closed(
            {
                "type": {},
                "allowed_domains": items(text(shortest=1), least=1),
                "domain_secrets": items({"type": "object"}),
            },
            "allowed_domains",
        ),
    }
)
CREATE = Body(
    closed(
        {
            "name": text(shortest=1),
            "file_ids": IDS,
            "expires_after": closed(
                {"anchor": one_of("last_active_at"), "minutes": integer(1, IDLE_MINUTES)},
                "anchor",
                "minutes",
            ),
            "memory_limit": MEMORY,
            "network_policy": NETWORK,
            "skills": items({"type": "object"}),
        },
        "name",
    )
)
ADD = Body(closed({"file_id": text(shortest=1)}, "file_id"))


def create(call: Call) -> Answer:
    return make(call.db, call.now, call.body(CREATE)).body


def make(db: Session, now: int, given: Json) -> Row:
    """A new container with copies of `file_ids`."""
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
        # The secrets of a network policy are for the machine alone.
        "network_policy": {key: policy[key] for key in policy if key != "domain_secrets"},
    }
    row = db.insert(Row(KIND, "", body["id"], body, tag=body["name"]))
    put(db, row, given.get("file_ids", []), now)
    return touch(db, row, now)


def put(db: Session, container: Row, file_ids: list[str], now: int) -> None:
    """Copies of files, but for those that are there by name already."""
    there = {PurePosixPath(file.body["path"]).name for file in db.children(FILE, container.id)}
    for file_id in file_ids:
        check_file(db, file_id, "file_ids")
        file = db.find("file", file_id)
        if file is not None and file.body["filename"] not in there:
            _copy(db, container, file, now)


def touch(db: Session, row: Row, now: int) -> Row:
    row.body["last_active_at"] = now
    row.due = now + row.body["expires_after"]["minutes"] * MINUTE
    return db.save(row)


def expire(db: Session, row: Row, _settings: Settings) -> None:
    """The alarm of a container: its files are gone, the shell stays readable."""
    row.body["status"] = "expired"
    row.due = None
    _empty(db, row.id)
    db.save(row)


def _empty(db: Session, container_id: str) -> None:
    for file in db.children(FILE, container_id):
        db.delete_content(file.id)
        db.delete(file)


def _copy(db: Session, container: Row, file: Row, now: int) -> Row:
    return add(db, container, file.body["filename"], db.content(file.id), now, source="user")


def add(
    db: Session, container: Row, name: str, content: bytes, now: int, *, source: str = "assistant"
) -> Row:
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


def find(db: Session, container_id: str) -> Row:
    row = db.find(KIND, container_id)
    if row is None:
        raise ApiError(f"Container with id '{container_id}' not found.", status=404)
    return row


def find_running(db: Session, container_id: str) -> Row:
    row = find(db, container_id)
    if row.body["status"] != "running":
        raise ApiError("Container is expired.")
    return row


def _file(db: Session, container_id: str, file_id: str) -> Row:
    find_running(db, container_id)
    row = db.find(FILE, file_id, container_id)
    if row is None:
        raise ApiError(f"Container file with id '{file_id}' not found.", status=404)
    return row


def listing(call: Call) -> Answer:
    return lists.page(call.db, call.query, KIND, tag=call.query.get("name"))


def retrieve(call: Call, container_id: str) -> Answer:
    return find(call.db, container_id).body


def delete(call: Call, container_id: str) -> Answer:
    row = find(call.db, container_id)
    _empty(call.db, row.id)
    call.db.delete(row)
    return {"id": container_id, "object": "container.deleted", "deleted": True}


def add_file(call: Call, container_id: str) -> Answer:
    container = find_running(call.db, container_id)
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


def list_files(call: Call, container_id: str) -> Answer:
    find_running(call.db, container_id)
    return lists.page(call.db, call.query, FILE, container_id)


def retrieve_file(call: Call, container_id: str, file_id: str) -> Answer:
    return _file(call.db, container_id, file_id).body


def content(call: Call, container_id: str, file_id: str) -> Answer:
    return Content(call.db.content(_file(call.db, container_id, file_id).id))


def delete_file(call: Call, container_id: str, file_id: str) -> Answer:
    row = _file(call.db, container_id, file_id)
    call.db.delete_content(row.id)
    call.db.delete(row)
    return {"id": file_id, "object": "container.file.deleted", "deleted": True}


RESOURCE = Resource(
    routes=(
        Route("POST", "/containers", create),
        Route("GET", "/containers", listing),
        Route("GET", "/containers/<container_id>", retrieve),
        Route("DELETE", "/containers/<container_id>", delete),
        Route("POST", "/containers/<container_id>/files", add_file),
        Route("GET", "/containers/<container_id>/files", list_files),
        Route("GET", "/containers/<container_id>/files/<file_id>", retrieve_file),
        Route("GET", "/containers/<container_id>/files/<file_id>/content", content),
        Route("DELETE", "/containers/<container_id>/files/<file_id>", delete_file),
    ),
    alarms={KIND: expire},
)
