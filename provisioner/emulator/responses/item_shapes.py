"""The schema of an item in a request. It is built from the SDK's types, with a few additions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.shapes import closed, null, one_of, tagged
from provisioner.emulator.core.wire import objects
from provisioner.emulator.responses.limits import LONGEST_TEXT

if TYPE_CHECKING:
    from provisioner.emulator.core.shapes import Schema
    from provisioner.emulator.core.wire import Shapes

_UNTYPED: Schema = {
    "anyOf": [{"not": {"required": ["type"]}}, {"properties": {"type": {"type": "null"}}}]
}
"""The schema of an item whose `type` is missing or null."""


def item(shapes: Shapes) -> Schema:
    """Return the schema of any item.

    An item without a type is a message, or a reference if it has only an id.
    """
    names: dict[str, Any] = _given("ConversationCreateParams", "items")["null"]["list"]["tagged"]
    message = _message(shapes, names["message"])
    reference = shapes.object("ItemReference")
    kinds = {
        kind: message if kind == "message" else shapes.object(name) for kind, name in names.items()
    }
    known = tagged(kinds)
    untyped = {
        "if": {"type": "object", "required": ["id"], "not": {"required": ["role"]}},
        "then": reference,
        "else": message,
    }
    return {
        "type": "object",
        "properties": {"type": null(one_of(*kinds))},
        "allOf": [*known["allOf"], {"if": {"type": "object"} | _UNTYPED, "then": untyped}],
    }


def _message(shapes: Shapes, names: list[str]) -> Schema:
    """Return one schema for all forms of a message. The SDK has a separate type for each form."""
    fields: Schema = {}
    # In reverse, so that a field of several forms gets its schema in the first of them.
    for name in reversed(names):
        fields |= shapes.object(name)["properties"]
    fields = {name: null(schema) for name, schema in fields.items()}
    asked = shapes.type(_given(names[0], "content"))
    said = shapes.type({"either": ["string", _given(names[-1], "content")]})
    roles = {"role": shapes.type(_given(names[0], "role")), "content": {}}
    return closed(fields | roles, "role", "content") | {
        "if": {"required": ["role"], "properties": {"role": {"const": "assistant"}}},
        "then": {"properties": {"content": said | {"maxLength": LONGEST_TEXT}}},
        "else": {"properties": {"content": asked | {"maxLength": LONGEST_TEXT}}},
    }


def _given(name: str, field: str) -> Any:
    """Return the type of a field of the SDK's class `name`, in the notation of `core/wire.py`."""
    return objects()[name]["fields"][field]


@lru_cache(maxsize=1)
def includable() -> list[str]:
    """Return the values that `include` of a request may contain."""
    names: list[str] = _given("ItemCreateParams", "include")["list"]["enum"]
    return names
