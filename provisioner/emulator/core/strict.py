"""Checks of JSON Schemas that a request contains, and of the platform's rules for `strict` schemas.

A function or a response format with `strict: true` allows only a part of JSON Schema.
"""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.store import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

Context = tuple[str, ...]

# The platform's codes for a wrong schema of a function, and of a text format.
FUNCTION, FORMAT = "invalid_function_parameters", "invalid_json_schema"
FORBIDDEN = ("allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else")
"""The keywords that a strict schema may not contain."""
DEEPEST = 10
"""The most levels of objects in a strict schema."""


def check_schema(schema: dict[str, Any], owner: str, param: str, code: str = FUNCTION) -> None:
    """Raise ApiError if `schema` is not a valid JSON Schema.

    `owner` names the function or format in the message, and `param` is its path in the request.
    `code` is the code of the error.
    """
    problem = _problem(dump(schema))
    if problem is not None:
        raise ApiError(
            f"Invalid schema for {owner}: {problem}.",
            param=param,
            code=code,
        )


# Every update sends the same schemas again, and the meta-schema that checks them is large. The
# argument is JSON text, because a dict cannot be a key of the cache.
@lru_cache(maxsize=1024)
def _problem(text: str) -> str | None:
    """Return the reason why a text is not a JSON Schema, or None if it is one."""
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(text))
    except SchemaError as error:
        return error.message
    return None


def check_strict(schema: Any, owner: str, param: str, code: str = FUNCTION) -> None:
    """Raise ApiError for the first rule of strict schemas that `schema` breaks.

    `owner`, `param` and `code` are those of `check_schema`.
    """
    root = schema if isinstance(schema, dict) else {}
    broken = "the root of a strict schema must be of type 'object'."
    found = [((), broken)] if root.get("type") != "object" else list(_broken(root, (), 0))
    if found:
        context, sentence = found[0]
        raise ApiError(
            f"Invalid schema for {owner}: In context={context}, {sentence}",
            param=param,
            code=code,
        )


def normalised(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the strict schema that the platform derives from a schema that is not strict, or None.

    None means that no strict schema of it exists, for example because an object allows any
    property.
    """
    made: dict[str, Any] = _closed(copy.deepcopy(schema))
    if made.get("type") != "object" or next(_broken(made, (), 0), None) is not None:
        return None
    return made


def _closed(node: Any) -> Any:
    """Return a schema whose objects forbid other properties and require all that they have.

    An object with `additionalProperties` of its own keeps that keyword.
    """
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    for keyword in ("items", "anyOf"):
        if keyword in node:
            node[keyword] = _closed(node[keyword])
    for keyword in ("properties", "$defs"):
        for name, child in (node.get(keyword) or {}).items():
            node[keyword][name] = _closed(child)
    if node.get("type") == "object" or "properties" in node:
        node.setdefault("properties", {})
        node.setdefault("additionalProperties", False)
        node["required"] = list(node["properties"])
    return node


def _broken(node: Any, context: Context, depth: int) -> Iterator[tuple[Context, str]]:
    """Yield (path, sentence) for each rule that a schema, or a schema inside of it, breaks.

    `depth` is the number of objects around `node`.
    """
    if not isinstance(node, dict):
        return
    yield from ((context, f"'{word}' is not permitted.") for word in FORBIDDEN if word in node)
    properties = node.get("properties") or {}
    if node.get("type") == "object" or properties:
        yield from ((context, sentence) for sentence in _broken_object(node, properties, depth))
    yield from _broken(node.get("items"), (*context, "items"), depth)
    for keyword, deeper in (("properties", 1), ("$defs", 0)):
        for name, child in (node.get(keyword) or {}).items():
            yield from _broken(child, (*context, keyword, name), depth + deeper)
    for index, child in enumerate(node.get("anyOf") or []):
        yield from _broken(child, (*context, "anyOf", str(index)), depth)


def _broken_object(node: dict[str, Any], properties: dict[str, Any], depth: int) -> Iterator[str]:
    """Yield a sentence for each rule that one object of a schema breaks by itself."""
    if depth > DEEPEST:
        yield f"objects are nested deeper than {DEEPEST} levels."
    if node.get("additionalProperties") is not False:
        yield "'additionalProperties' is required to be supplied and to be false."
    absent = [name for name in properties if name not in node.get("required", [])]
    if absent:
        yield (
            "'required' is required to be supplied and to be an array including every key in "
            f"properties. Missing '{absent[0]}'."
        )
