"""Read documents with `spec: {id: …}` alone: objects that somebody else manages."""

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
"""Fills in the variables of a text. Raises Unknown if one has no value."""


def is_borrowed(kind: Kind, manifest: Manifest) -> bool:
    """Return true if a document names the id of an object instead of declaring one."""
    return ID in manifest.spec and can_be_borrowed(kind)


def borrowed(draft: Draft, fill: Fill) -> Resource | None:
    """Return the borrowed resource of a document, or None if it cannot be used. Reports problems."""
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
