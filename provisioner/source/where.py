"""Find the position in the manifests of a field that a plan or a diagnostic names."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.paths import parse
from provisioner.source.draft import Draft
from provisioner.source.layers import place_of


def where(drafts: Mapping[Address, Draft], address: Address, path: str) -> Position | None:
    """Return the position of the field at a diff path, or of the nearest field around it.

    Return None if no manifest declares the address.
    """
    draft = drafts.get(address)
    return _position(drafts, draft, parse(path) if path else ()) if draft else None


def _position(drafts: Mapping[Address, Draft], draft: Draft, wanted: Sequence[str]) -> Position:
    """Return the position of the field at these keys, in the layer that writes it."""
    if not wanted:
        return draft.manifest.start
    layers = draft.layers
    best, (place, fitted, value) = layers.own, place_of(draft.kind, layers.own.data, wanted)
    for layer in (*layers.patches, *filter(None, [layers.defaults])):
        inner, count, found = place_of(draft.kind, layer.data, wanted)
        if count > fitted or (count == fitted > 0 and layer is not layers.defaults):
            best, place, fitted, value = layer, inner, count, found
    # A tool that refers to a Function shows the Function's fields, which another manifest writes.
    if fitted < len(wanted) and (shared := _inlined(drafts, draft, value)):
        return _position(drafts, shared, wanted[fitted:])
    if not fitted:
        return draft.manifest.start
    return best.manifest.position((*best.base, *place), at_key=True)


def _inlined(drafts: Mapping[Address, Draft], draft: Draft, value: Any) -> Draft | None:
    """Return the inlined resource that a value refers to, or None if it refers to none."""
    for pattern, kind in draft.kind.references.items():
        name = value.get(pattern.rpartition(".")[2]) if isinstance(value, dict) else None
        found = drafts.get(Address(kind, name)) if isinstance(name, str) else None
        if found and found.kind.inlined:
            return found
    return None
