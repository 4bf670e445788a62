"""Documents of our stores: one list a store."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from provisioner.model.errors import NotFound
from provisioner.model.provider import Provider, Row
from provisioner.model.remote import Claim, RemoteDocument, RemoteObject
from provisioner.model.timestamps import seconds
from provisioner.runtimes import knowledge

STORE = "vector_store"
DOCUMENTS = "vector_stores/files"


def with_documents(
    ours: list[RemoteObject], provider: Provider, pool: Executor
) -> list[RemoteObject]:
    stores = [o for o in ours if o.kind == STORE and not o.expired]
    listed = zip(
        stores, pool.map(lambda store: documents_in(provider, store.id), stores), strict=True
    )
    read = {store.id: rows if rows is None else _filled(store, rows) for store, rows in listed}
    return [found for o in ours if (found := read.get(o.id, o))]


def documents_in(provider: Provider, store: str) -> list[Row] | None:
    """What hangs in a store; None where it is gone, though a list has just shown it.

    Somebody may have deleted it since, and some lists lag behind.
    """
    try:
        return provider.list(DOCUMENTS, store)
    except NotFound:
        return None


def _filled(store: RemoteObject, rows: Sequence[Row]) -> RemoteObject:
    """A store with its documents. Of two at one path, the newest completed one counts."""
    documents: dict[str, RemoteDocument] = {}
    surplus: list[RemoteDocument] = []
    read = [(row, knowledge.document_from_wire(row)) for row in rows]
    for _, document in sorted(
        ((row, doc) for row, doc in read if doc),
        key=lambda pair: (pair[1].status == "completed", seconds(pair[0].get("created_at"))),
    ):
        if document.path in documents:
            surplus.append(documents[document.path])
        documents[document.path] = document
    chunking = knowledge.chunking_from_wire([row for row, doc in read if doc])
    return replace(
        store,
        spec={**store.spec, "chunking_strategy": chunking} if chunking else store.spec,
        documents=documents,
        surplus_documents=tuple(surplus),
        foreign_documents=tuple(str(row["id"]) for row, doc in read if doc is None),
        claims=tuple(
            Claim(doc.file_id, doc.source, doc.sha256) for doc in documents.values() if doc.source
        ),
    )
