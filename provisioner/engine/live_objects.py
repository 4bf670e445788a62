"""Turns a row of a list into a RemoteObject in the normal form of its kind, with its documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from provisioner.engine.odd import guarded
from provisioner.engine.references import NO_IDS, Known, ids_in
from provisioner.model.binding import Binding, Documents
from provisioner.model.inventory import PARENT, Inventory
from provisioner.model.mark import Mark
from provisioner.model.mark_location import unmarked
from provisioner.model.provider import Row
from provisioner.model.remote import FileProvenance, Published, RemoteDocument, RemoteObject
from provisioner.model.timestamps import seconds


def as_object(
    kind: str, row: Row, mark: Mark | None, binding: Binding, known: Known = NO_IDS
) -> RemoteObject:
    """Return the object of a row in the normal form of its kind. `mark` was read from the row.

    Those of the `known` ids that occur in the row become its `refers_to`.
    """
    normal_form = binding.from_wire(row)
    return RemoteObject(
        kind=kind,
        id=str(row["id"]),
        name=unmarked(str(row.get("name") or "")),
        spec=normal_form.spec,
        mark=mark,
        metadata=row.get("metadata") or {},
        file_provenance=normal_form.file_provenance,
        created_at=seconds(row.get("created_at")),
        updated_at=seconds(row.get("updated_at")),
        expired=is_expired(row),
        parent=str(row.get(PARENT, "")),
        published=_published(row) if binding.history else None,
        refers_to=ids_named(row, known),
    )


def as_stranger(
    kind: str, row: Row, mark: Mark | None = None, known: Known = NO_IDS
) -> RemoteObject:
    """Return the object of a row that is not ours. It has a name, but its spec is not read.

    Those of the `known` ids that occur in the row become its `refers_to`.
    """
    return RemoteObject(
        kind,
        str(row["id"]),
        unmarked(str(row.get("name") or "")),
        {},
        mark=mark,
        created_at=seconds(row.get("created_at")),
        parent=str(row.get(PARENT, "")),
        refers_to=ids_named(row, known),
    )


def ids_named(row: Row, known: Known) -> frozenset[str]:
    """Return those of the `known` ids that occur in a row, without the row's own id."""
    return ids_in(row, known) - {str(row["id"])} if known.ids else frozenset()


def is_expired(row: Row) -> bool:
    """Return true if the server reports that the object has expired."""
    return row.get("status") == "expired"


def with_documents(
    ours: Sequence[RemoteObject], inventory: Inventory, bindings: Mapping[str, Binding]
) -> list[RemoteObject]:
    """Return these objects with the documents that the inventory contains for them.

    An object is left out if it no longer existed when its documents were read: it was deleted after
    the list was read, or the list was outdated.
    """
    return [found for one in ours if (found := _with_documents(one, inventory, bindings))]


def _with_documents(
    found: RemoteObject, inventory: Inventory, bindings: Mapping[str, Binding]
) -> RemoteObject | None:
    documents = bindings[found.kind].documents
    if documents is None or found.id not in inventory.documents:
        return found
    rows = inventory.documents[found.id]
    return None if rows is None else _filled(found, rows, documents)


def _filled(store: RemoteObject, rows: Sequence[Row], reading: Documents) -> RemoteObject:
    """Return a store with its documents.

    Of two at the same path, the newest ingested one counts.
    """
    documents: dict[str, RemoteDocument] = {}
    surplus: list[RemoteDocument] = []
    # A row without our attributes belongs to somebody else. It is counted and never changed.
    read = [(row, guarded(row, reading.from_wire)[0]) for row in rows]
    # Completed documents sort last and win, so a failed attempt never hides the document that is
    # searched.
    for _, document in sorted(
        ((row, doc) for row, doc in read if doc),
        key=lambda pair: (pair[1].status == "completed", seconds(pair[0].get("created_at"))),
    ):
        if document.path in documents:
            surplus.append(documents[document.path])
        documents[document.path] = document
    return replace(
        store,
        spec={**store.spec, **reading.shown([row for row, doc in read if doc])},
        documents=documents,
        surplus_documents=tuple(surplus),
        foreign_documents=tuple(str(row["id"]) for row, doc in read if doc is None),
        file_provenance=tuple(
            FileProvenance(doc.file_id, doc.source, doc.sha256)
            for doc in documents.values()
            if doc.source
        ),
    )


def _published(row: Row) -> Published:
    """Return the release number of a row, and what the release records about its origin."""
    source = row.get("provenance") or {}
    copied = str(source.get("rollback_of", ""))
    return Published(
        number=int(row.get("number") or 0),
        at=seconds(row.get("created_at")),
        digest=str(row.get("digest") or ""),
        revision=str(source.get("revision", "")),
        # A release is a file, and somebody may have edited it.
        rolled_back_to=int(copied) if copied.isdecimal() else 0,
        sealed=row.get("sealed") is True,
    )
