"""Paths of fields, as people read and write them: `tools[lookup].parameters.properties.id`."""

import re
from collections.abc import Iterable

_STEP = re.compile(r"\[(?P<bracket>(?:[^\[\]]|\[[^\[\]]*\])*)\]|(?P<plain>[^.\[\]]+)")


def render(keys: Iterable[str | int], keyed: Iterable[tuple[str, ...]] = ()) -> str:
    """Print a path. Indexes, and keys of a `keyed` mapping, stand in brackets."""
    patterns = tuple(keyed)
    path: list[str | int] = []
    text = ""
    for key in keys:
        bracketed = isinstance(key, int) or any(_matches(path, p) for p in patterns)
        if bracketed or not _STEP.fullmatch(str(key)):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else str(key)
        path.append(key)
    return text


def parse(text: str) -> tuple[str, ...]:
    """Read a path back into its keys. An index comes back as the text of its number."""
    return tuple(match["bracket"] or match["plain"] for match in _STEP.finditer(text))


def _matches(path: list[str | int], pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        want in ("*", have) for have, want in zip(path, pattern, strict=True)
    )
