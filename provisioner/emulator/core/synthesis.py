"""Generates values that satisfy a JSON Schema: the stand-in model's answers and function arguments.

The same question always gets the same values. A string without other constraints says that it comes
from the stand-in model. If the question contains a word with a digit, such as an order number, the
string is that word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

DEEPEST = 12
"""The depth from which a recursive schema is filled with as little as it allows."""
MOST_ITEMS = 100
"""The most items of an array, however many the schema asks for."""
IDENTIFIER = re.compile(r"[\w-]*\d[\w-]*")
"""Matches a word that contains a digit, such as an order number."""
FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "stand-in@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.com/",
}
"""The string for each `format` of a schema."""


class Synthesis:
    """Generates a value that satisfies a schema.

    Strings are taken from the text `hint`, usually the question, where it contains words with
    digits.
    """

    def __init__(self, schema: Json, hint: str) -> None:
        self._root = schema
        self._hint = hint

    def value(self) -> Any:
        return self._value(self._root, "value", 0)

    def _value(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict):
            return None
        schema = self._resolved(schema)
        for keyword in ("const", "default"):
            if keyword in schema:
                return schema[keyword]
        if schema.get("enum"):
            return schema["enum"][0]
        for keyword in ("anyOf", "oneOf"):
            if schema.get(keyword):
                return self._value(self._branch(schema[keyword], depth), name, depth + 1)
        return self._typed(schema, name, depth)

    def _resolved(self, schema: Json) -> Json:
        """Return a schema with `$ref` replaced by what it refers to, and `allOf` merged."""
        reference = schema.get("$ref")
        seen = 0
        # A reference may lead back to itself, so the number of steps is limited.
        while isinstance(reference, str) and seen < DEEPEST:
            node: Any = self._root
            for part in reference.removeprefix("#").strip("/").split("/"):
                node = node.get(part) if isinstance(node, dict) and part else node
            schema = node if isinstance(node, dict) else {}
            reference, seen = schema.get("$ref"), seen + 1
        for part in schema.get("allOf", []):
            schema = {**schema, **self._resolved(part)}
        return schema

    def _branch(self, branches: list[Any], depth: int) -> Any:
        """Return the first branch of `anyOf` or `oneOf`.

        Deep in a recursive schema `null` is preferred.
        """
        if depth > DEEPEST:
            ends = [branch for branch in branches if branch == {"type": "null"}]
            return (ends or branches)[0]
        return branches[0]

    def _typed(self, schema: Json, name: str, depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            count = min(schema.get("minItems", 1 if depth < DEEPEST else 0), MOST_ITEMS)
            return [self._value(schema.get("items", {}), name, depth + 1) for _ in range(count)]
        if kind in {"integer", "number"}:
            return _number(schema, whole=kind == "integer")
        if kind == "string":
            return self._string(schema, name)
        return False if kind == "boolean" else None

    def _object(self, schema: Json, depth: int) -> Json:
        properties = schema.get("properties", {})
        names = properties if depth < DEEPEST else schema.get("required", [])
        return {name: self._value(properties.get(name, {}), name, depth + 1) for name in names}

    def _string(self, schema: Json, name: str) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        words = IDENTIFIER.findall(self._hint)
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            words = [word for word in words if re.search(pattern, word)]
        text = words[0] if words else f"[stand-in model] {name}"
        text = text.ljust(schema.get("minLength", 0), ".")
        return text[: schema.get("maxLength", len(text))]


def _number(schema: Json, *, whole: bool) -> float:
    """Return a number within the schema's bounds.

    It is a multiple of `multipleOf`, or of 1 without it: the smallest one from the lower bound on.
    Without a lower bound it is `multipleOf` itself, or, if the upper bound is not above that, the
    largest multiple up to the bound. If the bounds have no whole number between them and
    `multipleOf` is not set, it is the middle of the bounds.
    """
    low = max(_given(schema, "minimum", "exclusiveMinimum"), default=None)
    high = min(_given(schema, "maximum", "exclusiveMaximum"), default=None)
    step = schema.get("multipleOf", 1)
    if low is not None:
        value = -(-low // step) * step
        value = value + step if value == schema.get("exclusiveMinimum") else value
    elif high is not None and high <= step:
        value = high // step * step
        value = value - step if value == schema.get("exclusiveMaximum") else value
    else:
        value = step
    if whole:
        return int(value)
    if low is not None and high is not None and "multipleOf" not in schema:
        is_over = value > high or value == schema.get("exclusiveMaximum")
        return (low + high) / 2 if is_over else float(value)
    return float(value)


def _given(schema: Json, *keywords: str) -> list[float]:
    """Return the values of those keywords that the schema sets."""
    return [schema[keyword] for keyword in keywords if schema.get(keyword) is not None]
