"""Take JSON Schemas apart for a comparison: follow `$ref`, pair alternatives and conditions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from provisioner.model.frozen import frozen

ANNOTATIONS: Final = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "$vocabulary"),
    )
)
"""Keywords that say nothing about what is valid."""
_MOST_REFS: Final = 20
"""References followed one after the other before the chain is taken for endless."""


@frozen
class Pairing:
    """Two lists of schemas, paired: `both` with the index in the first list, `gone` and `new` alone.

    It is `unclear` where several of each list have no partner, so that nobody can tell which became
    which.
    """

    both: tuple[tuple[int, Any, Any], ...]
    gone: list[Any]
    new: list[Any]
    unclear: bool = False


def resolved(schema: Any, root: Any) -> Mapping[str, Any] | Literal[False] | None:
    """Return a schema with its `$ref` and its `allOf` of one schema replaced by what they name.

    Returns False if no value is valid. Returns None if the schema cannot be resolved, such as a
    reference to another document.
    """
    for _ in range(_MOST_REFS):
        if not isinstance(schema, Mapping):
            return False if schema is False else {} if schema is True else None
        target = _inner(schema, root)
        if target is _NONE:
            return {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        beside = {k: v for k, v in schema.items() if k not in ANNOTATIONS | {"$ref", "allOf"}}
        if beside and not (isinstance(target, Mapping) and beside.keys().isdisjoint(target)):
            return None
        schema = {**target, **beside} if beside else target
    return None


_NONE: Final = object()
"""Stands for a schema that takes in no other one."""


def _inner(schema: Mapping[str, Any], root: Any) -> Any:
    """Return the schema that another one takes in as a whole, _NONE where it takes in none."""
    if "$ref" in schema:
        return _target(schema["$ref"], root)
    conditions = schema.get("allOf")
    if isinstance(conditions, list | tuple) and len(conditions) == 1:
        return conditions[0]
    return _NONE


def lifted(
    before: Mapping[str, Any], after: Mapping[str, Any], name: str
) -> tuple[list[Any], list[Any]] | None:
    """Return the alternatives of both schemas where one is nothing but alternatives, else None.

    The other one has no alternatives: it is its own only one, or one for each of its types.
    """
    only = [
        side.keys() == {name} and isinstance(side[name], list | tuple) for side in (before, after)
    ]
    if only[0] is only[1] or name in (after if only[0] else before):
        return None
    first, second = (
        list(side[name]) if alone else _by_type(side)
        for side, alone in zip((before, after), only, strict=True)
    )
    return first, second


def paired(first: Sequence[Any], second: Sequence[Any]) -> Pairing:
    """Pair the schemas that are equal, and the last one of each list if only one is left in each."""
    rest, both = list(second), []
    alone: list[tuple[int, Any]] = []
    for index, schema in enumerate(first):
        same = next((one for one in rest if is_same(one, schema)), _NONE)
        if same is not _NONE:
            rest = [one for one in rest if one is not same]
            both.append((index, schema, same))
        else:
            alone.append((index, schema))
    if len(alone) == len(rest) == 1:
        both.append((*alone.pop(), rest.pop()))
    if alone and rest:
        return Pairing(tuple(both), [], [], unclear=True)
    return Pairing(tuple(both), [schema for _, schema in alone], rest)


def is_same(first: Any, second: Any) -> bool:
    """Return true if two values are the same JSON: 1 and true are not."""
    return first is second or text_of(first) == text_of(second)


def text_of(value: Any) -> str:
    """Return a value as JSON, and a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _by_type(schema: Mapping[str, Any]) -> list[Any]:
    types = schema.get("type")
    if isinstance(types, list | tuple) and schema.keys() == {"type"}:
        return [{"type": one} for one in types]
    return [dict(schema)]


def _target(reference: Any, root: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    found = root
    for part in filter(None, reference[1:].split("/")):
        key = part.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
