"""Short functions that make each `Support` of a runtime's table."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from provisioner.model.runtime import Level, Support

Table: TypeAlias = Mapping[str, Support]

SAME: Final = Support(Level.STORED)


def becomes(parameter: str, note: str = "") -> Support:
    """Return the support of a field that is stored under another name or in another form."""
    return Support(Level.STORED, f"Becomes `{parameter}`.{f' {note}' if note else ''}")


def caveat(note: str, limit: int = 0) -> Support:
    """Return the support of a field that is stored, with a note about a limitation."""
    return Support(Level.STORED, note, limit)


def recorded(note: str) -> Support:
    """Return the support of a field that our mark records and that a run or a session is given."""
    return Support(Level.PER_RUN, note)


def lacking(note: str) -> Support:
    return Support(Level.UNSUPPORTED, note)


def each(word: Support, *names: str, of: str = "") -> Table:
    """Return a table with the same support for several fields, or for several options `of` a tool."""
    return {f"tools[{of}].{name}" if of else name: word for name in names}
