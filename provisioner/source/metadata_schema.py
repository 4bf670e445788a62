"""JSON Schemas of a resource's `metadata`, and of the `spec` of a borrowed resource."""

from typing import Final

from provisioner.kinds.shared import Schema
from provisioner.model.kind import Kind
from provisioner.source.stack_schema import IDENTIFIER

FORMER_NAME: Final = r"^[A-Za-z0-9_-]{1,64}(\[[A-Za-z0-9_-]{1,64}\])?$"
"""The pattern of a former name: a name, or the name of one row of a table, as `support[acme]`."""

RESOURCE_METADATA: Final[Schema] = {
    "type": "object",
    "description": "The resource's name, labels and former names.",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "pattern": IDENTIFIER,
            "description": "The name in the resource's address: 1 to 64 letters, digits, `_` and `-`.",
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
                "mark is rewritten. Remove these names once every environment has been applied."
            ),
        },
    },
    "x-hints": {
        "id": "Only the Stack has an id. The ids of live objects are found by their marks."
    },
}

INLINED_METADATA: Final[Schema] = {
    **RESOURCE_METADATA,
    "properties": {
        name: field for name, field in RESOURCE_METADATA["properties"].items() if name != "formerly"
    },
    "x-hints": {
        **RESOURCE_METADATA["x-hints"],
        "formerly": "This kind has no live object, so a new name needs no `formerly`: leave it out.",
    },
}
"""The schema of `metadata` for an inlined kind, such as Function: without `formerly`."""

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
    """Return true if a manifest can borrow objects of a kind by their id.

    Inlined kinds have no object, and objects inside of a parent have no id that others refer to.
    """
    return not kind.inlined and not any(binding.parent for binding in kind.bindings.values())
