"""Parses and prints the paths of fields: `tools[lookup].parameters.properties.id`.

Plans, positions, `ignore_changes`, a target's `drop` and saved plans all use these functions. A
step is a plain name, a name in brackets, or a quoted name in brackets: `metadata.team`,
`metadata[a.b]` and `metadata["a.b"]`. The last two mean the same key.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

# Only the first step may be a plain name without a dot before it, hence the two patterns below.
_QUOTED = r'\[(?P<quoted>"(?:[^"\\]|\\.)*")\]'
_BRACKET = r'\[(?P<bracket>[^\[\]"]+)\]'
_STEP = re.compile(rf'{_QUOTED}|{_BRACKET}|(?P<plain>[^.\[\]"]+)')
_NEXT = re.compile(rf'{_QUOTED}|{_BRACKET}|\.(?P<plain>[^.\[\]"]+)')


def render(keys: Iterable[str | int], keyed: Iterable[tuple[str, ...]] = ()) -> str:
    """Return a path as text. Indexes, and the keys of mappings in `keyed`, are written in brackets.

    Any other key that `parse` would not read back as one step is also written in brackets, and in
    quotes inside of them if brackets are not enough.
    """
    return _rendered(tuple(keys), tuple(keyed))


@lru_cache(maxsize=4096)
def _rendered(keys: tuple[str | int, ...], patterns: tuple[tuple[str, ...], ...]) -> str:
    """Return the path as text.

    It is cached, because a thousand assistants have the same few paths.
    """
    path: list[str | int] = []
    text = ""
    for key in keys:
        # A key with a dot or a bracket in it must not be written plainly: `parse` would split it.
        plain = _is("plain", str(key)) and not any(_matches(path, p) for p in patterns)
        if plain and not isinstance(key, int):
            text += f".{key}" if text else str(key)
        elif _is("bracket", f"[{key}]"):
            text += f"[{key}]"
        else:
            text += f"[{json.dumps(key, ensure_ascii=False)}]"
        path.append(key)
    return text


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[str, ...]:
    """Return the keys of a path. An index is returned as the text of its number.

    Raises ValueError, with a sentence for users, for a text that is not a path.
    """
    keys: list[str] = []
    position = 0
    while position < len(text):
        step = (_NEXT if position else _STEP).match(text, position)
        if step is None:
            raise ValueError(
                f'it cannot be read from `{text[position:]}` on: write a.b, a[b] or a["b.c"]'
            )
        keys.append(_key(step))
        position = step.end()
    if not keys:
        raise ValueError("it is empty")
    return tuple(keys)


@lru_cache(maxsize=4096)
def parse_choice(text: str) -> tuple[tuple[str, ...], str | None]:
    """Return the keys and the value of `PATH=VALUE`. For `PATH` alone, the value is None.

    An `=` inside of brackets belongs to the path. Raises ValueError as `parse` does.
    """
    # Brackets are blanked out, so that an `=` inside of them is not found.
    outside = re.sub(rf"{_QUOTED}|{_BRACKET}", lambda found: "x" * len(found[0]), text)
    at = outside.find("=")
    return (parse(text), None) if at < 0 else (parse(text[:at]), text[at + 1 :])


def covers(whole: str, path: str) -> bool:
    """Return true if `path` equals `whole`, or is the path of something inside of it.

    A text that is not a path covers only itself.
    """
    try:
        outer, inner = parse(whole), parse(path)
    except ValueError:
        return whole == path
    return inner[: len(outer)] == outer


def _key(step: re.Match[str]) -> str:
    if step["quoted"]:
        return str(json.loads(step["quoted"]))
    return step["bracket"] or step["plain"]


def _is(group: str, text: str) -> bool:
    match = _STEP.fullmatch(text)
    return match is not None and match.lastgroup == group


def _matches(path: list[str | int], pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        want in ("*", have) for have, want in zip(path, pattern, strict=True)
    )
