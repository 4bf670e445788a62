"""The words of which the schemas of request bodies are made: texts, numbers, closed objects.

Bounds are the platform's, and stand with the resource that they bind. Whatever a schema cannot say
(two fields that exclude each other, a reference that must exist) its handler says.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NAME_PATTERN = "^[a-zA-Z0-9_-]+$"


def text(longest: int | None = None, *, shortest: int | None = None) -> Schema:
    bounds = {"minLength": shortest, "maxLength": longest}
    return {"type": "string"} | {key: value for key, value in bounds.items() if value is not None}


def number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def integer(low: int, high: int | None = None) -> Schema:
    return {"type": "integer", "minimum": low} | ({} if high is None else {"maximum": high})


def items(schema: Schema, most: int | None = None, least: int | None = None) -> Schema:
    bounds = {"minItems": least, "maxItems": most}
    given = {key: value for key, value in bounds.items() if value is not None}
    return {"type": "array", **given, "items": schema}


def closed(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def null(schema: Schema) -> Schema:
    """The same, or null."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    either = schema | {"type": [*kinds, "null"]}
    if "enum" in schema:
        either["enum"] = [*schema["enum"], None]
    return either


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def tagged(variants: dict[str, Schema]) -> Schema:
    """An object whose `type` says which of the variants it is; errors keep their path."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": one_of(*variants)},
        "allOf": [
            {"if": {"required": ["type"], "properties": {"type": {"const": name}}}, "then": schema}
            for name, schema in variants.items()
        ],
    }


def word_or(words: list[str], schema: Schema) -> Schema:
    """One of some words, or an object."""
    return {
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": {"enum": words},
        "else": {"if": {"type": "object"}, "then": schema},
    }


ANY_OBJECT: Schema = {"type": "object"}
IDS = items(text())
METADATA = null(
    {
        "type": "object",
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"type": "string", "maxLength": 512},
    }
)
ATTRIBUTES = null(
    {
        "type": "object",
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 512},
    }
)

TYPE_ONLY = closed({"type": {}})
METADATA_ONLY = closed({"metadata": METADATA})
