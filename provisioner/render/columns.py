"""Lay out the lines of a prose diff as numbered, coloured rows that fit the terminal."""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.text_change import Line, Span
from provisioner.render.palette import OF_SIGN, Palette, Style
from provisioner.render.visible import visible
from provisioner.render.widths import columns, fits, head, pieces, tail

GUTTER = 10
"""The columns that a row needs beside its text: for the line number, the sign and a bar."""

_LEAST = 16
"""The fewest columns of unchanged text that are shown on either side of a change."""

_MOST = 600
"""The most columns of an added or removed text. The middle of a longer text is left out."""

_WORD_STYLE = {"-": Style.TAKEN, "+": Style.ADDED, " ": Style.PLAIN}
_MARKED = {"-": "[-{}-]", "+": "{{+{}+}}", " ": "{}"}
_CHUNK = re.compile(r"\s*\S+|\s+")

Piece: TypeAlias = tuple[Style, str]


@frozen
class Column:
    """A column of text, to the right of an indent, a line number and a sign.

    `room` is its width in columns.
    """

    room: int
    indent: str
    paint: Palette

    def rows(self, lines: Iterable[Line]) -> Iterator[str]:
        """Yield the rows that show the given lines of a prose diff. A long line takes several rows."""
        bar = self.paint(Style.DIM, "│")
        for line in lines:
            number = self.paint(Style.DIM, str(line.number or "").rjust(5))
            sign = self.paint(OF_SIGN[line.sign], line.sign)
            for index, row in enumerate(self._texts(line)):
                gutter = " " * 7 if index else f"{number} {sign}"
                yield f"{self.indent}{gutter} {bar} {row}".rstrip()

    def _texts(self, line: Line) -> Iterator[str]:
        """Yield the text of one line, cut or wrapped into rows of at most `room` columns."""
        style = OF_SIGN[line.sign]
        if line.note:
            note = f"({line.note})"
            text = head(visible(line.text), self.room - len(note) - 1)
            yield f"{self.paint(style, text)} {self.paint(Style.DIM, note)}".strip()
        elif line.sign == " ":
            yield self.paint(style, head(visible(line.text), self.room))
        elif line.sign == "~":
            yield from self._wrapped(self._marked(line.spans))
        else:
            yield from self._wrapped([(style, shortened(visible(line.text)))])

    def _marked(self, spans: tuple[Span, ...]) -> list[Piece]:
        """Return the words of a changed line, the changed ones marked, with as much context as fits."""
        # From much context to little, so that the line keeps as much as fits on one row.
        widths = (self.room, *range(self.room // 2, _LEAST, -4), _LEAST)
        for keep in widths:
            pieces = list(self._windowed(spans, keep))
            if sum(columns(text) for _, text in pieces) <= self.room:
                break
        return pieces

    def _windowed(self, spans: tuple[Span, ...], keep: int) -> Iterator[Piece]:
        """Yield the pieces of a changed line, with `keep` columns of unchanged text beside each change."""
        for index, span in enumerate(spans):
            text = visible(span.text)
            if span.sign == " ":
                yield Style.PLAIN, window(text, keep, index == 0, index == len(spans) - 1)
            else:
                # Colour and a line through the word mark it; a text without colours needs brackets.
                mark = "{}" if self.paint.colour else _MARKED[span.sign]
                yield _WORD_STYLE[span.sign], mark.format(shortened(text))

    def _wrapped(self, pieces: Iterable[Piece]) -> Iterator[str]:
        """Yield pieces of text in rows of at most `room` columns."""
        row, used = "", 0
        for style, text in pieces:
            run = ""
            for chunk in _chunks(text, self.room):
                if used and used + columns(chunk) > self.room:
                    yield row + self.paint(style, run)
                    row, run, used = "", "", 0
                # The space before a word that begins a row would look like an indent.
                word = chunk if used else chunk.lstrip()
                run += word
                used += columns(word)
            row += self.paint(style, run)
        yield row


def _chunks(text: str, room: int) -> Iterator[str]:
    """Yield the words of a text, each with the space before it. A word wider than a row is cut."""
    for chunk in _CHUNK.findall(text):
        if columns(chunk) <= room:
            yield chunk
        else:
            yield from pieces(chunk, room)


def window(text: str, keep: int, is_first: bool, is_last: bool) -> str:
    """Return the unchanged text of a line, shortened to `keep` columns beside each change.

    `is_first` is true if the text begins the line, so that a change only follows it. `is_last` is
    true if it ends the line, so that a change only comes before it.
    """
    if is_first:
        return tail(text, keep)
    if is_last:
        return head(text, keep)
    if fits(text, 2 * keep):
        return text
    return f"{head(text, keep).removesuffix('…')} … {tail(text, keep).removeprefix('…')}"


def shortened(text: str) -> str:
    """Return a long text without its middle, and the number of characters that are left out."""
    if fits(text, _MOST):
        return text
    left_out = len(text) - _MOST
    return f"{head(text, _MOST // 2)} ({left_out:,} characters more) {tail(text, _MOST // 2)}"
