"""Turn a resource's `files` entries (paths, globs and Files) into the documents to upload."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

from provisioner.model.address import Address
from provisioner.model.codes import manifests as codes
from provisioner.model.codes import names as name_codes
from provisioner.model.resource import Document
from provisioner.model.value import Reference, RemoteId, is_sensitive
from provisioner.source import keys
from provisioner.source.contents import Contents
from provisioner.source.draft import Draft
from provisioner.source.layers import rewrite
from provisioner.source.locations import Unusable
from provisioner.source.manifest import Place

_MANY = "[]"
"""The end of a pattern whose entries are the items of a list, as `files[]` of a vector store."""
SEARCHABLE: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("c", "cpp", "cs", "css", "doc", "docx", "go", "html", "java", "js", "json"),
        *("md", "pdf", "php", "pptx", "py", "rb", "sh", "tex", "ts", "txt"),
    )
)
"""The endings of file names that `file_search` can read, as the API documents them."""


def documents(
    draft: Draft, pattern: str, contents: Contents, drafts: Mapping[Address, Draft]
) -> dict[str, Document]:
    """Return the documents that the entries at `pattern` name, by their path in NFC.

    `pattern` is a path in the spec, such as `files[]`. Problems are reported. If several entries
    name the same file, a path or a File takes precedence over a glob, and a later glob over an
    earlier one.
    """
    found: dict[str, Document] = {}
    named: set[str] = set()
    for entry, place in _entries(draft.spec, pattern):
        # The schema has already reported these entries.
        if draft.bad & {place[:1], place[:2]}:
            continue
        try:
            documents = _documents(draft, entry, place, contents, drafts)
        except Unusable:
            draft.spoil(place)
            continue
        is_glob = isinstance(entry, dict) and "glob" in entry
        for document in documents:
            path = document.key
            if path in named and not is_glob:
                detail = (
                    f"`{document.path}` is named by an entry above this one too. Remove one of the"
                    " two."
                )
                draft.error(place, codes.SAME_DOCUMENT_TWICE, detail)
            elif path not in named:
                found[path] = document
        if not is_glob:
            named.update(document.key for document in documents)
        # Only a store lists documents. A File alone may be for a code interpreter, which reads all.
        if pattern.endswith(_MANY):
            _unsearchable(draft, documents, place)
    return dict(sorted(found.items()))


_BORROWED: Final = (
    "`{id}` is borrowed from somebody else, so its content is not known here. Name a path instead,"
    " or borrow a whole vector store."
)


def _entries(spec: Any, pattern: str) -> Iterator[tuple[Any, Place]]:
    """Yield each value of the spec whose path `pattern` matches, and its place."""
    entries: list[tuple[Any, Place]] = []
    rewrite(spec, pattern, lambda value, place: entries.append((value, place)))
    yield from entries


def _documents(
    draft: Draft,
    entry: Any,
    place: Place,
    contents: Contents,
    drafts: Mapping[Address, Draft],
) -> list[Document]:
    """Return the documents of one entry. Raises Unusable."""
    if isinstance(entry, str):
        manifest, whole = draft.origin(place)
        # A File goes to a code interpreter too, which reads any encoding.
        searched = not draft.kind.is_file
        return [contents.document(manifest, whole, entry, {}, is_searched=searched)]
    if not isinstance(entry, Mapping) or is_sensitive(entry):
        detail = (
            "Plans show paths and attributes of documents: use a variable that is not sensitive."
        )
        draft.error(place, codes.SENSITIVE_NOT_ALLOWED, detail)
        return []
    attributes = entry.get("attributes") or {}
    match entry:
        case {"path": str(name)}:
            manifest, whole = draft.origin((*place, "path"))
            return [contents.document(manifest, whole, name, attributes)]
        case {"glob": str(glob)}:
            manifest, whole = draft.origin((*place, "glob"))
            return contents.glob(manifest, whole, glob, attributes, entry.get("exclude") or ())
        case {keys.FILE: RemoteId(id=id)}:
            draft.error((*place, keys.FILE), name_codes.BORROWED_DOCUMENT, _BORROWED.format(id=id))
        case {keys.FILE: Reference(address)}:
            # Why the File cannot be used is already reported. This resource is left out with it.
            if drafts[address].failed:
                draft.failed = True
            declared = drafts[address].documents.values()
            return [_with_source(document, address, attributes) for document in declared]
    return []


def _unsearchable(draft: Draft, documents: list[Document], place: Place) -> None:
    """Warn once for one entry about files that `file_search` does not read."""
    odd = sorted(
        document.path
        for document in documents
        if PurePosixPath(document.path).suffix.lower() not in SEARCHABLE
    )
    # One warning for each entry, because a glob may match thousands of such files.
    if odd:
        more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
        detail = f"`{odd[0]}`{more}: `file_search` does not read files with this ending."
        draft.warn(place, codes.NOT_SEARCHED, detail)


def _with_source(document: Document, source: Address, attributes: Mapping[str, Any]) -> Document:
    """Return a copy of a document that the File `source` declares, as a document of a store."""
    return replace(document, attributes=attributes, source=source)
