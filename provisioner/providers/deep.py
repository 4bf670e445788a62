"""Reads JSON that is nested too deeply for Python's parser: the deepest levels are replaced by null.

A provider uses it because one row of a list may be nested thousands of levels deep, and the other
rows must still be read.
"""

import json
import re
from typing import Any

DEEPEST = 300
"""The number of levels that are kept. The parser of Python 3.11 reads a little less than 1,000."""
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
"""Matches a string, so that brackets inside of it are skipped, or one bracket."""


def parsed(content: bytes) -> Any:
    """Return the value of a JSON text. Raises ValueError if the text is not JSON.

    If the text is nested too deeply for the parser, everything below DEEPEST levels becomes null.
    """
    try:
        return json.loads(content)
    except RecursionError:
        return json.loads(shallow(content.decode("utf-8-sig", "replace")))


def shallow(text: str) -> str:
    """Return a JSON text in which every array and object deeper than DEEPEST levels is null.

    Raises ValueError if the text ends before one of them is closed.
    """
    kept: list[str] = []
    depth = begun = 0
    for token in _TOKENS.finditer(text):
        if token.group() in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(text[begun : token.start()])
        elif token.group() in ("]", "}"):
            depth -= 1
            if depth == DEEPEST:
                kept.append("null")
                begun = token.end()
    if depth > DEEPEST:
        raise ValueError("the text ends inside of an array or an object")
    return "".join([*kept, text[begun:]])
