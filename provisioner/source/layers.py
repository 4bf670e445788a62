"""Merge the layers of a resource's spec: Stack defaults, its manifest, and environment patches.

For messages, the layers also find the manifest that sets a value of the merged spec.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.source.manifest import Manifest, Place


@frozen
class Layer:
    """One layer of a spec: the value `data`, and the place `base` in a manifest where it is written."""

    manifest: Manifest
    base: Place
    data: Mapping[str, Any]


def merge_patch(value: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396): mappings are merged, null removes, all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(value) if isinstance(value, Mapping) else {}
    for key, item in patch.items():
        if item is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), item)
    return merged


@frozen
class Layers:
    """The layers of one resource's spec: defaults, its own spec, patches. Later layers take precedence."""

    kind: Kind
    defaults: Layer | None
    own: Layer
    patches: Sequence[Layer] = ()

    def merged(self) -> dict[str, Any]:
        """Return the spec that the layers make together, without the fields that are null."""
        spec = dict(self.own.data)
        defaults = self.defaults.data if self.defaults else {}
        # Of fields in `split`, such as `metadata`, the keys are set one by one. Any other field of
        # the manifest replaces the default as a whole.
        for key in self.kind.split & spec.keys():
            # A null removes a key even where no default sets it, so that it never reaches the API.
            if isinstance(spec[key], dict) and (key in defaults or None in spec[key].values()):
                spec[key] = merge_patch(defaults.get(key), spec[key])
        spec = {**defaults, **spec}
        for patch in self.patches:
            spec = merge_patch(spec, patch.data)
        return {key: value for key, value in spec.items() if value is not None}

    def origin(self, place: Place) -> tuple[Manifest, Place]:
        """Return the manifest that sets the value at `place` of the merged spec, and its place there."""
        # A place that no layer has is reported in the manifest of the resource itself.
        best, deepest = self.own, 1
        # At the same depth the later layer wins, as it does in `merged`.
        for layer in (*filter(None, [self.defaults]), self.own, *self.patches):
            depth = _depth(layer.data, place)
            if depth >= deepest:
                best, deepest = layer, depth
        return best.manifest, (*best.base, *place)


def _depth(value: Any, place: Place) -> int:
    """Return the number of leading steps of `place` that exist in `value`."""
    for count, step in enumerate(place):
        try:
            value = value[step]
        except (LookupError, TypeError):
            return count
    return len(place)


def rewrite(value: Any, pattern: str, change: Callable[[Any, Place], Any]) -> Any:
    """Return `value` with `change` applied to each part that `pattern` (`tools[].files[]`) matches.

    All other parts of the result are the same objects as before, so that a spec without a match
    costs no memory. `change` is given the part and its place.
    """
    return _rewrite(value, _pattern(pattern), change, ())


def begins(pattern: str, spec: Mapping[str, Any]) -> bool:
    """Return true if the spec has the first field of the pattern."""
    return _pattern(pattern)[0] in spec


def _rewrite(
    value: Any, pattern: Sequence[str], change: Callable[[Any, Place], Any], place: Place
) -> Any:
    if not pattern:
        return change(value, place)
    step, rest = pattern[0], pattern[1:]
    if step == "[]":
        if not isinstance(value, list):
            return value
        key = rest[0] if rest and rest[0] != "[]" else None
        items = [
            # Most items do not have the field. This test spares a call for each of them.
            _rewrite(item, rest, change, (*place, index))
            if key is None or (type(item) is dict and key in item)
            else item
            for index, item in enumerate(value)
        ]
        return value if all(map(operator.is_, items, value)) else items
    if not isinstance(value, dict) or step not in value:
        return value
    item = _rewrite(value[step], rest, change, (*place, step))
    return value if item is value[step] else {**value, step: item}


@cache
def _pattern(pattern: str) -> tuple[str, ...]:
    """Return the steps of a pattern: `tools`, `[]`, `files`, `[]` of `tools[].files[]`."""
    return tuple(part for part in pattern.replace("[]", ".[]").split(".") if part)


def place_of(kind: Kind, data: Any, wanted: Sequence[str]) -> tuple[Place, int, Any]:
    """Follow the keys of a diff path, such as `tools`, `search`, into a spec.

    Return the place that they lead to, the number of keys that could be followed, and the value at
    the place.
    """
    place: list[str | int] = []
    at = 0
    while at < len(wanted):
        found = _next(kind, data, wanted[at:])
        if found is None:
            break
        inner, taken = found
        for step in inner:
            data = data[step]
        place.extend(inner)
        at += taken
    return tuple(place), at, data


def _next(kind: Kind, data: Any, wanted: Sequence[str]) -> tuple[Place, int] | None:
    """Return the next steps into `data` and the number of keys that they use; None if no key fits.

    Diff paths name an item of a list by its name or type, and leave out the key of an inline object
    such as `function`.
    """
    if isinstance(data, list):
        index = next((i for i, item in enumerate(data) if _is_called(kind, item, wanted[0])), None)
        if index is None and wanted[0].isdecimal() and int(wanted[0]) < len(data):
            index = int(wanted[0])
        return None if index is None else ((index,), 1)
    if not isinstance(data, Mapping):
        return None
    if wanted[0] in data:
        return (wanted[0],), 1
    inline = data.get(kind.inline_key)
    if isinstance(inline, Mapping) and wanted[0] in inline:
        return (kind.inline_key, wanted[0]), 1
    return None


def _is_called(kind: Kind, item: Any, name: str) -> bool:
    """Return true if a key of a diff path names this item of a list."""
    if not isinstance(item, Mapping):
        # A document is called by its path from the root, and may be written relative to its
        # manifest.
        return bool(item == name or (isinstance(item, str) and name.endswith(f"/{item}")))
    inline = item.get(kind.inline_key)
    if isinstance(inline, Mapping) and inline.get("name") == name:
        return True
    return any(item.get(key) == name for key in kind.item_names)
