"""Reads values of unexpected types, so that an unusual answer does not end a command.

Servers that implement an API only partly may send a text where the API has an object, a list where
it has a text, or null. These functions accept any value and return the type that the caller needs.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 20
"""The most levels of a value in which a text is searched for."""
_KEYS = ("value", "text", "refusal", "content")
"""The keys of an object under which its text may be."""


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object unchanged, and {} for any other value."""
    return value if isinstance(value, Mapping) else {}


def items_of(value: Any) -> Sequence[Any]:
    """Return a list unchanged, and () for any other value."""
    return value if isinstance(value, list | tuple) else ()


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in a list. A single object counts as a list of one."""
    if isinstance(value, Mapping):
        return [value]
    return [item for item in items_of(value) if isinstance(item, Mapping)]


def number(value: Any) -> int:
    """Return a number as a whole number, and 0 for any other value."""
    # Python reads `NaN` and `Infinity` in JSON, and `int` of them raises.
    if isinstance(value, int | float) and math.isfinite(value):
        return int(value)
    return 0


def words(value: Any, depth: int = 0) -> str:
    """Return the text in a value, or '' if there is none.

    The text of an object is under `value`, `text`, `refusal` or `content`. The text of a list has
    one line for each item.
    """
    if isinstance(value, str):
        return value
    if depth > DEEPEST:
        return ""
    if isinstance(value, Mapping):
        found = (words(value[key], depth + 1) for key in _KEYS if key in value)
        return next(filter(None, found), "")
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, (words(item, depth + 1) for item in value)))
    return ""


def words_or_json(value: Any) -> str:
    """Return the text in a value.

    If there is none, return the value as JSON, so that nothing is lost. The result is '' for an
    empty value.
    """
    if found := words(value):
        return found
    if not value or (isinstance(value, list | tuple) and not any(value)):
        return ""
    try:
        return json.dumps(value, ensure_ascii=False)
    # The value is shown to a person, so its type is better than an error.
    except (TypeError, ValueError, RecursionError):
        return repr(type(value).__name__)
