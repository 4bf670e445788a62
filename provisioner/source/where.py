"""Find the place in a manifest that belongs to a field of a plan."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.paths import parse
from provisioner.source.draft import Draft
from provisioner.source.layers import place_of


def where(drafts: Mapping[Address, Draft], address: Address, path: str) -> Position | None:
    """Return the position of a diff path, or of the nearest field around it.

    Returns None if no such resource is declared.
    """
    draft = drafts.get(address)
    return _position(drafts, draft, parse(path) if path else ()) if draft else None


def _position(drafts: Mapping[Address, Draft], draft: Draft, wanted: Sequence[str]) -> Position:
    if not wanted:
        return draft.manifest.start
    layers = draft.layers
    best, (place, fitted, value) = layers.own, place_of(draft.kind, layers.own.data, wanted)
    for layer in (*layers.patches, *filter(None, [layers.defaults])):
        inner, count, found = place_of(draft.kind, layer.data, wanted)
        if count > fitted or (count == fitted > 0 and layer is not layers.defaults):
            best, place, fitted, value = layer, inner, count, found
    # A tool that refers to a Function has the Function's fields, so the search goes on there.
    if fitted < len(wanted) and (shared := _inlined(drafts, draft, value)):
        return _position(drafts, shared, wanted[fitted:])
    if not fitted:
        return draft.manifest.start
    return best.manifest.position((*best.base, *place), at_key=True)


def _inlined(drafts: Mapping[Address, Draft], draft: Draft, value: Any) -> Draft | None:
    """Return the inlined resource to which a reference leads, or None if there is none."""
    for pattern, kind in draft.kind.references.items():
        name = value.get(pattern.rpartition(".")[2]) if isinstance(value, dict) else None
        found = drafts.get(Address(kind, name)) if isinstance(name, str) else None
        if found and found.kind.inlined:
            return found
    return None
