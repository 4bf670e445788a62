"""Compares the documents in a server's list of a store with the documents that were sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.model.mark import PREFIX
from provisioner.model.provider import Row
from provisioner.model.resource import Document
from provisioner.model.value import same


def some(documents: Sequence[Document]) -> str:
    path, *more = sorted(document.path for document in documents)
    return f"{path} and {len(more)} more" if more else path


def theirs(row: Row) -> dict[str, Any]:
    """Return the user's attributes on a row."""
    attributes = row.get("attributes")
    items = attributes.items() if isinstance(attributes, Mapping) else ()
    return {key: value for key, value in items if not str(key).startswith(PREFIX)}


def is_as_sent(row: Row, document: Document) -> bool:
    """Returns true where a row has the user's attributes as they were sent."""
    return same(theirs(row), document.attributes)


def carries(row: Row, sent: Mapping[str, Any]) -> bool:
    """Returns true where a row carries those of the `sent` attributes that are ours."""
    attributes = row.get("attributes")
    ours = {key: value for key, value in sent.items() if key.startswith(PREFIX)}
    return isinstance(attributes, Mapping) and ours.items() <= dict(attributes).items()


FORGETFUL = (
    "this server does not keep attributes of documents, so none in this store could be told to be "
    "ours, and every apply would add them again. Nothing is left attached. With `file_names: "
    "marked` in the spec of the Stack their file names say it instead"
)
BY_NAME = (
    "Whose a document is and what it holds stands in its file name instead. Attributes that the "
    "manifests set are not kept by this server."
)


def failure(path: str, row: Row) -> str:
    error = row.get("last_error") or {}
    why = error.get("message") or error.get("code") if isinstance(error, Mapping) else str(error)
    return f"{path} was not ingested ({row.get('status')}: {why or 'no reason given'})"
