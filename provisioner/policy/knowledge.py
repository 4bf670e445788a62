"""Defines rules about the documents from which an assistant answers."""

from collections.abc import Iterator
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import Action, DocumentAction
from provisioner.model.risk import Meaning
from provisioner.policy.seen import Rule, Seen, Told

FILES: Final = "files"
BYTES_A_TOKEN: Final = 4
"""The number of bytes of a text that count as one token.

For English prose the error is about a third.
"""
_KILO: Final = 1000


def embedded(seen: Seen) -> Iterator[Told]:
    """Report the number of added and changed documents, and the volume that is embedded again."""
    if seen.action is Action.REPLACE:
        paths = list(seen.declared)
        told = f"all {_counted(len(paths))} of the new store are embedded"
    elif seen.action is Action.UPDATE:
        # A change of attributes alone embeds nothing.
        moved = [one for one in seen.documents if one.content]
        new = [one.path for one in moved if one.action is DocumentAction.ADD]
        changed = [one.path for one in moved if one.action is DocumentAction.CHANGE]
        paths = [*new, *changed]
        parts = [f"{len(new):,} added"] if new else []
        parts += [f"{len(changed):,} changed"] if changed else []
        told = f"{', '.join(parts)} of {_counted(len(seen.declared))}"
    else:
        return
    if paths:
        volume = sum(seen.declared[path].size for path in paths if path in seen.declared)
        yield FILES, f"{told}: {size(volume)} to embed, about {volume // BYTES_A_TOKEN:,} tokens"


def removed(seen: Seen) -> Iterator[Told]:
    """Report the number of removed documents. A second copy that an interrupted run left does not count."""
    gone = [d for d in seen.documents if d.action is DocumentAction.REMOVE and not d.note]
    if gone and seen.action is Action.UPDATE:
        named = ", ".join(one.path for one in gone[:_NAMED])
        rest = f" and {len(gone) - _NAMED:,} more" if len(gone) > _NAMED else ""
        yield FILES, f"{_counted(len(gone))} removed: {named}{rest}"


_NAMED: Final = 3
"""The largest number of removed documents that a risk names. Others are only counted."""


def size(volume: int) -> str:
    """Return a number of bytes for people, in B, kB or MB."""
    if volume < _KILO:
        return f"{volume} B"
    if volume < _KILO**2:
        return f"{volume / _KILO:.1f} kB"
    return f"{volume / _KILO**2:,.1f} MB"


def _counted(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"


MEANING: Final = Meaning.KNOWLEDGE
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.DOCUMENTS_REMOVED, removed),
    (codes.DOCUMENTS_CHANGED, embedded),
)
