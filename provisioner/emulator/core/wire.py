"""Builds the JSON Schemas of request bodies from the SDK's types and the platform's limits.

Names, enumerations and unions come from `wire.json`, which `python -m tests.emulator.derive` writes
from the SDK's types. Bounds, and the few places where the platform differs from its SDK, are
written by hand as limits. Limits are a mapping from `CLASS.FIELD` (or `*.FIELD` for every class, or
`CLASS` for a whole object) to one of these:

- JSON Schema keywords, which are added to the schema of the field; `nullable` allows null as well;
- a whole schema (anything with `type` or `$ref`), which replaces the field's own schema;
- None, for a field of the SDK that the body must not contain;
- for a whole object, UNCHECKED if only its required fields are checked, or NULLS if each of its optional fields may be null.

The keys `string`, `list` and `map` are limits for everything of that type.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from provisioner.emulator.core.shapes import Schema, closed, either, null, one_of, tagged

Limits = dict[str, Schema | None]

UNCHECKED: Schema = {"unchecked": True}
NULLS: Schema = {"nulls": True}


@lru_cache(maxsize=1)
def objects() -> dict[str, Any]:
    """Return the description of every object in the SDK's request bodies, by class name."""
    data: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_bytes())["objects"]
    return data


class Shapes:
    """Builds the schemas of objects and types under one set of limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def object(self, name: str) -> Schema:
        """Return the schema of the object with that class name.

        Raises KeyError for an unknown one.
        """
        made = objects()[name]
        if "tagged" in made:
            return self.type(made)
        short = name.rpartition(".")[2]
        limit = dict(self._limits.get(short) or {})
        if limit.pop("unchecked", False):
            return {"type": "object", "required": made["required"]}
        nulls = limit.pop("nulls", False)
        needed = limit.pop("required", made["required"])
        known: Schema = {}
        for field, kind in made["fields"].items():
            schema = self._limited(f"{short}.{field}", f"*.{field}", kind)
            if schema is not None:
                optional = nulls and field not in needed
                known[field] = null(schema) if optional else schema
        required = [field for field in needed if field in known]
        return _over(closed(known, *required), limit)

    def _limited(self, exact: str, anywhere: str, kind: Any) -> Schema | None:
        """Return the schema of a field, or None if the body must not contain the field.

        `kind` is its type in the SDK. `exact` and `anywhere` are the keys of its limit; the first
        that exists is used.
        """
        limit: Schema | None = {}
        for key in (exact, anywhere):
            if key in self._limits:
                limit = self._limits[key]
                break
        if limit is None or "type" in limit or "$ref" in limit:
            return limit
        if limit.get("nullable"):
            kind = {"null": kind}
        return _over(self.type(kind), {key: limit[key] for key in limit if key != "nullable"})

    def type(self, kind: Any) -> Schema:
        """Return the schema of a type in the notation of `tests/emulator/derive.py`."""
        if isinstance(kind, str):
            return {} if kind == "any" else {"type": kind} | self._every(kind)
        ((form, value),) = kind.items()
        schema: Schema = getattr(self, f"_{form}")(value)
        return schema

    def _every(self, form: str) -> Schema:
        """Return the limit for every value of the type `form`, such as `string`, or {}."""
        return self._limits.get(form) or {}

    def _null(self, kind: Any) -> Schema:
        return null(self.type(kind))

    def _list(self, kind: Any) -> Schema:
        return {"type": "array", "items": self.type(kind)} | self._every("list")

    def _map(self, kind: Any) -> Schema:
        every = self._every("map")
        return {"type": "object", "additionalProperties": self.type(kind)} | every

    def _enum(self, values: list[str]) -> Schema:
        return one_of(*values)

    def _tagged(self, variants: dict[str, str | list[str]]) -> Schema:
        return tagged({tag: self._variant(name) for tag, name in variants.items()})

    def _either(self, kinds: list[Any]) -> Schema:
        return either([self.type(kind) for kind in kinds])

    def _ref(self, name: str) -> Schema:
        return self.object(name)

    def _variant(self, name: str | list[str]) -> Schema:
        """Return the schema of one object, or of any of several objects."""
        return (
            self.object(name)
            if isinstance(name, str)
            else {"anyOf": [self.object(one) for one in name]}
        )


def _over(schema: Schema, limit: Schema) -> Schema:
    """Return a schema with the keywords of a limit added. Keywords inside of keywords are merged."""
    made = dict(schema)
    for keyword, value in limit.items():
        below = made.get(keyword)
        made[keyword] = (
            _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
        )
    return made
