"""Rows of an odd shape: read without the fields that are at fault, and never an exception."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import PARENT
from provisioner.model.provider import Row

Read = TypeVar("Read")
FAILURES = (
    TypeError,
    AttributeError,
    KeyError,
    ValueError,
    IndexError,
    OverflowError,
    RecursionError,
)
"""Errors that reading a row raises where a field is not what its kind expects."""
DEEPEST = 200
"""Levels of nesting that are read. Nothing that an API returns in earnest has as many."""
KEPT = ("id", PARENT)
_NESTED = frozenset({dict, list})
"""The types of JSON that hold others."""


def guarded(row: Row, read: Callable[[Row], Read]) -> tuple[Read, tuple[str, ...]]:
    """Return what `read` makes of a row, and the names of fields that were left out for it.

    Raises what `read` raises where not even a row with nothing but its id can be read.
    """
    try:
        return read(_checked(row)), ()
    except FAILURES:
        pass
    good: dict[str, Any] = {name: row[name] for name in KEPT if name in row}
    odd: list[str] = []
    for name, value in row.items():
        try:
            read(_checked({**good, name: value}))
            good[name] = value
        except FAILURES:
            odd.append(str(name))
    return read(good), tuple(odd)


def odd_shape(subject: str, id: str, fields: tuple[str, ...]) -> Diagnostic:
    """Return what is said of a row that could not be read as a whole.

    `subject` is its address or kind.
    """
    names = ", ".join(f"`{name}`" for name in fields)
    return Diagnostic(
        codes.ODD_SHAPE,
        f"{id}: {names} of its row could not be read, so {'these fields are' if fields[1:] else 'this field is'} "
        "not compared. Look at the object where it lives, and mend it or remove it there.",
        subject=subject,
    )


def _checked(row: Row) -> Row:
    """Return the row. Raises TypeError or ValueError for what every kind expects to be otherwise."""
    metadata, name = row.get("metadata"), row.get("name")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise TypeError("metadata is no object")
    if name is not None and not isinstance(name, str):
        raise TypeError("name is no text")
    if _is_deep(row):
        raise ValueError("nested too deeply")
    return row


def _is_deep(row: Row) -> bool:
    """Return true if something in a row is nested more than DEEPEST levels.

    It does not recurse itself.
    """
    level: list[Any] = [row]
    for _ in range(DEEPEST):
        level = [
            item
            for value in level
            for item in (value if type(value) is list else value.values())
            if type(item) in _NESTED
        ]
        if not level:
            return False
    return True
