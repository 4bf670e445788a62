"""Read JSON's surrogate pairs with a YAML parser.

JSON spells a character beyond U+FFFF as two escapes, each for half of it. libyaml refuses a half.
"""

import re
from typing import Final

import yaml

_PAIR: Final = re.compile(r"[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""The two escapes of one character, without the first backslash and `u`."""
NO_SUCH_CHARACTER: Final = "invalid Unicode character escape code"
"""A part of libyaml's message for an escape that is half a character."""


def with_pairs(text: str) -> str:
    """Return a text in which JSON's surrogate pairs in double quotes are replaced by one YAML escape.

    Only an escape that libyaml refuses is replaced, because in other scalars the same characters are
    plain text.
    """
    # Most texts have no escape, and the scan below is expensive. Python finds a single character
    # much faster than two.
    while "\\" in text and "\\u" in text and _PAIR.search(text):
        try:
            for _ in yaml.scan(text, Loader=yaml.CSafeLoader):
                pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            if mark is None or NO_SUCH_CHARACTER not in str(error.problem):
                return text
            mended = _mended(text, mark.index)
            if mended == text:
                return text
            text = mended
        else:
            return text
    return text


def _mended(text: str, at: int) -> str:
    """Return the text with each pair from the index `at` on replaced by one YAML escape.

    `at` is in a double-quoted scalar, and pairs are replaced up to the end of that scalar.
    """
    end = at
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    # `at` is behind a backslash and its `u`; any other pair has an odd number of backslashes.
    scalar = re.sub(_ESCAPED_PAIR, _character, f"\\u{text[at:end]}")
    return text[: at - 2] + scalar + text[end:]


_ESCAPED_PAIR: Final = re.compile(rf"(?<!\\)((?:\\\\)*)\\u({_PAIR.pattern})")


def _character(match: re.Match[str]) -> str:
    """Return the YAML escape of the character that a pair stands for."""
    # The halves carry ten bits each, above the offsets 0xD800 and 0xDC00.
    first, second = (int(match[2][at : at + 4], 16) for at in (0, 6))
    return f"{match[1]}\\U{0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00):08X}"
