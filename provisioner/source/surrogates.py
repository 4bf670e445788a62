"""Read JSON's surrogate pairs in YAML.

JSON writes one character as two escapes, which libyaml refuses.
"""

import re
from typing import Final

import yaml

_PAIR: Final = re.compile(r"[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""JSON's spelling of a character beyond U+FFFF, behind the first backslash and `u`."""
NO_SUCH_CHARACTER: Final = "invalid Unicode character escape code"


def with_pairs(text: str) -> str:
    """Return the text with JSON's surrogate pairs in double quotes as the characters that they stand for.

    JSON is YAML, but for this: libyaml takes each half for a character of its own and refuses it.
    Only what it refuses is replaced, so the same signs in other scalars stay what they are.
    """
    # A text without an escape is told at once; searching it for pairs is dear.
    while "\\u" in text and _PAIR.search(text):
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
    """Return the text with every pair replaced from `at` to the end of the double-quoted scalar there."""
    end = at
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    # `at` is behind a backslash and its `u`; any other pair has an odd number of backslashes.
    scalar = re.sub(_ESCAPED_PAIR, _character, f"\\u{text[at:end]}")
    return text[: at - 2] + scalar + text[end:]


_ESCAPED_PAIR: Final = re.compile(rf"(?<!\\)((?:\\\\)*)\\u({_PAIR.pattern})")


def _character(match: re.Match[str]) -> str:
    first, second = (int(match[2][at : at + 4], 16) for at in (0, 6))
    return f"{match[1]}\\U{0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00):08X}"
