"""The fields of the manifest language, read from the schemas: their paths, types and limits."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.frozen import frozen
from provisioner.source import metadata_schema, stack_schema
from provisioner.source.check import FOR_EACH, STACK

STACK_SUMMARY: Final = (
    "The settings of the whole folder: its owner, its targets and its "
    "environments. A folder has exactly one Stack."
)
ANY_KEY: Final = "NAME"
"""The step of a path that stands for any key of a mapping, such as the name of a target."""
_UNITS: Final = (
    ("maxLength", "characters"),
    ("maxItems", "items"),
    ("maxProperties", "keys"),
)


@frozen
class Field:
    """One field of a kind of manifest.

    `path` begins below `spec` (`tools[file_search].vector_store`, `files[].glob`), or with
    `metadata.` or `for_each` where the field stands beside `spec`. `schema` is its JSON Schema.
    """

    path: str
    schema: Mapping[str, Any]
    required: bool = False
    is_variant: bool = False
    """True for the items of a list that have one `type`, such as `tools[file_search]`."""

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
        """The only values that the field takes. Empty if it takes any value of its type."""
        listed = self.schema.get("enum") or self.schema.get("then", {}).get("enum") or ()
        return tuple(map(str, listed))

    @property
    def limits(self) -> tuple[str, ...]:
        """The field's bounds in words, such as `0 to 2` and `at most 512 characters`."""
        found = []
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        if low is not None:
            found.append(f"{low} to {high}" if high is not None else f"{low} or more")
        found += [f"at most {self.schema[k]:,} {unit}" for k, unit in _UNITS if k in self.schema]
        return tuple(found)


@cache
def fields_of_kind(name: str) -> tuple[Field, ...]:
    """Return every field of a kind, or of the Stack: first those beside `spec`, then those in it.

    A field that has fields inside of it stands right before them.
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
    """Yield the fields of an object. Each field is followed by the fields inside of it."""
    if not isinstance(schema, Mapping) or "$ref" in schema:
        return
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        if "const" not in field:
            yield Field(f"{prefix}{name}", field, name in required)
            yield from _below(field, f"{prefix}{name}")


def _below(field: Mapping[str, Any], path: str) -> Iterator[Field]:
    """Yield the fields below one field: of the object, of its items, of the values of its keys."""
    yield from _inside(field, f"{path}.")
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
