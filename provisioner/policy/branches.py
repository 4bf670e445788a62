"""Takes JSON Schemas apart for a comparison: follows `$ref`, and pairs alternatives and conditions."""

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
"""Keywords that have no effect on which values are valid."""
_MOST_REFS: Final = 20
"""The largest number of references that are followed one after the other, in case they form a circle."""


@frozen
class Pairing:
    """Two lists of schemas in pairs. `both` has the pairs, each with its index in the first list.

    `gone` are schemas that only the first list has, and `new` those that only the second has.
    `unclear` is true if several of each list have no partner, so that it is not known which became
    which.
    """

    both: tuple[tuple[int, Any, Any], ...]
    gone: list[Any]
    new: list[Any]
    unclear: bool = False


def resolved(schema: Any, root: Any) -> Mapping[str, Any] | Literal[False] | None:
    """Return a schema with its `$ref`, and its `allOf` of one schema, replaced by what they contain.

    Returns False if no value is valid. Returns None if the schema cannot be resolved, for example
    because of a reference to another document.
    """
    for _ in range(_MOST_REFS):
        if not isinstance(schema, Mapping):
            return False if schema is False else {} if schema is True else None
        target = _inner(schema, root)
        if target is _NONE:
            return {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        beside = {k: v for k, v in schema.items() if k not in ANNOTATIONS | {"$ref", "allOf"}}
        # Two keywords with the same name would both apply, which one flat schema cannot express.
        if beside and not (isinstance(target, Mapping) and beside.keys().isdisjoint(target)):
            return None
        schema = {**target, **beside} if beside else target
    return None


_NONE: Final = object()
"""The value that stands for no schema. A manifest may have None in the place of a schema."""


def _inner(schema: Mapping[str, Any], root: Any) -> Any:
    """Return the schema that a `$ref` names, or the only schema of an `allOf`; _NONE without either."""
    if "$ref" in schema:
        return _target(schema["$ref"], root)
    conditions = schema.get("allOf")
    if isinstance(conditions, list | tuple) and len(conditions) == 1:
        return conditions[0]
    return _NONE


def lifted(
    before: Mapping[str, Any], after: Mapping[str, Any], name: str
) -> tuple[list[Any], list[Any]] | None:
    """Return the alternatives of both schemas if one of them consists only of alternatives, else None.

    The other schema has no alternatives. It counts as a single alternative, or as one alternative
    for each of its types.
    """
    only = [
        side.keys() == {name} and isinstance(side[name], list | tuple) for side in (before, after)
    ]
    # If both consist of alternatives, or neither does, they are compared as they are.
    if only[0] is only[1] or name in (after if only[0] else before):
        return None
    first, second = (
        list(side[name]) if alone else _by_type(side)
        for side, alone in zip((before, after), only, strict=True)
    )
    return first, second


def paired(first: Sequence[Any], second: Sequence[Any]) -> Pairing:
    """Pair the schemas that are equal. If only one is left in each list, pair these two."""
    rest, both = list(second), []
    alone: list[tuple[int, Any]] = []
    for index, schema in enumerate(first):
        same = next((one for one in rest if is_same(one, schema)), _NONE)
        if same is not _NONE:
            # Equal schemas may occur twice in a list, and each is a partner only once.
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
    """Return true if two values are equal as JSON, where 1 and true differ."""
    return first is second or text_of(first) == text_of(second)


def text_of(value: Any) -> str:
    """Return a value as JSON text, and a text unchanged."""
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
        # These are the escapes of JSON Pointer. In the other order `~01` would become `/`.
        key = part.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
