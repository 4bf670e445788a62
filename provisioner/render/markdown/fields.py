"""Render the fields and documents of a change as the lines of a diff fence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import UNSET, Change, DocumentAction, FieldChange, Reason
from provisioner.model.resource import Part
from provisioner.model.text_change import Line, TextChange
from provisioner.render.columns import shortened, window
from provisioner.render.comparing import NOTES, changed_parts, headline, texts_of
from provisioner.render.masking import CHANGED, HIDDEN
from provisioner.render.prose import folded
from provisioner.render.shared_edits import NONE_SHARED, SharedEdits
from provisioner.render.text_changes import BASIS, told
from provisioner.render.values import MASK, Values, plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns, head, pieces

WIDTH: Final = 110
"""The columns of a line. Longer lines would make a comment scroll sideways."""
CONTEXT: Final = 90
"""The most columns that are shown of an unchanged line. It is there only to find the change beside it."""
BESIDE: Final = 48
"""The columns of unchanged text that are shown on each side of a changed word."""
FOLD: Final = 40
"""The most lines of one field that are shown. The others are counted."""
DOCUMENTS: Final = 20
"""The most documents of one vector store that are listed. The others are counted."""

DOCUMENT_FOLD: Final = 15
"""The most lines about the text of one document. The others are counted."""

_KNOWN: Final = Values()
_SIGNS: Final = {DocumentAction.ADD: "+", DocumentAction.CHANGE: "!", DocumentAction.REMOVE: "-"}


@frozen
class Diff:
    """Makes the lines that show a change in a diff fence.

    `values` prints desired values. `fold` is the most lines of one field, None for all. `edits` are
    the edits that several texts of the plan share.
    """

    values: Values
    fold: int | None = FOLD
    edits: SharedEdits = NONE_SHARED

    def change(self, change: Change) -> list[str]:
        """Return the lines of all fields, accepted values and documents of a change."""
        parts = change.desired.parts if change.desired else {}
        lines = [
            line for field in change.fields for line in self._field(field, parts, change.address)
        ]
        if change.blocked:
            lines.insert(0, f"! cannot be applied: {visible(change.blocked)}")
        lines += [
            f"  {visible(path)}  # undeclared: remembered as it is" for path in change.accepted
        ]
        return [*lines, *self._documents(change)]

    def _field(
        self, field: FieldChange, parts: Mapping[str, Sequence[Part]], address: Address
    ) -> Iterator[str]:
        """Yield the lines of one field: a prose diff, or the live and the desired value."""
        path, note = visible(field.path), NOTES.get(field.cause, "")
        end = f"  # {note}" if note else ""
        texts = texts_of(field.live, field.desired)
        if field.live == MASK == field.desired:
            yield f"! {path}: {HIDDEN} → {CHANGED}{end}"
        elif texts and ("\n" in "".join(texts) or max(map(columns, texts)) > WIDTH):
            groups = self.edits.hunks(*texts)
            changed = headline(groups) + changed_parts(groups, parts.get(field.path, ()))
            groups = self.edits.without_repeats(groups, address)
            shown = groups if self.fold is None else folded(groups, self.fold)
            yield from self._folded(_prose(shown, f"{path}: {changed}{end}"))
        else:
            yield from self._folded(self._sides(path, field, end))

    def _sides(self, path: str, field: FieldChange, end: str) -> Iterator[str]:
        """Yield the lines of the live and of the desired value."""
        sides = (("-", field.live, _KNOWN), ("+", field.desired, self.values))
        for sign, value, values in sides:
            if value is UNSET:
                continue
            room = WIDTH - columns(path) - len(end) - len("- : ")
            if (
                not isinstance(value, Mapping | list | tuple)
                or columns(values.whole(value)) <= room
            ):
                line = values.line(value, max(room, BESIDE))
                yield f"{sign} {path}: {line}{'' if sign == '-' and field.desired is not UNSET else end}"
                continue
            yield f"{sign} {path}:{end}"
            yield from (f"{sign}   {row}" for row in values.block(value, WIDTH - 4))

    def _documents(self, change: Change) -> Iterator[str]:
        """Yield a line for each document of a change."""
        for document in islice(change.documents, None if self.fold is None else DOCUMENTS):
            notes = [document.note] if document.note else []
            if document.action is DocumentAction.CHANGE and not document.content:
                notes.append("attributes only")
            if document.cause is not Reason.MANIFEST:
                notes.append(document.cause.value)
            if document.text and not document.text.groups:
                notes.append(told(document.text))
            note = f"  # {visible(', '.join(notes))}" if notes else ""
            yield f"{_SIGNS[document.action]} files[{visible(document.path)}]{note}"
            if document.text and document.text.groups:
                yield from self._text(document.text)
        if any(document.text and not document.text.missing for document in change.documents):
            yield f"  # {BASIS}"
        rest = len(change.documents) - DOCUMENTS
        if rest > 0 and self.fold is not None:
            yield f"  … and {plural(rest, 'more document')} (--all)"

    def _text(self, change: TextChange) -> Iterator[str]:
        lines = [*_prose(change.groups, told(change))]
        most = len(lines) if self.fold is None else DOCUMENT_FOLD
        yield from lines[:most]
        if rest := len(lines[most:]):
            yield f"  … and {plural(rest, 'more line')} of this document (--all)"

    def _folded(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the first `fold` lines, and a line with the number of the others."""
        if self.fold is None:
            yield from lines
            return
        every = list(lines)
        yield from every[: self.fold]
        if (rest := len(every) - self.fold) > 0:
            yield f"  … {plural(rest, 'more line')} (--all)"


def _prose(groups: Sequence[Sequence[Line]], told: str) -> Iterator[str]:
    """Yield the lines of a prose diff.

    Before each group stands a line with the number of the group's first line. The line before the
    first group has the text `told` too.
    """
    for index, group in enumerate(filter(None, groups)):
        lines = [*_with_less_context(group)]
        # The first lines of a group may be removed ones, which have no number.
        number = next((line.number for line in lines if line.number), 0)
        place = f"line {number}" if number else ""
        yield f"@@ {', '.join(filter(None, [told if not index else '', place]))} @@"
        for line in lines:
            yield from _line(line)


def _with_less_context(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the changed lines, and the unchanged line next to each."""
    for index, line in enumerate(lines):
        if any(near.sign != " " for near in lines[max(index - 1, 0) : index + 2]):
            yield line


def _line(line: Line) -> Iterator[str]:
    """Yield one line of a prose diff. A changed line becomes a removed line and an added one."""
    if line.note:
        sign = line.sign if line.sign in "-+" else "!"
        text = head(visible(line.text), CONTEXT)
        yield f"{sign} {f'{text} ' if text else ''}({visible(line.note)})"
    elif line.sign == " ":
        yield f"  {head(visible(line.text), CONTEXT)}".rstrip()
    elif line.sign == "~":
        # A diff fence cannot mark words inside of a line, so both versions are shown (0055).
        for sign in "-+":
            yield from _wrapped(sign, "".join(_windowed(line, sign)))
    else:
        yield from _wrapped(line.sign if line.sign in "-+" else "!", shortened(visible(line.text)))


def _windowed(line: Line, sign: str) -> Iterator[str]:
    """Yield the pieces of one side of a changed line, with little of the unchanged text."""
    last = len(line.spans) - 1
    for index, span in enumerate(line.spans):
        if span.sign == sign:
            yield shortened(visible(span.text))
        elif span.sign == " ":
            yield window(visible(span.text), BESIDE, index == 0, index == last)


def _wrapped(sign: str, text: str) -> Iterator[str]:
    """Yield a text in lines of at most WIDTH columns, each after the sign."""
    row = ""
    for word in text.split(" "):
        longer = f"{row} {word}" if row else word
        if row and columns(longer) > WIDTH:
            yield f"{sign} {row}"
            longer = word
        row = longer
        while columns(row) > 2 * WIDTH:
            first = next(pieces(row, WIDTH))
            yield f"{sign} {first}"
            row = row.removeprefix(first)
    yield f"{sign} {row}".rstrip()
