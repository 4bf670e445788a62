"""Convert the values of a table's row to the types of the fields that they fill.

Every value of a CSV file is a text. Where a value such as `${each.temperature}` alone fills a field
that takes a number or a boolean, it is converted as the text of `--var` is. Everywhere else it
stays a text.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from provisioner.model.address import Address
from provisioner.model.resource import Resource
from provisioner.source.draft import Draft
from provisioner.source.manifest import Place
from provisioner.source.shapes import Shape
from provisioner.source.variable_types import Given, converted

_TYPES: Final = ("boolean", "integer", "number")
_TEXT: Final = "string"


def typed(draft: Draft, shape: Shape) -> None:
    """Convert, in place, each value of the row that alone fills a field of the draft's spec."""
    wanted = draft.fleet.wanted if draft.fleet else {}
    for key in {place[0] for place in draft.filled}:
        value = draft.spec.get(str(key))
        given = [place for place in draft.filled if place[0] == key and _is_given(draft, place)]
        if not given or key not in shape.schema["properties"]:
            continue
        # The type that a field wants is the same for every row, so the schema is asked for one row
        # only.
        if any(place not in wanted for place in given):
            learnt = dict(shape.wanted(str(key), value, _TYPES))
            wanted.update({place: learnt.get(place, _TEXT) for place in given})
        for place in given:
            draft.spec[str(key)] = _put(draft.spec[str(key)], place[1:], wanted[place])


def row_texts(draft: Draft) -> dict[str, str]:
    """Return the values of the row that are texts or numbers, by column, numbers as texts.

    Booleans and mappings are left out: they have no single text.
    """
    values = draft.row.values if draft.row else {}
    return {
        column: str(value)
        for column, value in values.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }


def sharing(resources: Mapping[Address, Resource]) -> dict[Address, Resource]:
    """Return the resources, each with the number of resources that use each part of its prompt.

    A plan says with this number how many prompts one edited part changes.
    """
    # Few folders have parts. Without any, no resource is copied.
    if not any(resource.parts for resource in resources.values()):
        return dict(resources)
    used = Counter(name for resource in resources.values() for name in _part_names(resource))
    return {
        address: replace(
            resource,
            parts={
                # A part without a file is not counted, and is used by this resource alone.
                field: tuple(replace(part, shared=max(used[part.name], 1)) for part in parts)
                for field, parts in resource.parts.items()
            },
        )
        if resource.parts
        else resource
        for address, resource in resources.items()
    }


def _part_names(resource: Resource) -> set[str]:
    names = {part.name for parts in resource.parts.values() for part in parts}
    # Parts without a file are called `part 1`, `part 2` and so on. These names are not shared.
    return {name for name in names if not name.startswith("part ")}


def _is_given(draft: Draft, place: Place) -> bool:
    """Return true if the value at `place` came from the row and nothing was added to it."""
    value: Any = draft.spec
    for step in place:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return False
    # Joined with other text, a value of the row is a plain text.
    return isinstance(value, Given)


def _put(value: Any, place: Place, wanted: str) -> Any:
    """Return a copy of `value` in which the text at `place` has the JSON type `wanted`.

    A text that is no value of that type stays as it is; the schema then reports it.
    """
    if not place:
        return str(value) if wanted == _TEXT else converted(str(value), wanted)
    if isinstance(value, dict):
        return {**value, place[0]: _put(value[place[0]], place[1:], wanted)}
    return [
        _put(item, place[1:], wanted) if index == place[0] else item
        for index, item in enumerate(value)
    ]
