"""The schemas of a resource's `metadata`, and of the `spec` of a borrowed resource."""

from typing import Final

from provisioner.kinds.shared import Schema
from provisioner.model.kind import Kind
from provisioner.source.stack_schema import IDENTIFIER

FORMER_NAME: Final = r"^[A-Za-z0-9_-]{1,64}(\[[A-Za-z0-9_-]{1,64}\])?$"
"""A name, or that of one row of a table: `support[acme]`."""

RESOURCE_METADATA: Final[Schema] = {
    "type": "object",
    "description": "The resource's name, labels and former names.",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "pattern": IDENTIFIER,
            "description": "The name in its address: 1 to 64 letters, digits, `_` and `-`.",
        },
        "labels": {
            "type": "object",
            "description": "Labels for `--select`. Names and values are text. They are never "
            "sent to the API.",
            "additionalProperties": {"type": "string"},
        },
        "formerly": {
            "type": "array",
            "items": {"type": "string", "pattern": FORMER_NAME},
            "uniqueItems": True,
            "description": (
                "Names that this resource had before. Its live object is kept, and only its "
                "mark is rewritten. Remove them once every environment has been applied."
            ),
        },
    },
    "x-hints": {"id": "Only the Stack has an id; live ids are looked up for you."},
}

INLINED_METADATA: Final[Schema] = {
    **RESOURCE_METADATA,
    "properties": {
        name: field for name, field in RESOURCE_METADATA["properties"].items() if name != "formerly"
    },
    "x-hints": {
        **RESOURCE_METADATA["x-hints"],
        "formerly": "It has no live object that a new name could be lost to: leave it out.",
    },
}
"""The metadata of a kind that is a part of whoever refers to it."""

ID: Final = "id"
BORROWED_ID: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "description": (
        "The id of an object that somebody else manages, as the only field of `spec`. The "
        "object is read and referred to. It is never changed, marked or deleted here."
    ),
}
BORROWED: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": [ID],
    "properties": {ID: BORROWED_ID},
}


def can_be_borrowed(kind: Kind) -> bool:
    """Return true if objects of a kind stand on their own, with an id that others can refer to."""
    return not kind.inlined and not any(binding.parent for binding in kind.bindings.values())
