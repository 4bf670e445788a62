"""Read the path of a changed field, for the rules that go by it."""

from typing import Any

from provisioner.model import paths
from provisioner.model.plan import UNSET, FieldChange


def steps(change: FieldChange) -> tuple[str, ...]:
    """Return the keys of the path of a change. A path that cannot be parsed is one key."""
    try:
        return paths.parse(change.path)
    except ValueError:
        return (change.path,)


def of_list(change: FieldChange) -> tuple[tuple[str, ...], list[Any], list[Any]]:
    """Return the keys of a list, and its live and its desired items: one of them, or all of them.

    A side that does not have the list, or the item, is empty.
    """
    keys = steps(change)
    if len(keys) > 1 and keys[-1].isdecimal():
        return keys[:-1], _one(change.live), _one(change.desired)
    return keys, _all(change.live), _all(change.desired)


def _one(value: Any) -> list[Any]:
    return [] if value is UNSET else [value]


def _all(value: Any) -> list[Any]:
    return [*value] if isinstance(value, list | tuple) else []
