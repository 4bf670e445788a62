"""Functions that build the JSON Schemas of request bodies.

Handlers check the rules that these schemas do not express, such as two fields that exclude each
other, or a reference to an object that must exist.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# A condition of `if` has to name the type: `properties` alone is true of null and of a string too.
_OBJECT: Schema = {"type": "object", "required": ["type"]}


def closed(properties: Schema, *required: str) -> Schema:
    """Return the schema of an object that has no other properties than these."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def null(schema: Schema) -> Schema:
    """Return a schema that allows null, and every value that `schema` allows."""
    # The schema `{}` allows every value, and so null.
    if "type" not in schema:
        return schema
    made = schema | {"type": [*_kinds(schema), "null"]}
    if "enum" in schema:
        made["enum"] = [*schema["enum"], None]
    return made


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def tagged(variants: dict[str, Schema]) -> Schema:
    """Return the schema of an object whose `type` names one of the variants.

    It uses `if` and `then`, because a violation inside of a variant is then reported at its own
    path. `oneOf` would report it at the whole object.
    """
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": one_of(*variants)},
        "allOf": [
            {"if": _OBJECT | {"properties": {"type": {"const": name}}}, "then": schema}
            for name, schema in variants.items()
        ],
    }


def either(schemas: list[Schema]) -> Schema:
    """Return the schema of a value of one of several JSON types.

    The value must fit the schema for its type. The types of the schemas must differ.
    """
    kinds = [kind for schema in schemas for kind in _kinds(schema)]
    bound = [schema for schema in schemas if set(schema) - {"type"}]
    return {
        "type": kinds,
        "allOf": [{"if": {"type": schema["type"]}, "then": schema} for schema in bound],
    }


def _kinds(schema: Schema) -> list[str]:
    """Return the JSON types that a schema allows."""
    return schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
