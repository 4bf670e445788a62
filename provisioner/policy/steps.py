"""Reads the path of a changed field, for rules that depend on paths."""

from collections.abc import Sequence
from typing import Any, Final

from provisioner.model import paths
from provisioner.model.plan import UNSET, FieldChange

_SCHEMAS: Final = frozenset({"parameters", "output_schema", "schema"})


def steps(change: FieldChange) -> tuple[str, ...]:
    """Return the keys of the path of a change.

    A path that cannot be parsed is returned as one key.
    """
    try:
        return paths.parse(change.path)
    except ValueError:
        return (change.path,)


def of_list(change: FieldChange) -> tuple[tuple[str, ...], list[Any], list[Any]]:
    """Return the keys of a list, its live items and its desired items.

    If the change concerns one item, only that item is returned. A side is empty if it does not have
    the list, or the item.
    """
    keys = steps(change)
    # The last key of an item of a list is its index.
    if len(keys) > 1 and keys[-1].isdecimal():
        return keys[:-1], _one(change.live), _one(change.desired)
    return keys, _all(change.live), _all(change.desired)


def _one(value: Any) -> list[Any]:
    return [] if value is UNSET else [value]


def _all(value: Any) -> list[Any]:
    return [*value] if isinstance(value, list | tuple) else []


def schema_begins(keys: Sequence[str]) -> bool:
    """Return true if a path leads into a JSON Schema."""
    return any(key in _SCHEMAS for key in keys)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
