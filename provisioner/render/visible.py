"""Untrusted text -> text that a terminal shows and never obeys.

A live name may hold an escape sequence, or characters that turn a line around or stand unseen
between two letters. They are not dropped: a reviewer should see that they are there.
"""

import json
import re
import unicodedata

_UNSEEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: terminals obey these
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # drawn as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line breaks, and what turns a line around
    "\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"  # tags: a whole alphabet that no font draws
    "\ud800-\udfff"  # halves of characters: they cannot be encoded
    "]"
)
_UNSEEN_IN_JSON = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
"""The same but for the line breaks, which are the layout's: in JSON no text has one of its own."""

_BEGUN = re.compile(r"^(\s*)::(?=[A-Za-z-]+(?:\s.*)?::)")
"""A command of GitHub Actions: it counts at the beginning of a line, after spaces too."""

_ORDERED = re.compile(r"##(\w*)\[")
"""A command of GitHub Actions, Azure Pipelines or TeamCity: it counts anywhere in a line."""

_PICTURES = 0x2400
"""Where Unicode keeps a picture of each control character."""


def visible(text: str) -> str:
    """One line's worth of `text`, with what cannot be seen spelled out. Tabs become spaces.

    A text that a pipeline would take for a command (`::error::`, `##[group]`, `##vso[…]`) gets a
    backslash, so that the line shows it and the pipeline does not obey it.
    """
    # Most texts need nothing; the three patterns are dear on a long one.
    if not (text.isascii() and text.isprintable()):
        text = _UNSEEN.sub(_spell, text.replace("\t", "    "))
    if "::" not in text and "##" not in text:
        return text
    return _ORDERED.sub(r"#\\#\1[", _BEGUN.sub(r"\1\\::", text))


def escaped(json_text: str) -> str:
    """JSON in which such characters are escaped: the same document, safe to print.

    So is the first character of what a pipeline would take for a command wherever it stands.
    """
    return _ORDERED.sub(r"\\u0023#\1[", _UNSEEN_IN_JSON.sub(_escape, json_text))


def columns(text: str) -> int:
    """How wide a terminal draws `text`."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def fits(text: str, room: int) -> bool:
    """Whether `text` takes at most `room` columns, without measuring all of a very long one."""
    return len(text) <= 4 * room and columns(text) <= room


def head(text: str, room: int) -> str:
    """As much of the start of `text` as fits in `room` columns, an ellipsis included."""
    if fits(text, room):
        return text
    return text[: _fitting(text, room - 1)].rstrip() + "…"


def tail(text: str, room: int) -> str:
    """The same of its end."""
    if fits(text, room):
        return text
    return "…" + text[len(text) - _fitting(text[: -4 * room : -1], room - 1) :].lstrip()


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitting(text: str, room: int) -> int:
    """How many characters fit in `room` columns, back to a space if one is near."""
    end = _end(text, room)
    if end == len(text):
        return end
    space = text.rfind(" ", 0, end + 1)
    return space if end - space < max(room // 4, 12) and space > 0 else end


def _end(text: str, room: int) -> int:
    """The index of the first character that does not fit; the length where all do."""
    if text.isascii():  # a column each
        return min(len(text), max(room, 0))
    used = 0
    for end, character in enumerate(text):
        used += _columns(character)
        if used > room:
            return end
    return len(text)


def _spell(match: re.Match[str]) -> str:
    character = match[0]
    if character < " ":
        return chr(_PICTURES + ord(character))
    return "␡" if character == "\x7f" else f"<U+{ord(character):04X}>"


def _escape(match: re.Match[str]) -> str:
    """One as JSON spells it."""
    return json.dumps(match[0])[1:-1]
