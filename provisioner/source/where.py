"""From a field in a plan back to its place in a manifest."""

from collections.abc import Mapping, Sequence

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.paths import parse
from provisioner.source.draft import Draft
from provisioner.source.layers import place_of


def where(drafts: Mapping[Address, Draft], address: Address, path: str) -> Position | None:
    """The place of a diff path, or of the nearest thing around it. None: no such resource."""
    draft = drafts.get(address)
    return _position(drafts, draft, parse(path) if path else ()) if draft else None


def _position(drafts: Mapping[Address, Draft], draft: Draft, wanted: Sequence[str]) -> Position:
    if not wanted:
        return draft.manifest.start
    layers = draft.layers
    best, (place, fitted, value) = layers.own, place_of(layers.own.data, wanted)
    for layer in (*layers.patches, *filter(None, [layers.defaults])):
        inner, count, found = place_of(layer.data, wanted)
        if count > fitted or (count == fitted > 0 and layer is not layers.defaults):
            best, place, fitted, value = layer, inner, count, found
    shared = value.get("ref") if isinstance(value, dict) and fitted < len(wanted) else None
    # What a tool does not say itself is said by the Function that it refers to.
    if isinstance(shared, str) and (function := drafts.get(Address("function", shared))):
        return _position(drafts, function, wanted[fitted:])
    if not fitted:
        return draft.manifest.start
    return best.manifest.position((*best.base, *place), at_key=True)
