"""Finds the content to upload for the documents of deleted stores and for deleted files.

No API returns the content of an uploaded file. So it is taken from the same file on disk, if that
has the recorded digest, or else from the text that the server had extracted from the file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import PurePosixPath
from typing import Final

from provisioner.engine.odd import FAILURES
from provisioner.model.binding import Binding
from provisioner.model.digests import Measured
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Receipt, ReceiptDocument
from provisioner.model.remote import RemoteDocument
from provisioner.model.resource import Document

OBJECT, UNREAD, PATH, SHA256 = "object", "unread", "path", "sha256"
"""The keys of the configuration in a receipt.

`object` is the row without secrets. `unread` says why there is no row. `path` and `sha256` describe
the content of an uploaded file.
"""
FOLDER: Final = ".provisioner/restored"
"""The folder, relative to the Stack's, into which texts of documents are written before the upload."""
PLAIN: Final = frozenset({".md", ".txt", ".html", ".json", ".csv", ".py", ".js", ".ts", ".tex"})
"""File name endings of texts.

The text that was extracted from any other file is stored as `.txt`.
"""


@frozen
class Kept:
    """The receipts of one run, and the contents from which documents can be made.

    `on_disk` has the digests of files by their path relative to the Stack's folder. `texts` has
    those of extracted texts, by the ids of store and file.
    """

    run: str
    receipts: Sequence[Receipt]
    documents: Mapping[str, Sequence[ReceiptDocument]] = field(default_factory=dict)
    on_disk: Mapping[str, Measured] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], Measured] = field(default_factory=dict)


@frozen
class Remade:
    """A document that can be uploaded again.

    `text_of` are the ids of the store and file whose extracted text is uploaded, None if the file
    itself is available. `is_whole` is false if that text is not the content of the file.
    """

    document: Document
    text_of: tuple[str, str] | None = None
    is_whole: bool = True


def remade(kept: Kept, one: ReceiptDocument, remote: RemoteDocument) -> Remade | None:
    """Return a document that can be uploaded again, None if its content is not available."""
    path = remote.path
    # The file is preferred, because the text that was extracted from a PDF, say, is no PDF.
    there = kept.on_disk.get(path)
    if there and is_content(there, remote.sha256):
        return Remade(as_document(path, there, remote))
    text = kept.texts.get((one.store, one.file_id))
    if text is None:
        return None
    is_whole = is_content(text, remote.sha256)
    name = PurePosixPath(path).name or one.name or one.file_id
    if not is_whole and PurePosixPath(name).suffix.lower() not in PLAIN:
        name += ".txt"
    made = as_document(f"{FOLDER}/{kept.run}/{one.file_id}/{name}", text, remote)
    return Remade(replace(made, recorded=path), (one.store, one.file_id), is_whole)


def remote_document(one: ReceiptDocument, binding: Binding) -> RemoteDocument | None:
    """Return a document as it was in its store, None if it was not ours."""
    try:
        return binding.documents.from_wire(one.object) if binding.documents else None
    except FAILURES:
        return None


def as_document(path: str, there: Measured, remote: RemoteDocument | None = None) -> Document:
    """Return the document for a file with these digests."""
    return Document(
        path,
        there.sha256,
        there.size,
        attributes=remote.attributes if remote else {},
        content=there.content,
        windows=there.windows,
    )


def is_content(there: Measured, recorded: str) -> bool:
    """Return true if a recorded digest, or the beginning of one, is a digest of this content."""
    # Earlier versions, and checkouts with other line ends, recorded another of these digests.
    digests = (there.content, there.sha256, there.windows)
    return bool(recorded) and any(digest.startswith(recorded) for digest in digests)


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return the first names as one text, with the number of the others."""
    names = [*names]
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def paths_of(kept: Iterable[Receipt], documents: Iterable[ReceiptDocument]) -> Iterator[str]:
    """Yield the paths of the files on disk from which documents of these receipts could be made."""
    for receipt in kept:
        if path := str(receipt.configuration.get(PATH, "")):
            yield path
    for document in documents:
        if document.path:
            yield document.path
