"""Fields that stand elsewhere on a wire than in a manifest: moved there and back by one table."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.provider import Body


def _same(value: Any) -> Any:
    return value


@frozen
class Place:
    """Where a field stands on the wire, as `text.format`, and how its value is spelled there.

    `from_wire` may answer None: this value says nothing in a manifest.
    """

    path: str
    to_wire: Callable[[Any], Any] = _same
    from_wire: Callable[[Any], Any] = _same

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))


Places: TypeAlias = Mapping[str, Place]


def moved(fields: Mapping[str, Any], places: Places) -> Body:
    """Fields as the wire has them. What is None is cleared: an object of which nothing is left too."""
    body: Body = {}
    for name, value in fields.items():
        place = places.get(name, Place(name))
        *outer, last = place.keys
        if value is not None:
            _inner(body, outer)[last] = place.to_wire(value)
        elif outer:
            body.setdefault(outer[0], None)
        else:
            body[last] = None
    return body


def _inner(body: Body, keys: list[str]) -> Body:
    for key in keys:
        body[key] = body.get(key) or {}
        body = body[key]
    return body


def moved_back(body: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """A body as a manifest has it. Objects that a place reaches into are taken apart whole."""
    heads = {place.keys[0] for place in places.values()}
    fields = {key: value for key, value in body.items() if key not in heads}
    return {**fields, **dict(_found(body, places))}


def _found(body: Mapping[str, Any], places: Places) -> Iterator[tuple[str, Any]]:
    for name, place in places.items():
        value: Any = body
        for key in place.keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and (spelled := place.from_wire(value)) is not None:
            yield name, spelled


def without_nulls(value: Any, depth: int = 2) -> Any:
    """`value` without keys that are null, `depth` objects deep: null and absent are one there."""
    if not depth or not isinstance(value, Mapping):
        return value
    return {key: without_nulls(item, depth - 1) for key, item in value.items() if item is not None}
