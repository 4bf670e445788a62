"""Finds the JSON Schemas in a value and puts their keys in order.

A model writes its answer in the order of a schema's `properties`, so that order is part of the
value. The order of all other keys is not, and neither is that of `required` or of a list of types.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Self, TypeAlias

from provisioner.model.frozen import frozen

MAPPINGS = (dict, Mapping)
"""The types of mappings, for `isinstance`.

`dict` is first, because the test for the abstract `Mapping` takes ten times longer.
"""
ANY = "*"
"""The step of a pattern that matches any key."""
_SETS = frozenset({"required", "type"})
"""Keywords of JSON Schema whose value is a list in which the order has no meaning."""
_SCHEMA = frozenset(
    {
        *("additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if"),
        *("items", "not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"),
    }
)
"""Keywords of JSON Schema whose value is a schema, or a list of schemas."""
_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords of JSON Schema whose value is a list of schemas."""
_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties"})
"""Keywords of JSON Schema whose value is a mapping of schemas in which the order has no meaning."""
ORDERED = "properties"
"""The keyword of JSON Schema whose value is a mapping of schemas in which the order has a meaning."""


@frozen
class Schemas:
    """The places in a value where schemas begin.

    Each pattern has the keys that lead from the value to a schema, or ANY in place of a key.
    """

    patterns: tuple[tuple[str, ...], ...] = ()

    def below(self, keys: Iterable[str | int]) -> Self:
        """Return the places inside of the value to which `keys` lead, relative to that value."""
        found = self
        for key in keys:
            if not found.patterns:
                return found
            found = _below(found, str(key))
        return found

    @property
    def begin_here(self) -> bool:
        """True if the value itself is a schema."""
        return () in self.patterns


NOWHERE = Schemas()
"""The Schemas of a value that contains no JSON Schema."""


@lru_cache(maxsize=4096)
def _below(schemas: Schemas, key: str) -> Any:
    return Schemas(tuple(p[1:] for p in schemas.patterns if p and p[0] in (ANY, key)))


def arranged(value: Any, schemas: Schemas) -> Any:
    """Return a copy of plain JSON data in the one order in which it is compared and digested.

    Keys are sorted, except the keys of `properties` in a schema, which keep their order. The lists
    of `required` and `type` are sorted.
    """
    if isinstance(value, str):
        return value
    if schemas.begin_here:
        return _schema(value)
    if isinstance(value, MAPPINGS):
        return {
            # Most values are texts, which have no place below them to look for.
            key: item if type(item := value[key]) is str else arranged(item, schemas.below((key,)))
            for key in sorted(value)
        }
    if isinstance(value, list | tuple):
        return [arranged(item, schemas.below((ANY,))) for item in value]
    return value


def _schema(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_schema(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _keyword(key, value[key]) for key in sorted(value)}


def _keyword(key: str, value: Any) -> Any:
    if key in _SCHEMA or key in _SCHEMAS:
        return _schema(value)
    if key in _SETS and _are_texts(value):
        return sorted(value)
    if isinstance(value, Mapping) and key == ORDERED:
        return {name: _schema(item) for name, item in value.items()}
    if isinstance(value, Mapping) and key in _NAMED:
        return {name: _schema(value[name]) for name in sorted(value)}
    # The value of any other keyword, such as `default`, `enum` or `const`, is data and no schema.
    return arranged(value, NOWHERE)


def with_sorted_sets(value: Any, schemas: Schemas) -> Any:
    """Return a copy in which only the lists of `required` and `type` are sorted."""
    if schemas.begin_here:
        return _with_sorted_sets(value)
    if isinstance(value, Mapping):
        return {k: with_sorted_sets(item, schemas.below((k,))) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_sorted_sets(item, schemas.below((ANY,))) for item in value]
    return value


def _with_sorted_sets(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_with_sorted_sets(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = dict(value)
    for key, item in value.items():
        if key in _SETS and _are_texts(item):
            found[key] = sorted(item)
        elif key in _SCHEMA or key in _SCHEMAS:
            found[key] = _with_sorted_sets(item)
        elif (key == ORDERED or key in _NAMED) and isinstance(item, Mapping):
            found[key] = {name: _with_sorted_sets(inner) for name, inner in item.items()}
    return found


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def subschemas(schema: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the schemas directly inside of a schema, each with the keys that lead to it."""
    if isinstance(schema, list | tuple):
        yield from (((index,), item) for index, item in enumerate(schema))
    for key, value in schema.items() if isinstance(schema, Mapping) else ():
        if key in _SCHEMA or key in _SCHEMAS:
            yield (key,), value
        elif (key == ORDERED or key in _NAMED) and isinstance(value, Mapping):
            yield from (((key, name), inner) for name, inner in value.items())


def orders(value: Any, schemas: Schemas) -> dict[tuple[str | int, ...], tuple[str, ...]]:
    """Return the names in each `properties` of each schema in `value`, in their order.

    The keys of the result are the paths of the `properties`.
    """
    return dict(_orders(value, (), schemas))


def reordered(
    left: Any, right: Any, schemas: Schemas
) -> Iterator[tuple[tuple[str | int, ...], list[str], list[str]]]:
    """Yield the places where two values have the same properties in a different order.

    For each place it yields the keys that lead there, and the names of the properties that both
    values have: first in the order of `left`, then in that of `right`.
    """
    theirs = orders(right, schemas)
    for keys, names in orders(left, schemas).items():
        # Added and removed properties are differences of their own, so only the common ones count here.
        both = {*names} & {*theirs.get(keys, ())}
        first, second = (
            [name for name in side if name in both] for side in (names, theirs.get(keys, ()))
        )
        if first != second:
            yield keys, first, second


_Keys: TypeAlias = tuple[str | int, ...]


def _orders(value: Any, keys: _Keys, schemas: Schemas) -> Iterator[tuple[_Keys, tuple[str, ...]]]:
    if schemas.begin_here:
        yield from _orders_in_schema(value, keys)
        return
    for key, item in _items(value):
        yield from _orders(item, (*keys, key), schemas.below((key,)))


def _orders_in_schema(value: Any, keys: _Keys) -> Iterator[tuple[_Keys, tuple[str, ...]]]:
    if isinstance(value, Mapping) and isinstance(value.get(ORDERED), Mapping):
        yield (*keys, ORDERED), tuple(value[ORDERED])
    for inner, schema in subschemas(value):
        yield from _orders_in_schema(schema, (*keys, *inner))


def _items(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()
