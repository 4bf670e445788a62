"""Put texts of users and servers into Markdown so that they are shown and never obeyed.

A text stands in a code span, in a `<code>` element, or in a fence. There it cannot be HTML, a link, a
mention of a person or a number of an issue, and it cannot end the span or the fence.
"""

import re
from collections.abc import Iterable
from typing import Final

from provisioner.render.visible import visible

_TAME: Final = re.compile(r"[A-Za-z0-9_.,:/=\[\]\-][A-Za-z0-9_.,:/=\[\]\- ]*")
"""Texts that are safe in a code span, also in a cell of a table."""
_SPECIAL: Final = re.compile(r"[&<>|`*_\[\]\\@#~$]")
_TICKS: Final = re.compile("`+")


def code(text: str) -> str:
    """Return a text as code, for a line of Markdown or a cell of a table."""
    shown = visible(text)
    return f"`{shown}`" if _TAME.fullmatch(shown) else f"<code>{escaped(text)}</code>"


def escaped(text: str) -> str:
    """Return text with every character escaped that Markdown or HTML would interpret."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible(text))


def tag(text: str) -> str:
    """Return a text as code, for a line of HTML, where backticks mean nothing."""
    shown = visible(text)
    return f"<code>{shown if _TAME.fullmatch(shown) else escaped(text)}</code>"


def fenced(lines: Iterable[str], language: str = "diff") -> list[str]:
    """Return lines between two fences that are longer than every run of backticks in the lines.

    The lines have to be visible texts of one line each.
    """
    inner = list(lines)
    longest = max((len(run) for line in inner for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(longest + 1, 3)
    return [f"{fence}{language}", *inner, fence]


def details(summary: str, lines: Iterable[str], *, is_open: bool = False) -> list[str]:
    """Return a block that unfolds. `summary` is HTML, and `lines` are Markdown."""
    return [
        f"<details{' open' if is_open else ''}><summary>{summary}</summary>",
        "",
        *lines,
        "</details>",
    ]
