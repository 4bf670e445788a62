"""How a table of support is written: a few short words for `Support`."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from provisioner.model.runtime import Level, Support

Table: TypeAlias = Mapping[str, Support]

SAME: Final = Support(Level.STORED)


def becomes(parameter: str, note: str = "") -> Support:
    """Stored, under another name or in another form."""
    return Support(Level.STORED, f"Becomes `{parameter}`.{f' {note}' if note else ''}")


def caveat(note: str, limit: int = 0) -> Support:
    """Stored, with something to know about it."""
    return Support(Level.STORED, note, limit)


def recorded(note: str) -> Support:
    """Not on the wire: in our mark, and applied by whoever runs the assistant."""
    return Support(Level.PER_RUN, note)


def lacking(note: str) -> Support:
    return Support(Level.UNSUPPORTED, note)


def each(word: Support, *names: str, of: str = "") -> Table:
    """The same word for several fields, or for several options `of` a tool."""
    return {f"tools[{of}].{name}" if of else name: word for name in names}
