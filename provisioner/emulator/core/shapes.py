"""The parts from which the JSON Schemas of request bodies are built.

Handlers check the rules that these schemas do not express, such as two fields that exclude each other,
or a reference to an object that must exist.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Without its type a condition would hold for null as well, which has no properties that deny it.
_OBJECT: Schema = {"type": "object", "required": ["type"]}


def closed(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def null(schema: Schema) -> Schema:
    """Return the schema of the same values or null."""
    if "type" not in schema:
        return schema
    made = schema | {"type": [*_kinds(schema), "null"]}
    if "enum" in schema:
        made["enum"] = [*schema["enum"], None]
    return made


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def tagged(variants: dict[str, Schema]) -> Schema:
    """Return the schema of an object whose `type` says which of the variants it is.

    A violation is reported at its own path, which `oneOf` would not do.
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
    """Return the schema of values of several JSON types, each of which has to suit its own schema."""
    kinds = [kind for schema in schemas for kind in _kinds(schema)]
    bound = [schema for schema in schemas if set(schema) - {"type"}]
    return {
        "type": kinds,
        "allOf": [{"if": {"type": schema["type"]}, "then": schema} for schema in bound],
    }


def _kinds(schema: Schema) -> list[str]:
    return schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
