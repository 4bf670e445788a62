"""Short functions by which each runtime writes its table of supported fields."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from provisioner.model.runtime import Level, Support

Table: TypeAlias = Mapping[str, Support]

SAME: Final = Support(Level.STORED)
"""The support of a field that is stored under the same name and in the same form."""


def becomes(parameter: str, note: str = "") -> Support:
    """Return the support of a field that is stored under another name or in another form."""
    return Support(Level.STORED, f"Becomes `{parameter}`.{f' {note}' if note else ''}")


def caveat(note: str, limit: int = 0) -> Support:
    """Return the support of a field that is stored, with a note about a limitation."""
    return Support(Level.STORED, note, limit)


def recorded(note: str) -> Support:
    """Return the support of a field that our mark records, and that each run or session is given."""
    return Support(Level.PER_RUN, note)


def lacking(note: str) -> Support:
    """Return the support of a field that the runtime does not have.

    `note` says why, or what to use.
    """
    return Support(Level.UNSUPPORTED, note)


def each(word: Support, *names: str, of: str = "") -> Table:
    """Return a table with the same support for several fields.

    With `of`, the names are those of options of the tool of that type.
    """
    return {f"tools[{of}].{name}" if of else name: word for name in names}
