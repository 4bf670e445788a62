"""The operations on a vector store: attach, ingest and detach documents, and postpone its expiry.

All resources that use stores share them: stores, their files, batches, assistants, threads,
messages and runs. The counts, the status and the size of a store are always computed from its
documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge import ingest

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Call, Settings
    from provisioner.emulator.core.store import Json, Session

STORE = "vector_store"
DOCUMENT = "vector_store.file"
STATUSES = ("in_progress", "completed", "failed", "cancelled")
DAY = 86_400
# The platform lets a store that it made for attachments expire after a week without use.
ATTACHMENT_EXPIRY = {"anchor": "last_active_at", "days": 7}


def _remove_store(db: Session, store: Row) -> None:
    """Delete a store with its documents and batches. The files stay, as on the platform."""
    db.delete(store)
    db.delete_children(DOCUMENT, store.id)
    db.delete_children("vector_store.files_batch", store.id)


STORES = Collection(kind=STORE, path="/vector_stores", noun="vector store", remove=_remove_store)


def find_store(db: Session, store_id: str) -> Row:
    return STORES.find(db, store_id)


def create_store(call: Call, given: Json) -> Row:
    """Insert and return a new store.

    `given` has the fields of a request that creates a store. The files of its `file_ids`, if there
    are any, become the documents of the store.
    """
    body: Json = {
        "id": new_id("vs_"),
        "object": "vector_store",
        "created_at": call.now,
        "name": given.get("name") or "",
        "description": given.get("description"),
        "usage_bytes": 0,
        "file_counts": dict.fromkeys((*STATUSES, "total"), 0),
        "status": "completed",
        "expires_after": given.get("expires_after"),
        "expires_at": None,
        "last_active_at": call.now,
        "metadata": given.get("metadata") or {},
    }
    store = Row(STORE, "", body["id"], body)
    set_expiry(store)
    call.db.insert(store)
    # A document has the id of its file, so a file that is listed twice becomes one document.
    file_ids = list(dict.fromkeys(given.get("file_ids", [])))
    for file_id in file_ids:
        attach(
            call, store, {"file_id": file_id, "chunking_strategy": given.get("chunking_strategy")}
        )
    if file_ids:
        recount(call.db, store)
    return store


def from_helper(call: Call, given: Json | None) -> Json | None:
    """Create the stores that the field `vector_stores` of tool resources describes.

    Returns the resources with the ids of the new stores instead of that field. Resources without
    the field are returned unchanged. Raises ApiError if they contain ids of stores as well.
    """
    if not given or "vector_stores" not in given.get("file_search", {}):
        return given
    if "vector_store_ids" in given["file_search"]:
        raise ApiError(
            "Only one of 'vector_store_ids' and 'vector_stores' may be given.",
            param="tool_resources.file_search",
            code="mutually_exclusive_parameters",
        )
    made = [create_store(call, new).id for new in given["file_search"]["vector_stores"]]
    return given | {"file_search": {"vector_store_ids": made}}


def attach(call: Call, store: Row, given: Json) -> Row:
    """Attach a file to a store as a document, and return the document.

    `given` has the `file_id` and, if they were given, `attributes` and `chunking_strategy`.

    If the file is attached already, its attributes are set, and an ingestion that failed or was
    cancelled is tried again. Raises ApiError for an unknown file and for a store that has expired.

    The caller calls `recount` once for all documents, because counting after each one takes
    quadratic time.
    """
    if store.body["status"] == "expired":
        raise ApiError(f"Vector store {store.id} has expired.", param="vector_store_id")
    file_id = given["file_id"]
    if call.db.find("file", file_id) is None:
        raise invalid_value(f"No file found with id '{file_id}'.", "file_id")
    chunking = ingest.strategy(given.get("chunking_strategy"))
    check_overlap(chunking)
    existing = call.db.find(DOCUMENT, file_id, store.id)
    if existing is not None:
        if "attributes" in given:
            existing.body["attributes"] = given["attributes"] or {}
        if existing.tag in {"failed", "cancelled"}:
            _start(existing, call)
        return call.db.save(existing)
    body: Json = {
        "id": file_id,
        "object": DOCUMENT,
        "created_at": call.now,
        "vector_store_id": store.id,
        "status": "in_progress",
        "usage_bytes": 0,
        "last_error": None,
        "chunking_strategy": chunking,
        "attributes": given.get("attributes") or {},
    }
    document = Row(DOCUMENT, store.id, file_id, body)
    _start(document, call)
    return call.db.insert(document)


def check_overlap(chunking: Json) -> None:
    """Raise ApiError if chunks overlap by more than half of their size."""
    static = chunking["static"]
    if static["chunk_overlap_tokens"] * 2 > static["max_chunk_size_tokens"]:
        raise invalid_value(
            "Invalid 'chunking_strategy.static.chunk_overlap_tokens': "
            "it must not exceed half of 'max_chunk_size_tokens'.",
            "chunking_strategy.static.chunk_overlap_tokens",
        )


def _start(document: Row, call: Call) -> None:
    """Set a document to `in_progress`, and its alarm to the end of its ingestion."""
    set_status(document, "in_progress")
    document.body["last_error"] = None
    document.due = call.moment + call.settings.ingest_seconds


def set_status(document: Row, status: str) -> None:
    """Set the status that clients read and the tag by which lists filter, and clear the alarm."""
    document.body["status"] = document.tag = status
    document.due = None


def ingest_due(db: Session, document: Row, _settings: Settings) -> None:
    """Set a document to `completed` if its file can be ingested, else to `failed` with the reason.

    This is the alarm of a document.
    """
    file = db.find("file", document.id)
    name = file.body["filename"] if file else ""
    static = document.body["chunking_strategy"]["static"]
    size, error = ingest.ingested(db, document.id, name, static)
    set_status(document, "failed" if error else "completed")
    document.body["last_error"] = error
    document.size = document.body["usage_bytes"] = size
    db.save(document)
    store = db.find(STORE, document.parent)
    if store is not None:
        # Thousands of documents may be due at once. `recount` after each would take quadratic time.
        store.body["file_counts"]["in_progress"] -= 1
        store.body["file_counts"][document.tag] += 1
        _set_size(store, store.size + document.size)
        db.save(store)


def detach(db: Session, document: Row) -> None:
    """Delete a document from its store. The file stays."""
    db.delete(document)
    store = db.find(STORE, document.parent)
    if store is not None:
        recount(db, store)


def recount(db: Session, store: Row) -> Row:
    """Compute the counts, the size and the status of a store from its documents, and save the store."""
    tally = db.tally(DOCUMENT, store.id)
    counts = {status: tally.get(status, (0, 0))[0] for status in STATUSES}
    store.body["file_counts"] = {**counts, "total": sum(counts.values())}
    _set_size(store, sum(size for _, size in tally.values()))
    return db.save(store)


def _set_size(store: Row, size: int) -> None:
    store.size = store.body["usage_bytes"] = size
    if store.body["status"] != "expired":
        busy = store.body["file_counts"]["in_progress"]
        store.body["status"] = "in_progress" if busy else "completed"


def touch(store: Row, now: int) -> None:
    """Record that a store is used now, which postpones its expiry. The caller saves the store."""
    # An expired store does not come back: its documents are deleted already.
    if store.body["status"] != "expired":
        store.body["last_active_at"] = now
        set_expiry(store)


def set_expiry(store: Row) -> None:
    """Set the time and the alarm of a store's expiry from its last use and its `expires_after`."""
    after = store.body["expires_after"]
    at = store.body["last_active_at"] + after["days"] * DAY if after else None
    store.body["expires_at"] = store.due = at


def expire(db: Session, store: Row, _settings: Settings) -> None:
    """Let a store expire. Its documents are deleted, and the store stays readable.

    This is the alarm of a store.
    """
    store.body["status"] = "expired"
    store.due = None
    db.delete_children(DOCUMENT, store.id)
    recount(db, store)
