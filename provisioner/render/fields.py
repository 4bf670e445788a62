"""One FieldChange -> the lines that show it: `live → desired`, two rows, or a prose diff."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.render.columns import GUTTER, Column
from provisioner.render.palette import OF_SIGN, Palette, Style
from provisioner.render.prose import Line, hunks, word_count
from provisioner.render.values import Values, plural, sides
from provisioner.render.visible import columns, visible

INDENT = "    "

_FOLD = 40
"""Lines of one text that are shown before the rest is counted only."""

_NOTES = {
    Reason.DRIFT: "drift",
    Reason.BOTH: "both: manifest and live side changed",
    Reason.REFERENCE: "reference",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """Shows the fields of one change. `path_width` aligns their values."""

    values: Values
    paint: Palette
    width: int
    path_width: int
    fold: bool = True

    def lines(self, change: FieldChange) -> Iterator[str]:
        live, desired = sides(change)
        sign = "+" if live is UNSET else "-" if desired is UNSET else "~"
        path = visible(change.path).ljust(self.path_width)
        start = f"{INDENT}{self.paint(OF_SIGN[sign], sign)} {path}"
        note = _NOTES.get(change.cause, "")
        room = self.width - len(INDENT) - columns(path) - len(note) - 8
        told, below = self._told(live, desired, room)
        note = self.paint(Style.DIM, f"# {note}") if note else ""
        yield "  ".join(filter(None, [start, told, note])).rstrip()
        yield from below

    def _told(self, live: Any, desired: Any, room: int) -> tuple[str, Iterator[str]]:
        """What stands beside the path, and the lines below it."""
        if live is UNSET:
            return self.values.line(desired, room), iter(())
        if desired is UNSET:
            unset = self.values.whole(UNSET)
            return f"{self.values.line(live, room - len(unset) - 3)} → {unset}", iter(())
        texts = isinstance(live, str) and isinstance(desired, str)
        arrow = f"{self.values.whole(live)} → {self.values.whole(desired)}"
        if columns(arrow) <= room and not (texts and "\n" in live + desired):
            return arrow, iter(())
        if texts:
            return _delta(live, desired), self._prose(live, desired)
        return "", self._rows(live, desired)

    def _prose(self, live: str, desired: str) -> Iterator[str]:
        column = Column(max(self.width - len(INDENT) - GUTTER, 30), INDENT, self.paint)
        gap = f"{INDENT}{self.paint(Style.DIM, '⋮'.rjust(5))}"
        rows = self._joined(hunks(live, desired), column, gap)
        yield from islice(rows, _FOLD) if self.fold else rows
        rest = sum(1 for _ in rows)
        if rest:
            yield f"{gap}   … {plural(rest, 'more line')} (--all)"

    def _joined(self, groups: Iterator[list[Line]], column: Column, gap: str) -> Iterator[str]:
        for index, group in enumerate(groups):
            if index:
                yield gap
            yield from column.rows(group)

    def _rows(self, live: Any, desired: Any) -> Iterator[str]:
        """Both sides, one below the other: for what is too wide to stand in one line."""
        room = self.width - len(INDENT) - 6
        for sign, value in (("-", live), ("+", desired)):
            yield f"{INDENT}    {self.paint(OF_SIGN[sign], f'{sign} {self.values.line(value, room)}')}"


def _delta(live: str, desired: str) -> str:
    more = word_count(desired) - word_count(live)
    return f"{more:+,} {'word' if abs(more) == 1 else 'words'}" if more else "same length in words"
