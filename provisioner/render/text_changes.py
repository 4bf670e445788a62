"""Compare both texts of a document, and keep of the result only as much as people read.

A saved plan holds what is kept, so its size is bounded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from provisioner.model.text_change import Line, Span, TextChange
from provisioner.render.comparing import words_told
from provisioner.render.prose import edited, folded, hunks
from provisioner.render.values import plural

LINES: Final = 60
"""The most lines that are kept of one document."""
CHARACTERS: Final = 8_000
"""The most characters that are kept of one document."""
BESIDE: Final = 120
"""The characters that are kept of a long piece of a line, at its beginning and at its end."""
BASIS: Final = (
    "Live texts are what the server parsed of its files, which may differ from what was uploaded."
)
"""The sentence that says with which live text a document is compared."""


def text_change(live: str, desired: str) -> TextChange:
    """Return the changed lines of a document, at most LINES lines and CHARACTERS characters.

    Line breaks at the end, and lines that differ in spacing only, count as the same: a server parses
    a text, and does not keep it as it stands.
    """
    before, after = (side.replace("\r\n", "\n").rstrip("\n") for side in (live, desired))
    groups = [group for group in hunks(before, after) if any(map(_is_changed, group))]
    added, removed = edited(groups)
    kept, more = _kept(folded(groups, LINES))
    return TextChange(kept, added, removed, more)


def told(change: TextChange) -> str:
    """Return a phrase about the changed words of a document, or the reason why they are not known."""
    if change.missing:
        return f"its words are not compared: {change.missing}"
    words = words_told(change.added, change.removed) or "no word differs from the live text"
    rest = f", {plural(change.more, 'more line')} not shown" if change.more else ""
    return f"{words}{rest}"


def _is_changed(line: Line) -> bool:
    return line.sign not in " ≈"


def _kept(groups: Iterable[Sequence[Line]]) -> tuple[tuple[tuple[Line, ...], ...], int]:
    """Return the lines that are kept, in their groups, and the number of the other changed lines."""
    lines, characters, more = 0, 0, 0
    found: list[tuple[Line, ...]] = []
    for group in groups:
        kept: list[Line] = []
        for line in map(_shorter, group):
            lines, characters = lines + 1, characters + len(line.text)
            # Both sums only grow, so what is kept is a beginning without gaps.
            if lines <= LINES and characters <= CHARACTERS:
                kept.append(line)
            else:
                more += _is_changed(line)
        found += [tuple(kept)] if any(map(_is_changed, kept)) else []
    return tuple(found), more


def _shorter(line: Line) -> Line:
    return replace(line, spans=tuple(_spans(line)))


def _spans(line: Line) -> Iterator[Span]:
    for span in line.spans:
        left = len(span.text) - 2 * BESIDE
        if left <= BESIDE:
            yield span
        else:
            # Unchanged text only shows the place, so its length does not matter.
            middle = " … " if span.sign == " " else f" ({left:,} characters more) "
            yield Span(span.sign, f"{span.text[:BESIDE]}{middle}{span.text[-BESIDE:]}")
