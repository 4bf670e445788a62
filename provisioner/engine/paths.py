"""Paths of fields, as people read and write them: `tools[lookup].parameters.properties.id`."""

import json
import re
from collections.abc import Iterable

_STEP = re.compile(
    r'\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\[(?P<bracket>[^\[\]"]+)\]|(?P<plain>[^.\[\]"]+)'
)


def render(keys: Iterable[str | int], keyed: Iterable[tuple[str, ...]] = ()) -> str:
    """Print a path. Indexes, and keys of a `keyed` mapping, stand in brackets.

    So do keys that would not read back as one step; with quotes, where brackets alone do not do.
    """
    patterns = tuple(keyed)
    path: list[str | int] = []
    text = ""
    for key in keys:
        plain = _is("plain", str(key)) and not any(_matches(path, p) for p in patterns)
        if plain and not isinstance(key, int):
            text += f".{key}" if text else str(key)
        elif _is("bracket", f"[{key}]"):
            text += f"[{key}]"
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
        path.append(key)
    return text


def parse(text: str) -> tuple[str, ...]:
    """Read a path back into its keys. An index comes back as the text of its number."""
    return tuple(
        json.loads(match["quoted"]) if match["quoted"] else match["bracket"] or match["plain"]
        for match in _STEP.finditer(text)
    )


def _is(group: str, text: str) -> bool:
    match = _STEP.fullmatch(text)
    return match is not None and match.lastgroup == group


def _matches(path: list[str | int], pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        want in ("*", have) for have, want in zip(path, pattern, strict=True)
    )
