"""Converts fields between their names in a manifest and their paths on the wire.

A table of `WirePath`s by field name serves both directions. Each runtime has such tables.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.provider import Body


def _same(value: Any) -> Any:
    """Return a value unchanged."""
    return value


@frozen
class WirePath:
    """The path of a field on the wire, such as `text.format`, and the conversion of its value.

    `from_wire` returns None for a value of the server that sets nothing in a manifest.
    """

    path: str
    to_wire: Callable[[Any], Any] = _same
    from_wire: Callable[[Any], Any] = _same

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))


WirePaths: TypeAlias = Mapping[str, WirePath]


def to_wire_paths(fields: Mapping[str, Any], paths: WirePaths) -> Body:
    """Return a body with the fields at their wire paths.

    A field that is None clears its path. If the path is inside of an object, the whole object is
    cleared.
    """
    body: Body = {}
    for name, value in fields.items():
        wire_path = paths.get(name, WirePath(name))
        *outer, last = wire_path.keys
        if value is not None:
            _inner(body, outer)[last] = wire_path.to_wire(value)
        elif outer:
            # Another field may have put a value into the same object, which then is not cleared.
            body.setdefault(outer[0], None)
        else:
            body[last] = None
    return body


def _inner(body: Body, keys: list[str]) -> Body:
    """Return the object at some keys of a body, which is created if it is missing."""
    for key in keys:
        # `or`, because a field before this one may have set the object to None.
        body[key] = body.get(key) or {}
        body = body[key]
    return body


def from_wire_paths(body: Mapping[str, Any], paths: WirePaths) -> dict[str, Any]:
    """Return the fields of a body by their names in a manifest.

    A key that begins no wire path keeps its name.
    """
    heads = {wire_path.keys[0] for wire_path in paths.values()}
    # Most fields have one name in manifests and on the wire, and need no row in a table.
    fields = {key: value for key, value in body.items() if key not in heads}
    return {**fields, **dict(_found(body, paths))}


def _found(body: Mapping[str, Any], paths: WirePaths) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each field whose wire path a body contains."""
    for name, wire_path in paths.items():
        value: Any = body
        for key in wire_path.keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and (spelled := wire_path.from_wire(value)) is not None:
            yield name, spelled


def without_nulls(value: Any, depth: int = 2) -> Any:
    """Return `value` without keys that are null, down to `depth` levels of objects.

    Servers treat null and a missing key alike.
    """
    if not depth or not isinstance(value, Mapping):
        return value
    return {key: without_nulls(item, depth - 1) for key, item in value.items() if item is not None}
