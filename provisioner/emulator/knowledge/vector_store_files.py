"""Documents of a vector store: attached files, with their attributes, status and parsed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Resource
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.validation import Body, quoted
from provisioner.emulator.knowledge import ingest, knowledge
from provisioner.emulator.knowledge.knowledge import DOCUMENT, STATUSES, STORES
from provisioner.emulator.knowledge.limits import LIMITS

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Row, Session

CREATE = Body("vector_stores.file_create_params.FileCreateParams", LIMITS)
UPDATE = Body("FileUpdateParams", LIMITS)


def create(call: Call, store: Row) -> Answer:
    document = knowledge.attach(call, store, call.body(CREATE))
    # The order matters: `recount` saves the store, with the expiry that `touch` has set.
    knowledge.touch(store, call.now)
    knowledge.recount(call.db, store)
    return document.body


def status_filter(call: Call) -> str | None:
    """Return the status by which a request filters documents, or None.

    Raises ApiError for an unknown status.
    """
    wanted = call.query.get("filter")
    if wanted is not None and wanted not in STATUSES:
        raise invalid_value(
            f"Invalid value: '{wanted}'. Supported values are: {quoted(STATUSES)}.", "filter"
        )
    return wanted


def update(call: Call, document: Row) -> Answer:
    document.body["attributes"] = call.body(UPDATE)["attributes"] or {}
    return call.db.save(document).body


def content(call: Call, document: Row) -> Answer:
    if document.tag != "completed":
        raise ApiError(
            f"File '{document.id}' has the status '{document.tag}', so it has no parsed content."
        )
    static = document.body["chunking_strategy"]["static"]
    parts = ingest.chunks(ingest.pieces_of(call.db, document.id), static)
    return {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": part} for _, part in parts],
        "has_more": False,
        "next_page": None,
    }


def _page(call: Call, kind: str, parent: str) -> Answer:
    return lists.page(call.db, call.query, kind, parent, tag=status_filter(call))


class _Documents(Collection):
    """The documents of a store. The error for an unknown document names the store as well."""

    def find(self, db: Session, *ids: str) -> Row:
        store_id, file_id = ids
        STORES.find(db, store_id)
        document = db.find(self.kind, file_id, store_id)
        if document is None:
            raise ApiError(
                f"No file found with id '{file_id}' in vector store '{store_id}'.", status=404
            )
        return document


DOCUMENTS = _Documents(
    kind=DOCUMENT,
    path="/vector_stores/<id>/files",
    above=STORES,
    page=_page,
    remove=knowledge.detach,
)
RESOURCE = Resource(
    routes=DOCUMENTS.routes(
        "list get delete", create=create, update=update, each={"GET content": content}
    ),
    alarms={DOCUMENT: knowledge.ingest_due},
)
