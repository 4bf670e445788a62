"""Compares the desired and the live documents of a store, file by file.

The attributes of a document record its owner and the local file from which it was made, so the
store's mark needs no digest for each. The mark has one digest of all documents, which is written
after all of them are ingested.
By that digest a plan knows if the store was ever filled, and if a missing document was detached by
somebody or not yet added.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.model.address import Address
from provisioner.model.digests import nfc
from provisioner.model.mark import Mark
from provisioner.model.plan import DocumentAction, DocumentChange, Reason
from provisioner.model.remote import RemoteDocument, RemoteObject
from provisioner.model.resource import Document, Resource
from provisioner.model.value import digest, same

DOCUMENTS_FIELD = "files"
"""The name under which the mark of a store records the digest of all its documents."""


def documents_digest(documents: Mapping[str, Document]) -> str:
    """Return the digest of a set of documents: their paths, contents and attributes."""
    return _documents_digests(documents)[0]


def _documents_digests(documents: Mapping[str, Document]) -> list[str]:
    """Return each digest with which a mark may have recorded this set of documents.

    There are several, because a file may be recorded by several digests: see `Document.digests`.
    """
    attributes = {path: attributes_digest(doc) for path, doc in documents.items()}
    spelled = [
        {path: [doc.digests[n], attributes[path]] for path, doc in documents.items()}
        for n in range(3)
    ]
    return [digest(each) for each in spelled]


def attributes_digest(document: Document) -> str:
    return digest(document.attributes)


def is_filled(mark: Mark | None) -> bool:
    """Return true if all documents of the store with this mark were ingested at its last apply."""
    return mark is not None and mark.of(DOCUMENTS_FIELD) is not None


def document_changes(resource: Resource, live: RemoteObject) -> tuple[DocumentChange, ...]:
    """Return the changes that make the documents of a store as declared, ordered by path."""
    return tuple(sorted(_changes(resource, live), key=lambda change: (change.path, change.file_id)))


def new_documents(resource: Resource) -> tuple[DocumentChange, ...]:
    """Return the additions that fill a new store."""
    return tuple(DocumentChange(path, DocumentAction.ADD) for path in sorted(resource.documents))


def _changes(resource: Resource, live: RemoteObject) -> Iterator[DocumentChange]:
    detached = _cause_of_absence(resource, live.mark)
    known = {path: _known_as(path, document, live) for path, document in resource.documents.items()}
    for path, document in resource.documents.items():
        there = live.documents.get(known[path])
        if there is None:
            yield DocumentChange(path, DocumentAction.ADD, detached)
        elif change := _change(document, there):
            yield change
    for path, there in live.documents.items():
        if path not in known.values():
            yield DocumentChange(path, DocumentAction.REMOVE, file_id=there.file_id)
    # Two documents at one path are left over from a run that was interrupted between attaching and
    # detaching.
    for there in live.surplus_documents:
        yield DocumentChange(
            there.path, DocumentAction.REMOVE, note="left over", file_id=there.file_id
        )


def _known_as(path: str, document: Document, live: RemoteObject) -> str:
    """Return the path under which a live store has a document.

    Version 0.1.0 recorded paths relative to the folder that the user named, not to the folder of
    the Stack. Such a path still means the same document.
    """
    older = nfc(document.path)
    return older if path not in live.documents and older in live.documents else path


def _change(document: Document, there: RemoteDocument) -> DocumentChange | None:
    if not document.is_recorded_as(there.sha256):
        return _changed(document, there, Reason.MANIFEST, content=True)
    # A document that was not ingested is not found by any search, so it is attached again.
    if there.status in ("failed", "cancelled"):
        note = f"ingestion {there.status}: {there.error}".removesuffix(": ")
        return _changed(document, there, Reason.MANIFEST, note, content=True)
    # A document that is known by its name only has lost the attribute with its source.
    if there.source != document.source and not there.by_name:
        note = _declared(document.source)
        return _changed(document, there, Reason.MANIFEST, note, content=True)
    return _attributes(document, there)


def _attributes(document: Document, there: RemoteDocument) -> DocumentChange | None:
    """Return the change of a document whose content is as desired, None if it needs none."""
    if there.formerly:
        note = f"it was the document of {there.formerly}"
        return _changed(document, there, Reason.RENAMED, note, content=False)
    if cause := _cause_of_attributes(document, there):
        return _changed(document, there, cause, "attributes", content=False)
    # Apply waits for it, and reports it if it cannot be ingested.
    if there.status == "in_progress":
        note = "still being ingested"
        return _changed(document, there, Reason.MANIFEST, note, content=False)
    return None


def _changed(
    document: Document, there: RemoteDocument, cause: Reason, note: str = "", *, content: bool
) -> DocumentChange:
    verb = DocumentAction.CHANGE
    return DocumentChange(document.key, verb, cause, content, note, there.file_id)


def _declared(source: Address | None) -> str:
    return f"now the document of {source}" if source else "no longer the document of a File"


def _cause_of_absence(resource: Resource, mark: Mark | None) -> Reason:
    applied = mark.of(DOCUMENTS_FIELD) if mark else None
    unmoved = applied is not None and applied.sent in _documents_digests(resource.documents)
    return Reason.DRIFT if unmoved else Reason.MANIFEST


def _cause_of_attributes(document: Document, there: RemoteDocument) -> Reason | None:
    """Return the cause of a difference between the attributes, None if they do not differ.

    Live attributes also count as equal if the server stored them in this form when exactly the
    desired attributes were sent.
    """
    # A server that loses attributes has none that could be compared.
    if there.by_name or same(there.attributes, document.attributes):
        return None
    sent, _, got = there.digest.partition("~")
    manifest_moved = attributes_digest(document) != sent
    if digest(there.attributes) == (got or sent):
        return Reason.MANIFEST if manifest_moved else None
    return Reason.BOTH if manifest_moved else Reason.DRIFT


def content_of(object_: RemoteObject) -> Mapping[str, Any]:
    """Return the documents of a store as plain data, for fingerprints and saved plans."""
    return {
        path: [doc.sha256, dict(doc.attributes), doc.status, doc.file_id]
        for path, doc in sorted(object_.documents.items())
    }
