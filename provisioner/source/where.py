"""From a field in a plan back to its place in a manifest."""

from collections.abc import Mapping

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.source.layers import Layer, place_of, steps
from provisioner.source.resolve import Draft


def where(drafts: Mapping[Address, Draft], address: Address, path: str) -> Position | None:
    """The place of a diff path, or of the nearest thing around it. None: no such resource."""
    draft = drafts.get(address)
    return _position(drafts, draft, steps(path)) if draft else None


def _position(drafts: Mapping[Address, Draft], draft: Draft, wanted: list[str]) -> Position:
    if not wanted:
        return draft.manifest.start
    layers = draft.layers
    best, place, fitted = layers.own, *place_of(layers.own.data, wanted)
    for layer in (*layers.patches, *filter(None, [layers.defaults])):
        inner, count = place_of(layer.data, wanted)
        if count > fitted or (count == fitted > 0 and layer is not layers.defaults):
            best, place, fitted = layer, inner, count
    shared = _shared(drafts, best, place) if fitted < len(wanted) else None
    if shared:
        return _position(drafts, shared, wanted[fitted:])
    if not fitted:
        return draft.manifest.start
    return best.manifest.position((*best.base, *place), at_key=True)


def _shared(
    drafts: Mapping[Address, Draft], layer: Layer, place: tuple[str | int, ...]
) -> Draft | None:
    """The Function that a tool refers to: what is not said at the tool is said there."""
    value = layer.data
    for step in place:
        value = value[step]  # type: ignore[index]  # a place found in this very data
    name = value.get("ref") if isinstance(value, Mapping) else None
    return drafts.get(Address("function", name)) if isinstance(name, str) else None
