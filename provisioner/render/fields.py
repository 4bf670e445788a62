"""Render one changed field as lines: `live → desired`, two rows, or a prose diff."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice
from typing import Any

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import UNSET, FieldChange
from provisioner.model.resource import Part
from provisioner.model.text_change import Line
from provisioner.render.columns import GUTTER, Column
from provisioner.render.comparing import NOTES, changed_parts, headline, texts_of
from provisioner.render.masking import CHANGED, HIDDEN
from provisioner.render.palette import OF_SIGN, Palette, Style
from provisioner.render.prose import folded
from provisioner.render.shared_edits import NONE_SHARED, SharedEdits
from provisioner.render.values import MASK, Values, plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns, padded

INDENT = "    "

FOLD = 40
"""The most rows of one field that are shown. The others are counted."""

ALIKE_FOLD = 11
"""The most rows of one field in a group of changes, so that there is room for the addresses of the
group."""

_KNOWN = Values()
"""Prints live values. Their references all have ids, so none is shown as known after apply."""


@frozen
class Fields:
    """Renders the fields of one change.

    `path_width` is the width in columns to which paths are padded, so that values are aligned.
    `fold` is the most rows of one field, None for all. `parts` has, by path, the parts from which a
    text was joined. `edits` are the edits that several texts of the plan share, and `address` is the
    address of the change. Without an address, every edit is shown.
    """

    values: Values
    paint: Palette
    width: int
    path_width: int
    fold: int | None = FOLD
    parts: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    edits: SharedEdits = NONE_SHARED
    address: Address | None = None

    def lines(self, change: FieldChange) -> Iterator[str]:
        """Yield the lines of one field."""
        live, desired = change.live, change.desired
        sign = "+" if live is UNSET else "-" if desired is UNSET else "~"
        path = padded(visible(change.path), self.path_width)
        start = f"{INDENT}{self.paint(OF_SIGN[sign], sign)} {path}"
        note = NOTES.get(change.cause, "")
        # 8 columns are the sign, the spaces between the parts, and the `# ` of the note.
        room = self.width - len(INDENT) - columns(path) - len(note) - 8
        told, below = self._told(live, desired, room, self.parts.get(change.path, ()))
        note = self.paint(Style.DIM, f"# {note}") if note else ""
        yield "  ".join(filter(None, [start, told, note])).rstrip()
        yield from below

    def _told(
        self, live: Any, desired: Any, room: int, parts: Sequence[Part]
    ) -> tuple[str, Iterator[str]]:
        """Return the text beside the path of a field, and the rows below that line."""
        if live is UNSET:
            return self._set(desired, room)
        # Both sides are secret. They differ, else the field would not be here; no more is said.
        if live == MASK == desired:
            return f"{HIDDEN} → {CHANGED}", iter(())
        if desired is UNSET:
            after = self.values.whole(desired)
            return f"{_KNOWN.line(live, room - len(after) - 3)} → {after}", iter(())
        texts = texts_of(live, desired)
        if not (texts and "\n" in "".join(texts)):
            before, after = _KNOWN.whole(live), self.values.whole(desired)
            if columns(before) + columns(after) + 3 <= room:
                return f"{before} → {after}", iter(())
        if texts:
            groups = self.edits.hunks(*texts)
            told = f"{headline(groups)}{changed_parts(groups, parts)}"
            if self.address is not None:
                groups = self.edits.without_repeats(groups, self.address)
            return told, self.prose(groups)
        return "", self._rows(live, desired)

    def _set(self, value: Any, room: int) -> tuple[str, Iterator[str]]:
        """Return the text beside the path and the rows below it, for a value that was not set before."""
        is_container = isinstance(value, Mapping | list | tuple)
        if is_container and columns(self.values.whole(value)) > room:
            rows = self.values.block(value, self.width - len(INDENT) - 4)
            return "", self._folded(f"{INDENT}    {row}" for row in rows)
        return self.values.line(value, room), iter(())

    def _rows(self, live: Any, desired: Any) -> Iterator[str]:
        """Yield both sides, one below the other, for values that do not fit on one line together."""
        room = self.width - len(INDENT) - 6
        sides = (("-", _KNOWN.line(live, room)), ("+", self.values.line(desired, room)))
        for sign, text in sides:
            yield f"{INDENT}    {self.paint(OF_SIGN[sign], f'{sign} {text}')}"

    def prose(self, groups: Sequence[Sequence[Line]]) -> Iterator[str]:
        """Yield the rows of a prose diff, and after `fold` rows the number of the other lines."""
        folds = folded(groups, self.fold) if self.fold else groups
        shown = [group for group in folds if group]
        column = Column(max(self.width - len(INDENT) - GUTTER, 30), INDENT, self.paint)
        rows = 0
        for index, lines in enumerate(shown):
            # `folded` counts lines, but a long line takes several rows, so rows are counted here.
            if self.fold and rows >= self.fold:
                yield self._hidden(shown[index:])
                return
            if index:
                yield f"{INDENT}{self.paint(Style.DIM, '⋮'.rjust(5))}"
            for place, line in enumerate(lines):
                if self.fold and rows >= self.fold:
                    yield self._hidden([lines[place:], *shown[index + 1 :]])
                    return
                told = list(column.rows([line]))
                rows += len(told)
                yield from told

    def _hidden(self, groups: Iterable[Sequence[Line]]) -> str:
        """Return a line with the number of hidden lines, and how many of them are new."""
        lines = [line for group in groups for line in group]
        new = sum(line.sign in "+~" for line in lines)
        told = f"… {plural(len(lines), 'more line')}, {new:,} of them new or changed (--all)"
        return f"{INDENT}    {self.paint(Style.YELLOW if new else Style.DIM, told)}"

    def _folded(self, rows: Iterator[str]) -> Iterator[str]:
        """Yield the first `fold` rows, and a line with the number of the others."""
        yield from islice(rows, self.fold) if self.fold else rows
        rest = sum(1 for _ in rows)
        if rest:
            yield self.paint(Style.DIM, f"{INDENT}    … {plural(rest, 'more line')} (--all)")
