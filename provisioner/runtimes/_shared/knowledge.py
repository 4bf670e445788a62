"""The bindings of vector stores and files, whose API is the same on several runtimes.

A file has no metadata. So its provenance is recorded in the attributes of each document, which is a
file in a store: its path, a digest of its content, a digest of its attributes, and the File that
declares it.
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

# The keys of our attributes of a document.
PATH, SHA256, DIGEST, FILE = (f"{PREFIX}{name}" for name in ("path", "sha256", "digest", "file"))
AUTO = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
"""The chunking that a server returns for `chunking_strategy: {type: auto}`."""


def _store_to_wire(spec: Spec, _ids: Ids) -> Body:
    return {key: spec[key] for key in ("name", "description", "expires_after") if key in spec}


def _store_from_wire(row: Row) -> NormalForm:
    spec = {key: row[key] for key in ("name", "description", "expires_after") if row.get(key)}
    metadata = user_metadata(row.get("metadata") or {})
    return NormalForm({**spec, "metadata": metadata} if metadata else spec)


def _complete_store(spec: Spec) -> Spec:
    """Return a store's spec in which `auto` chunking has its sizes."""
    chunking = spec.get("chunking_strategy")
    if chunking is not None and chunking.get("type") == "auto":
        return {**spec, "chunking_strategy": AUTO}
    return spec


def _nothing_to_wire(_spec: Spec, _ids: Ids) -> Body:
    """Return an empty body, because an upload is sent as a file and not as JSON."""
    return {}


def _nothing_from_wire(_row: Row) -> NormalForm:
    """Return an empty spec, because no field of an upload can be compared."""
    return NormalForm({})


FILES = Binding(
    collection="files",
    to_wire=_nothing_to_wire,
    from_wire=_nothing_from_wire,
    mark_location=None,
    is_upload=True,
)


def attributes_to_wire(document: Document, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the attributes to send for a document: the user's own and ours.

    Ours record the document's path and digests and, if a File resource declares it, the name of that
    resource. If this server stores the user's attributes in another form, `kept` are the attributes in that
    form.
    """
    sent = attributes_digest(document)
    ours = {
        PATH: document.key,
        SHA256: document.said,
        # The part after `~` tells a value that the server changed from one that somebody changed
        # later.
        DIGEST: sent if kept is None else f"{sent}~{digest(kept)}",
    }
    if document.source:
        ours[FILE] = document.source.name
    return {**revealed(document.attributes), **ours}


def document_from_wire(row: Row) -> RemoteDocument | None:
    """Return the document in a row of a store, or None if it does not have our attributes."""
    attributes = row.get("attributes") or {}
    if not isinstance(attributes, Mapping) or not attributes.get(PATH):
        return None
    error = row.get("last_error") or {}
    source = attributes.get(FILE)
    return RemoteDocument(
        file_id=str(row["id"]),
        # Another machine may have spelled the same path in another Unicode form.
        path=nfc(str(attributes[PATH])),
        sha256=str(attributes.get(SHA256, "")),
        attributes={key: value for key, value in attributes.items() if not key.startswith(PREFIX)},
        digest=str(attributes.get(DIGEST, "")),
        status=str(row.get("status") or "completed"),
        error=str(error.get("message", "")) if isinstance(error, Mapping) else str(error),
        source=Address("file", str(source)) if source else None,
    )


def chunking_from_wire(rows: Iterable[Row]) -> Mapping[str, Any] | None:
    """Return the chunking of a store's documents, or None if it is unknown or not the same for all."""
    found = [row.get("chunking_strategy") for row in rows]
    first = found[0] if found else None
    # `other` is returned for documents of a time before chunking was recorded.
    if not isinstance(first, Mapping) or first.get("type") not in ("auto", "static"):
        return None
    if not all(same(first, other) for other in found):
        return None
    return AUTO if first["type"] == "auto" else first


def _is_empty(row: Row) -> bool:
    """Return true if the row of a store says that the store has no files."""
    counts = row.get("file_counts")
    return isinstance(counts, Mapping) and counts.get("total") == 0


def _shown(rows: Iterable[Row]) -> Spec:
    """Return the fields of a store's spec that only its documents show: the chunking."""
    chunking = chunking_from_wire(rows)
    return {"chunking_strategy": chunking} if chunking else {}


STORE = Binding(
    collection="vector_stores",
    to_wire=_store_to_wire,
    from_wire=_store_from_wire,
    complete=_complete_store,
    fields=FieldBehaviour(
        defaults={"chunking_strategy": AUTO},
        # A store returns no chunking, and not every server returns its description.
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
