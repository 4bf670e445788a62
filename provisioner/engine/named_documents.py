"""Recognises our documents by their marked file names, if the server lost their attributes."""

from collections.abc import Mapping
from dataclasses import replace

from provisioner.engine.file_names import Tag, read_name
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteDocument, RemoteObject
from provisioner.model.resource import Desired, Document
from provisioner.model.timestamps import seconds


def known_by_name(
    found: RemoteObject,
    names: Mapping[str, str],
    inventory: Inventory,
    owner: Owner,
    desired: Desired,
) -> RemoteObject:
    """Return a store with the documents that only a marked file name shows to be ours.

    Of two documents at the same path, the newest ingested one counts. The name has only a digest of
    the path, so a document that no manifest declares any more gets this digest as its path. `names`
    has the file name of each upload by its id.
    """
    tags = {id: read_name(names.get(id, "")) for id in found.foreign_documents}
    ours = {id: tag for id, tag in tags.items() if tag is not None and tag.is_of(owner)}
    if not ours:
        return found
    resource = desired.get(found.address) if found.address else None
    declared: Mapping[str, Document] = resource.documents if resource else {}
    documents, surplus = dict(found.documents), list(found.surplus_documents)
    rows = [row for row in inventory.documents.get(found.id) or () if str(row["id"]) in ours]
    for row in sorted(rows, key=lambda row: (_is_complete(row), seconds(row.get("created_at")))):
        document = _document(row, ours[str(row["id"])], declared)
        if document.path in documents:
            surplus.append(documents[document.path])
        documents[document.path] = document
    return replace(
        found,
        documents=documents,
        surplus_documents=tuple(surplus),
        foreign_documents=tuple(id for id in found.foreign_documents if id not in ours),
    )


def _document(row: Row, tag: Tag, declared: Mapping[str, Document]) -> RemoteDocument:
    wanted = tag.document(declared.values())
    is_same = wanted is not None and wanted.is_recorded_as(tag.sha256)
    return RemoteDocument(
        file_id=str(row["id"]),
        path=wanted.key if wanted else f"~{tag.path}",
        # A name has only the beginning of a digest. If it fits, the whole digest takes its place.
        sha256=wanted.said if wanted and is_same else tag.sha256,
        status=str(row.get("status") or "completed"),
        error=str((row.get("last_error") or {}).get("message", "")),
        by_name=True,
    )


def _is_complete(row: Row) -> bool:
    return row.get("status") in ("completed", None)
