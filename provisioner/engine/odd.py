"""Reads rows of an unexpected form: fields that cannot be read are left out, the others are read."""

from collections.abc import Callable
from typing import Any, TypeVar

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import PARENT
from provisioner.model.provider import Row
from provisioner.model.schemas import MAPPINGS

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
"""The errors that are raised when a field of a row does not have the form that its kind expects."""
DEEPEST = 200
"""The deepest nesting that is read. No reasonable answer of an API has as many levels."""
KEPT = ("id", PARENT)
_NESTED = frozenset({dict, list})
"""The types of JSON values that contain other values."""


def guarded(row: Row, read: Callable[[Row], Read]) -> tuple[Read, tuple[str, ...]]:
    """Return the result of `read` for a row, and the names of the fields that were left out.

    If `read` fails even for a row with only its id, its error is raised.
    """
    try:
        return read(_checked(row)), ()
    except FAILURES:
        pass
    # The fields are tried one by one, because an error does not say which field caused it.
    good: dict[str, Any] = {name: row[name] for name in KEPT if name in row}
    odd: list[str] = []
    for name, value in row.items():
        try:
            # The good fields go along, because a field may have a meaning only beside another one.
            read(_checked({**good, name: value}))
            good[name] = value
        except FAILURES:
            odd.append(str(name))
    return read(good), tuple(odd)


def odd_shape(subject: str, id: str, fields: tuple[str, ...]) -> Diagnostic:
    """Return the diagnostic about a row of which some fields could not be read.

    `subject` is the address of the row's object, or its kind if the address is not known.
    """
    names = ", ".join(f"`{name}`" for name in fields)
    return Diagnostic(
        codes.ODD_SHAPE,
        f"{id}: {names} of its row could not be read, so {'these fields are' if fields[1:] else 'this field is'} "
        "not compared. Look at the object where it lives, and mend it or remove it there.",
        subject=subject,
    )


def _checked(row: Row) -> Row:
    """Return the row.

    Raises TypeError if its metadata or name has a wrong type, ValueError if it is nested too deeply.
    """
    metadata, name = row.get("metadata"), row.get("name")
    if metadata is not None and not isinstance(metadata, MAPPINGS):
        raise TypeError("metadata is no object")
    if name is not None and not isinstance(name, str):
        raise TypeError("name is no text")
    if _is_deep(row):
        raise ValueError("nested too deeply")
    return row


def _is_deep(row: Row) -> bool:
    """Return true if something in a row is nested more than DEEPEST levels.

    It uses no recursion, because a deeply nested row would exceed Python's recursion limit.
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
