"""List the fields of the manifest language from the schemas: their paths, types and limits.

`explain` and the generated reference print them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.frozen import frozen
from provisioner.source import metadata_schema, stack_schema
from provisioner.source.check import FOR_EACH, STACK

STACK_SUMMARY: Final = (
    "The settings of the whole folder: the owner's name, the targets and the "
    "environments. A folder has exactly one Stack."
)
ANY_KEY: Final = "NAME"
"""The step of a path that stands for any key of a mapping, such as the name of a target."""
_UNITS: Final = (
    ("maxLength", "characters"),
    ("maxItems", "items"),
    ("maxProperties", "keys"),
)
"""Keywords of JSON Schema that bound a size, and the unit that each counts."""


@frozen
class Field:
    """One field of a kind of manifest.

    `path` begins below `spec` (`tools[file_search].vector_store`, `files[].glob`). For fields
    beside `spec` it begins with `metadata.` or `for_each`. `schema` is the field's JSON Schema.
    """

    path: str
    schema: Mapping[str, Any]
    required: bool = False
    is_variant: bool = False
    """True if the field stands for the items of a list that have one `type`, as
    `tools[file_search]` does."""

    @property
    def description(self) -> str:
        return str(self.schema.get("description", ""))

    @property
    def type(self) -> str:
        """The JSON types that the field takes, such as `string or null`."""
        types = self.schema.get("type", "string" if "enum" in self.schema else "object")
        return " or ".join([types] if isinstance(types, str) else types)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that the field takes; empty if it takes every value of its type."""
        # `then` has the values where a condition of the schema lets a reference stand in their
        # place.
        listed = self.schema.get("enum") or self.schema.get("then", {}).get("enum") or ()
        return tuple(map(str, listed))

    @property
    def limits(self) -> tuple[str, ...]:
        """The bounds of the field in words, such as `0 to 2` and `at most 512 characters`."""
        found = []
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        if low is not None:
            found.append(f"{low} to {high}" if high is not None else f"{low} or more")
        found += [f"at most {self.schema[k]:,} {unit}" for k, unit in _UNITS if k in self.schema]
        return tuple(found)


@cache
def fields_of_kind(name: str) -> tuple[Field, ...]:
    """Return every field of a kind, or of `stack`: first the fields beside `spec`, then those in it.

    A field that contains other fields comes right before them.
    """
    if name == STACK.lower():
        return (
            *_inside(stack_schema.METADATA, "metadata."),
            *_inside(stack_schema.SPEC, ""),
        )
    kind = KINDS[name]
    own = metadata_schema.INLINED_METADATA if kind.inlined else metadata_schema.RESOURCE_METADATA
    beside = [*_inside(own, "metadata.")]
    if metadata_schema.can_be_borrowed(kind):
        beside.append(Field(metadata_schema.ID, metadata_schema.BORROWED_ID))
    if kind.repeats:
        beside.append(Field(FOR_EACH, stack_schema.FOR_EACH))
        beside += _inside(stack_schema.FOR_EACH, f"{FOR_EACH}.")
    return (*beside, *_inside(kind.schema, ""))


def _inside(schema: Any, prefix: str) -> Iterator[Field]:
    """Yield the fields of an object's schema, each followed by the fields that it contains."""
    # A `$ref` may lead back to the schema that contains it, and would never end.
    if not isinstance(schema, Mapping) or "$ref" in schema:
        return
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        # A `const` is a tag such as `type: file_search`, which the path already names.
        if "const" not in field:
            yield Field(f"{prefix}{name}", field, name in required)
            yield from _below(field, f"{prefix}{name}")


def _below(field: Mapping[str, Any], path: str) -> Iterator[Field]:
    """Yield the fields that one field contains: as an object, in its items, or in its keys' values."""
    yield from _inside(field, f"{path}.")
    # `else` has the long form of a field that may also be a short text.
    yield from _inside(field.get("else"), f"{path}.")
    items, values = field.get("items"), field.get("additionalProperties")
    if isinstance(values, Mapping) and "properties" in values:
        yield from _below(values, f"{path}.{ANY_KEY}")
    if isinstance(items, Mapping):
        yield from _below(items, f"{path}[]")
        for branch in items.get("allOf", ()):
            variant = branch["if"]["properties"]["type"]["const"]
            about = {"type": "object", "description": f"An item with `type: {variant}`."}
            yield Field(f"{path}[{variant}]", about, is_variant=True)
            yield from _inside(branch["then"], f"{path}[{variant}].")
