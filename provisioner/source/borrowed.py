"""Read documents that have only `spec: {id: …}`: they borrow an object that somebody else manages."""

from collections.abc import Callable
from typing import Any

from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.kind import Kind
from provisioner.model.resource import Resource
from provisioner.model.value import Sensitive
from provisioner.source.draft import Draft
from provisioner.source.formerly import former_addresses
from provisioner.source.loading import FREE_TEXT
from provisioner.source.manifest import Manifest
from provisioner.source.metadata_schema import ID, can_be_borrowed
from provisioner.source.variables import Unknown

Fill = Callable[[str, Callable[[Code, str], None]], Any]
"""Replaces the variables in a text and returns the result. The second argument is called with the
code and the detail of each problem. Raises Unknown if a variable has no value."""


def is_borrowed(kind: Kind, manifest: Manifest) -> bool:
    """Return true if a document borrows an object by its id, and so declares none."""
    return ID in manifest.spec and can_be_borrowed(kind)


def borrowed(draft: Draft, fill: Fill) -> Resource | None:
    """Return the resource that a document borrows, or None if the document has an error.

    Errors are reported at the document.
    """
    id = draft.manifest.spec.get(ID)
    if not isinstance(id, str):
        return None  # reported by the schema
    try:
        filled = fill(id, lambda code, detail: draft.error((ID,), code, detail))
    except Unknown:
        draft.spoil((ID,))
        return None
    if isinstance(filled, Sensitive):
        draft.error((ID,), codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
    if draft.failed:
        return None
    return Resource(
        draft.address,
        {ID: str(filled)},
        origin=draft.manifest.start,
        formerly=former_addresses(draft),
    )
