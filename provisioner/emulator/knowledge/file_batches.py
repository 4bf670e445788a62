"""File batches: many files that one request attaches to a vector store, and that are counted together.

While a batch runs, its counts are computed from its documents. When it ends, the counts are stored,
so that a document that is detached later does not change them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource, Settings, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import knowledge
from provisioner.emulator.knowledge.knowledge import DOCUMENT, STATUSES, STORES, find_store
from provisioner.emulator.knowledge.limits import LIMITS
from provisioner.emulator.knowledge.vector_store_files import status_filter

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "vector_store.files_batch"

CREATE = Body("FileBatchCreateParams", LIMITS)


def create(call: Call, store: Row) -> Answer:
    members = _members(call.body(CREATE))
    for member in members:
        knowledge.attach(call, store, member)
    knowledge.touch(store, call.now)
    knowledge.recount(call.db, store)
    body: Json = {
        "id": new_id("vsfb_"),
        "object": KIND,
        "created_at": call.now,
        "vector_store_id": store.id,
        "status": "in_progress",
        "file_counts": {},
    }
    hidden = {"file_ids": [member["file_id"] for member in members]}
    batch = Row(KIND, store.id, body["id"], body, hidden)
    # Alarms of one moment run in the order of insertion. The batch is inserted after its documents, so
    # they are ingested when its own alarm counts them.
    batch.due = call.moment + call.settings.ingest_seconds
    batch.body["file_counts"] = _counts(call.db, batch)
    return call.db.insert(batch).body


def _members(given: Json) -> list[Json]:
    """Return the files of a request, each once, with their attributes and chunking strategies.

    Each item has the shape of one of the request's `files`. Raises ApiError unless the request has
    exactly one of `file_ids` and `files`.
    """
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
    """Return the `file_counts` of a batch: its documents by status, and their total."""
    found = db.run(
        "SELECT tag, count(*) FROM objects WHERE kind = ? AND parent = ?"
        " AND id IN (SELECT value FROM json_each(?)) GROUP BY tag",
        (DOCUMENT, batch.parent, json.dumps(batch.hidden["file_ids"])),
    )
    counts = dict.fromkeys(STATUSES, 0) | dict(found.fetchall())
    return {**counts, "total": sum(counts.values())}


def finish(db: Session, batch: Row, _settings: Settings) -> None:
    """Complete a batch.

    This is the alarm of a batch, due when all its documents have been ingested or have failed.
    """
    batch.body["status"] = "completed"
    batch.body["file_counts"] = _counts(db, batch)
    batch.due = None
    db.save(batch)


def retrieve(call: Call, batch: Row) -> Answer:
    if batch.body["status"] == "in_progress":
        batch.body["file_counts"] = _counts(call.db, batch)
    return batch.body


def cancel(call: Call, batch: Row) -> Answer:
    """Cancel the documents that are not ingested yet, and end the batch."""
    if batch.body["status"] != "in_progress":
        raise ApiError(f"Cannot cancel file batch with status '{batch.body['status']}'.")
    for file_id in batch.hidden["file_ids"]:
        document = call.db.find(DOCUMENT, file_id, batch.parent)
        if document is not None and document.tag == "in_progress":
            knowledge.set_status(document, "cancelled")
            call.db.save(document)
    knowledge.recount(call.db, find_store(call.db, batch.parent))
    batch.body["status"] = "cancelled"
    batch.body["file_counts"] = _counts(call.db, batch)
    batch.due = None
    return call.db.save(batch).body


def files(call: Call, batch: Row) -> Answer:
    return lists.page(
        call.db,
        call.query,
        DOCUMENT,
        batch.parent,
        tag=status_filter(call),
        only=batch.hidden["file_ids"],
    )


BATCHES = Collection(
    kind=KIND, path="/vector_stores/<id>/file_batches", noun="file batch", above=STORES
)
RESOURCE = Resource(
    routes=BATCHES.routes(
        create=create, each={"GET": retrieve, "POST cancel": cancel, "GET files": files}
    ),
    alarms={KIND: finish},
)
