"""Make untrusted text harmless for a terminal and a pipeline, and keep it readable.

A live name may contain an escape sequence, characters that reverse a line, or invisible characters.
They are shown as escapes and not dropped, because a reviewer should see them. Joiners stay as they
are if the script of their neighbours needs them.
"""

import json
import re

_JOINERS = (
    # Persian, Urdu and their like: between two letters of the script, or behind one.
    "(?<=[\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff])"
    "(?:\u200c(?=[\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff])|\u200d)"
    # The scripts of India and Sri Lanka: behind a letter or a virama.
    "|(?<=[\u0900-\u0963\u0966-\u0df3])[\u200c\u200d]"
    # Emoji that are one picture: `family`, `rainbow flag`.
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
    # The flags of England, Scotland and Wales, whose names are spelled in tags.
    "|(?<=\U0001f3f4)\U000e0067\U000e0062"
    "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)"
    "\U000e007f"
)
"""The pattern of invisible joiners at places where the letters or emoji around them need them."""

_HIDDEN = (
    "\x7f-\x9f"  # DEL, C1: terminals obey these
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # drawn as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line breaks, and what turns a line around
    "\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"  # tags: a whole alphabet that no font draws
    "\ud800-\udfff"  # halves of characters: they cannot be encoded
)
# `re` compiles these at their first use: that takes 2 ms, and most texts of most plans are ASCII.
_UNSEEN = f"(?P<whole>{_JOINERS})|[\x00-\x1f{_HIDDEN}]"
_UNSEEN_IN_JSON = f"(?P<whole>{_JOINERS})|[\x00-\x09\x0b-\x1f{_HIDDEN}]"
"""The pattern of `_UNSEEN` without the line feed, since a text in JSON has no raw line break."""

_BEGUN = re.compile(r"^(\s*)::(?=[A-Za-z-]+(?:\s.*)?::)")
"""The beginning of a workflow command of GitHub Actions, at the start of a line or after spaces."""

_ORDERED = re.compile(r"##(\w*)\[")
"""The beginning of a command of GitHub Actions, Azure Pipelines or TeamCity, anywhere in a line."""

_PICTURES = 0x2400
"""The code point of the first of Unicode's pictures of control characters."""


def visible(text: str) -> str:
    """Return a text as one line, with invisible characters spelled out. Tabs become spaces.

    A text that a pipeline would take for a command (`::error::`, `##[group]`, `##vso[…]`) gets a
    backslash, so that it is shown and not obeyed.
    """
    # Most texts need no change, and the three patterns are slow on a long text.
    if not (text.isascii() and text.isprintable()):
        text = re.sub(_UNSEEN, _spell, text.replace("\t", "    "))
    if "::" not in text and "##" not in text:
        return text
    return _ORDERED.sub(r"#\\#\1[", _BEGUN.sub(r"\1\\::", text))


def escaped(json_text: str) -> str:
    """Return the same JSON document with invisible characters escaped, so that it is safe to print.

    The first character of a text that a pipeline would take for a command is escaped too.
    """
    if not json_text.isascii() or "\x7f" in json_text:
        # Most lines need no change, and the pattern is slow on a long text.
        lines = json_text.split("\n")
        json_text = "\n".join(
            line
            if line.isascii() and line.isprintable()
            else re.sub(_UNSEEN_IN_JSON, _escape, line)
            for line in lines
        )
    return _ORDERED.sub(r"\\u0023#\1[", json_text) if "##" in json_text else json_text


def _spell(match: re.Match[str]) -> str:
    """Return the matched character as a visible sign."""
    character = match[0]
    if match["whole"]:
        return character
    if character < " ":
        return chr(_PICTURES + ord(character))
    return "␡" if character == "\x7f" else f"<U+{ord(character):04X}>"


def _escape(match: re.Match[str]) -> str:
    """Return the matched character as a JSON escape."""
    return match[0] if match["whole"] else json.dumps(match[0])[1:-1]
