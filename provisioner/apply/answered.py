"""Compares the documents in a server's list of a store with the documents that were sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.model.mark import PREFIX
from provisioner.model.provider import Row
from provisioner.model.resource import Document
from provisioner.model.value import same


def some(documents: Sequence[Document]) -> str:
    """Return the first path of these documents as text, with the number of the others."""
    path, *more = sorted(document.path for document in documents)
    return f"{path} and {len(more)} more" if more else path


def theirs(row: Row) -> dict[str, Any]:
    """Return the attributes of a row that are the user's, not ours."""
    attributes = row.get("attributes")
    items = attributes.items() if isinstance(attributes, Mapping) else ()
    return {key: value for key, value in items if not str(key).startswith(PREFIX)}


def is_as_sent(row: Row, document: Document) -> bool:
    """Return true if a row has the user's attributes as they were sent."""
    return same(theirs(row), document.attributes)


def carries(row: Row, sent: Mapping[str, Any]) -> bool:
    """Return true if a row has those of the `sent` attributes that are ours."""
    attributes = row.get("attributes")
    ours = {key: value for key, value in sent.items() if key.startswith(PREFIX)}
    return isinstance(attributes, Mapping) and ours.items() <= dict(attributes).items()


FORGETFUL = (
    "this server does not store attributes of documents, so no document in this store could be "
    "recognised as ours, and every apply would add them all again. Nothing was left attached. "
    "Set `file_names: marked` in the spec of the Stack: then the file names identify the "
    "documents"
)
BY_NAME = (
    "The file name of each document now contains its owner and its digest. This server does not "
    "store the attributes that manifests set."
)


def failure(path: str, row: Row) -> str:
    """Return a clause that says why the document at a path was not ingested, from its row."""
    error = row.get("last_error") or {}
    why = error.get("message") or error.get("code") if isinstance(error, Mapping) else str(error)
    return f"{path} was not ingested ({row.get('status')}: {why or 'no reason given'})"
