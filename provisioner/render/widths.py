"""Measure the columns that a terminal uses for a text, and cut texts between letters.

Most texts have only letters of one column and are measured here. `wcwidth`, which has the Unicode
tables, measures the others, and is imported only then. Its tables do not depend on the version of
Python, so the layout of a plan is the same everywhere.
"""

import re
from collections.abc import Iterator
from typing import Final

_SIMPLE: Final = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff"  # letters
    "\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2100-\u218f"  # punctuation, numbers, currencies
    "\u2190-\u2193\u21d0-\u21d5\u2200-\u22ff\u2400-\u2426\u2500-\u259f]*"  # arrows, signs, boxes
)
"""The pattern of a text in which each character is a letter and takes one column."""
_LONGEST: Final = 16
"""The most characters, accents included, that one column can hold. No script needs more."""


def columns(text: str) -> int:
    """Return the number of columns that a terminal uses to draw a text."""
    if text.isascii() or _SIMPLE.fullmatch(text):
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


def letters(text: str) -> Iterator[str]:
    """Yield the letters of a text, each with its accents and joiners, so that none is cut apart."""
    if text.isascii() or _SIMPLE.fullmatch(text):
        yield from text
    else:
        from wcwidth import iter_graphemes

        yield from iter_graphemes(text)


def fits(text: str, room: int) -> bool:
    """Return true if a text takes at most `room` columns, without measuring all of a long text."""
    return len(text) <= _LONGEST * room and columns(text) <= room


def padded(text: str, width: int) -> str:
    """Return a text with spaces after it, so that it is `width` columns wide."""
    return text + " " * (width - columns(text))


def head(text: str, room: int) -> str:
    """Return as much of the start of a text as fits in `room` columns, with an ellipsis if it is cut."""
    if fits(text, room):
        return text
    return text[: _at_word(text, _end(text, room - 1), room)].rstrip() + "…"


def tail(text: str, room: int) -> str:
    """Return as much of the end of a text as fits in `room` columns, with an ellipsis if it is cut."""
    if fits(text, room):
        return text
    start = _start(text, room - 1)
    space = text.find(" ", max(start - 1, 0))
    is_near = start < space + 1 < len(text) and space + 1 - start < max(room // 4, 12)
    return "…" + text[space + 1 if is_near else start :].lstrip()


def pieces(text: str, room: int) -> Iterator[str]:
    """Yield a text without spaces in pieces of at most `room` columns, cut between letters."""
    while text:
        # A letter wider than the room stays whole, else the loop would never end.
        end = _end(text, room) or len(next(letters(text)))
        yield text[:end]
        text = text[end:]


def _at_word(text: str, end: int, room: int) -> int:
    """Return `end`, or the index of the space before it if that is near."""
    if end == len(text):
        return end
    space = text.rfind(" ", 0, end + 1)
    return space if end - space < max(room // 4, 12) and space > 0 else end


def _end(text: str, room: int) -> int:
    """Return the index of the first letter that does not fit; the length of the text if all fit."""
    # Only as much as could fit is measured: a text may have a hundred thousand characters.
    beginning = text[: _LONGEST * max(room, 0) + _LONGEST]
    if beginning.isascii() or _SIMPLE.fullmatch(beginning):
        return min(len(text), max(room, 0))
    used = end = 0
    for letter in letters(beginning):
        used += columns(letter)
        if used > room:
            return end
        end += len(letter)
    return end


def _start(text: str, room: int) -> int:
    """Return the index from which the last letters of a text fit."""
    before = max(len(text) - _LONGEST * max(room, 0) - _LONGEST, 0)
    used, start = 0, len(text)
    for letter in reversed([*letters(text[before:])]):
        used += columns(letter)
        if used > room:
            break
        start -= len(letter)
    return start
