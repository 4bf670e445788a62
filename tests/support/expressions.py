"""Evaluates the expressions of GitHub Actions that our workflow and our Action contain."""

from __future__ import annotations

import re
from typing import Any, Final

Json = dict[str, Any]
WORDS: Final = re.compile(r"\s*(&&|\|\||==|!=|!|\(|\)|'(?:[^']|'')*'|[A-Za-z_][\w.*-]*)")
"""Matches one word of an expression, such as `&&`, a text in quotes or a name."""


def shown(value: Any) -> str:
    """Return a value as GitHub writes it into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def evaluated(expression: str, context: Json) -> Any:
    """Return the value of an expression of GitHub Actions.

    It may contain names, texts, parentheses, `!`, `==`, `!=`, `&&` and `||`.
    """
    words = WORDS.findall(expression.strip().removeprefix("${{").removesuffix("}}"))
    # `||` binds less than `&&`, and that less than `==`: each function reads one of these levels, and
    # calls that of the next.
    value, rest = _either(words, context)
    assert not rest, rest
    return value


def _either(words: list[str], context: Json) -> tuple[Any, list[str]]:
    value, words = _both(words, context)
    while words and words[0] == "||":
        other, words = _both(words[1:], context)
        # As in GitHub's own evaluation, the result is one of the two values and not a boolean.
        value = value or other
    return value, words


def _both(words: list[str], context: Json) -> tuple[Any, list[str]]:
    value, words = _equal(words, context)
    while words and words[0] == "&&":
        other, words = _equal(words[1:], context)
        value = value and other
    return value, words


def _equal(words: list[str], context: Json) -> tuple[Any, list[str]]:
    value, words = _one(words, context)
    if words and words[0] in {"==", "!="}:
        other, rest = _one(words[1:], context)
        return (value == other) is (words[0] == "=="), rest
    return value, words


def _one(words: list[str], context: Json) -> tuple[Any, list[str]]:
    word, *rest = words
    if word == "(":
        value, rest = _either(rest, context)
        return value, rest[1:]
    if word == "!":
        value, rest = _one(rest, context)
        return not value, rest
    if word.startswith("'"):
        return word[1:-1].replace("''", "'"), rest
    found: Any = context
    for part in word.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    # A name that does not exist is an empty text, and no error.
    return "" if found is None else found, rest
