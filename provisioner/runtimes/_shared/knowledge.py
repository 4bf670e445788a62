"""Vector stores and files, which several runtimes have. Their API is the same on all of them.

A file has no metadata. So the attributes of a document in a store record its provenance: its path,
a digest of its content, a digest of its attributes, and the File that declares it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.engine.documents import attributes_digest
from provisioner.model.address import Address
from provisioner.model.binding import Binding, Documents, FieldBehaviour, Ids, NormalForm
from provisioner.model.digests import nfc
from provisioner.model.mark import PREFIX, user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.remote import RemoteDocument
from provisioner.model.resource import Document
from provisioner.model.value import Spec, digest, revealed, same

PATH, SHA256, DIGEST, FILE = (f"{PREFIX}{name}" for name in ("path", "sha256", "digest", "file"))
AUTO = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
"""The chunking that `chunking_strategy: {type: auto}` stands for, and that a server returns for it."""


def _store_to_wire(spec: Spec, _ids: Ids) -> Body:
    return {key: spec[key] for key in ("name", "description", "expires_after") if key in spec}


def _store_from_wire(row: Row) -> NormalForm:
    spec = {key: row[key] for key in ("name", "description", "expires_after") if row.get(key)}
    metadata = user_metadata(row.get("metadata") or {})
    return NormalForm({**spec, "metadata": metadata} if metadata else spec)


def _complete_store(spec: Spec) -> Spec:
    chunking = spec.get("chunking_strategy")
    if chunking is not None and chunking.get("type") == "auto":
        return {**spec, "chunking_strategy": AUTO}
    return spec


def _nothing_to_wire(_spec: Spec, _ids: Ids) -> Body:
    return {}


def _nothing_from_wire(_row: Row) -> NormalForm:
    return NormalForm({})


FILES = Binding(
    collection="files",
    to_wire=_nothing_to_wire,
    from_wire=_nothing_from_wire,
    mark_location=None,
    is_upload=True,
)


def attributes_to_wire(document: Document, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a document's attributes as they are sent: the user's, and its provenance.

    `kept` are the user's attributes in the form in which this server stores them, if it changes
    them.
    """
    sent = attributes_digest(document)
    ours = {
        PATH: document.key,
        SHA256: document.said,
        DIGEST: sent if kept is None else f"{sent}~{digest(kept)}",
    }
    if document.source:
        ours[FILE] = document.source.name
    return {**revealed(document.attributes), **ours}


def document_from_wire(row: Row) -> RemoteDocument | None:
    """Return the document that a row of a store describes, or None if its attributes are not ours."""
    attributes = row.get("attributes") or {}
    if not isinstance(attributes, Mapping) or not attributes.get(PATH):
        return None
    error = row.get("last_error") or {}
    source = attributes.get(FILE)
    return RemoteDocument(
        file_id=str(row["id"]),
        path=nfc(str(attributes[PATH])),
        sha256=str(attributes.get(SHA256, "")),
        attributes={key: value for key, value in attributes.items() if not key.startswith(PREFIX)},
        digest=str(attributes.get(DIGEST, "")),
        status=str(row.get("status") or "completed"),
        error=str(error.get("message", "")) if isinstance(error, Mapping) else str(error),
        source=Address("file", str(source)) if source else None,
    )


def chunking_from_wire(rows: Iterable[Row]) -> Mapping[str, Any] | None:
    """Return the chunking of a store's documents, or None if they do not all have the same."""
    found = [row.get("chunking_strategy") for row in rows]
    first = found[0] if found else None
    if not isinstance(first, Mapping) or first.get("type") not in ("auto", "static"):
        return None
    if not all(same(first, other) for other in found):
        return None
    return AUTO if first["type"] == "auto" else first


def _is_empty(row: Row) -> bool:
    """Return true if a store's own row says that the store has no files."""
    counts = row.get("file_counts")
    return isinstance(counts, Mapping) and counts.get("total") == 0


def _shown(rows: Iterable[Row]) -> Spec:
    chunking = chunking_from_wire(rows)
    return {"chunking_strategy": chunking} if chunking else {}


STORE = Binding(
    collection="vector_stores",
    to_wire=_store_to_wire,
    from_wire=_store_from_wire,
    complete=_complete_store,
    fields=FieldBehaviour(
        defaults={"chunking_strategy": AUTO},
        not_echoed=frozenset({"chunking_strategy", "description"}),
    ),
    documents=Documents(
        collection="vector_stores/files",
        batches="vector_stores/file_batches",
        from_wire=document_from_wire,
        attributes=attributes_to_wire,
        sent_with_each=("chunking_strategy",),
        shown=_shown,
        is_empty=_is_empty,
    ),
)
