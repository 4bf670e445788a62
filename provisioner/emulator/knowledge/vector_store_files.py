"""Documents of a vector store: attached files, their attributes, status and parsed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource, Route
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.fields import DOCUMENT as DOCUMENT_FIELDS
from provisioner.emulator.core.shapes import ATTRIBUTES, closed
from provisioner.emulator.core.validation import Body, quoted
from provisioner.emulator.knowledge import ingest, knowledge
from provisioner.emulator.knowledge.knowledge import DOCUMENT, STATUSES, find_store

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Row

CREATE = Body(DOCUMENT_FIELDS)
UPDATE = Body(closed({"attributes": ATTRIBUTES}, "attributes"))


def create(call: Call, store_id: str) -> Answer:
    store = find_store(call.db, store_id)
    document = knowledge.attach(call, store, call.body(CREATE))
    knowledge.touch(store, call.now)
    knowledge.recount(call.db, store)
    return document.body


def listing(call: Call, store_id: str) -> Answer:
    find_store(call.db, store_id)
    return lists.page(call.db, call.query, DOCUMENT, store_id, tag=status_filter(call))


def status_filter(call: Call) -> str | None:
    wanted = call.query.get("filter")
    if wanted is not None and wanted not in STATUSES:
        raise invalid_value(
            f"Invalid value: '{wanted}'. Supported values are: {quoted(STATUSES)}.", "filter"
        )
    return wanted


def retrieve(call: Call, store_id: str, file_id: str) -> Answer:
    return find(call, store_id, file_id).body


def update(call: Call, store_id: str, file_id: str) -> Answer:
    document = find(call, store_id, file_id)
    document.body["attributes"] = call.body(UPDATE)["attributes"] or {}
    return call.db.save(document).body


def delete(call: Call, store_id: str, file_id: str) -> Answer:
    knowledge.detach(call.db, find(call, store_id, file_id))
    return {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}


def content(call: Call, store_id: str, file_id: str) -> Answer:
    document = find(call, store_id, file_id)
    if document.tag != "completed":
        raise ApiError(f"File '{file_id}' is {document.tag}: it has no parsed content.")
    file = call.db.find("file", file_id)
    name = file.body["filename"] if file else ""
    static = document.body["chunking_strategy"]["static"]
    parts = ingest.chunks_of(call.db, file_id, name, static)
    return {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": part} for part in parts],
        "has_more": False,
        "next_page": None,
    }


def find(call: Call, store_id: str, file_id: str) -> Row:
    find_store(call.db, store_id)
    document = call.db.find(DOCUMENT, file_id, store_id)
    if document is None:
        raise ApiError(
            f"No file found with id '{file_id}' in vector store '{store_id}'.", status=404
        )
    return document


RESOURCE = Resource(
    routes=(
        Route("POST", "/vector_stores/<store_id>/files", create),
        Route("GET", "/vector_stores/<store_id>/files", listing),
        Route("GET", "/vector_stores/<store_id>/files/<file_id>", retrieve),
        Route("POST", "/vector_stores/<store_id>/files/<file_id>", update),
        Route("DELETE", "/vector_stores/<store_id>/files/<file_id>", delete),
        Route("GET", "/vector_stores/<store_id>/files/<file_id>/content", content),
    ),
    alarms={DOCUMENT: knowledge.ingest_due},
)
