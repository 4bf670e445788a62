"""Batches: many files attached to a store with one request, and counted together.

While a batch runs its counts follow from its documents; when it ends they are frozen, so that
detaching a document later does not rewrite the batch's history.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core import fields, lists
from provisioner.emulator.core.call import Answer, Call, Resource, Route, Settings, new_id
from provisioner.emulator.core.errors import ApiError, not_found
from provisioner.emulator.core.shapes import ATTRIBUTES, closed, items, text
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge
from provisioner.emulator.knowledge.knowledge import DOCUMENT, STATUSES, find_store
from provisioner.emulator.knowledge.vector_store_files import status_filter

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "vector_store.files_batch"

CREATE = Body(
    closed(
        {
            "file_ids": items(text(), 2000, 1),
            "files": items(fields.DOCUMENT, 2000, 1),
            "attributes": ATTRIBUTES,
            "chunking_strategy": fields.CHUNKING,
        }
    )
)


def create(call: Call, store_id: str) -> Answer:
    store = find_store(call.db, store_id)
    members = _members(call.body(CREATE))
    for member in members:
        knowledge.attach(call, store, member)
    knowledge.touch(store, call.now)
    knowledge.recount(call.db, store)
    body: Json = {
        "id": new_id("vsfb_"),
        "object": KIND,
        "created_at": call.now,
        "vector_store_id": store_id,
        "status": "in_progress",
        "file_counts": {},
    }
    hidden = {"file_ids": [member["file_id"] for member in members]}
    batch = Row(KIND, store_id, body["id"], body, hidden)
    # Later in sequence than its documents, so it is settled after them.
    batch.due = call.moment + call.settings.ingest_seconds
    batch.body["file_counts"] = _counts(call.db, batch)
    return call.db.insert(batch).body


def _members(given: Json) -> list[Json]:
    if ("file_ids" in given) == ("files" in given):
        raise ApiError(
            "Exactly one of 'file_ids' and 'files' must be given.",
            param="file_ids",
            code="mutually_exclusive_parameters",
        )
    if "files" in given:
        members: list[Json] = given["files"]
    else:
        shared: Json = {
            key: given[key] for key in ("attributes", "chunking_strategy") if key in given
        }
        members = [{"file_id": file_id, **shared} for file_id in given["file_ids"]]
    return list({member["file_id"]: member for member in members}.values())


def _counts(db: Session, batch: Row) -> Json:
    found = db.run(
        "SELECT tag, count(*) FROM objects WHERE kind = ? AND parent = ?"
        " AND id IN (SELECT value FROM json_each(?)) GROUP BY tag",
        (DOCUMENT, batch.parent, json.dumps(batch.hidden["file_ids"])),
    )
    counts = dict.fromkeys(STATUSES, 0) | dict(found.fetchall())
    return {**counts, "total": sum(counts.values())}


def finish(db: Session, batch: Row, _settings: Settings) -> None:
    """The alarm of a batch: its documents are done, well or badly."""
    batch.body["status"] = "completed"
    batch.body["file_counts"] = _counts(db, batch)
    batch.due = None
    db.save(batch)


def retrieve(call: Call, store_id: str, batch_id: str) -> Answer:
    batch = find(call, store_id, batch_id)
    if batch.body["status"] == "in_progress":
        batch.body["file_counts"] = _counts(call.db, batch)
    return batch.body


def cancel(call: Call, store_id: str, batch_id: str) -> Answer:
    batch = find(call, store_id, batch_id)
    if batch.body["status"] != "in_progress":
        raise ApiError(f"Cannot cancel file batch with status '{batch.body['status']}'.")
    for file_id in batch.hidden["file_ids"]:
        document = call.db.find(DOCUMENT, file_id, store_id)
        if document is not None and document.tag == "in_progress":
            knowledge.set_status(document, "cancelled")
            call.db.save(document)
    knowledge.recount(call.db, find_store(call.db, store_id))
    batch.body["status"] = "cancelled"
    batch.body["file_counts"] = _counts(call.db, batch)
    batch.due = None
    return call.db.save(batch).body


def files(call: Call, store_id: str, batch_id: str) -> Answer:
    batch = find(call, store_id, batch_id)
    return lists.page(
        call.db,
        call.query,
        DOCUMENT,
        store_id,
        tag=status_filter(call),
        only=batch.hidden["file_ids"],
    )


def find(call: Call, store_id: str, batch_id: str) -> Row:
    find_store(call.db, store_id)
    batch = call.db.find(KIND, batch_id, store_id)
    if batch is None:
        raise not_found("file batch", batch_id)
    return batch


RESOURCE = Resource(
    routes=(
        Route("POST", "/vector_stores/<store_id>/file_batches", create),
        Route("GET", "/vector_stores/<store_id>/file_batches/<batch_id>", retrieve),
        Route("POST", "/vector_stores/<store_id>/file_batches/<batch_id>/cancel", cancel),
        Route("GET", "/vector_stores/<store_id>/file_batches/<batch_id>/files", files),
    ),
    alarms={KIND: finish},
)
