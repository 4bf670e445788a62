"""Put texts of users and servers into Markdown so that they are shown and never interpreted.

Such a text goes into a code span, a `<code>` element, or a fence. There it cannot be HTML, a link,
a mention of a person or the number of an issue, and it cannot end the span or the fence.
"""

import re
from collections.abc import Iterable
from typing import Final

from provisioner.render.visible import visible

_TAME: Final = re.compile(r"[A-Za-z0-9_.,:/=\[\]\-][A-Za-z0-9_.,:/=\[\]\- ]*")
"""Matches texts in which no character has a meaning between backticks or inside an HTML element."""
# GitHub makes links of `://` and `www.` without any markup, and formulas of `$`.
_SPECIAL: Final = re.compile(r"[&<>|`*_\[\]\\~$@#]|:(?=//)|w(?=ww\.)")
_NAMING: Final = "@#"
"""Characters that begin the name of a person or the number of an issue outside of code."""
_NAME: Final = 300
"""The most characters of a text in code. The middle of a longer text is left out. Names and paths are
shorter."""
_SAID: Final = 2_000
"""The most characters of a text in a sentence. The middle of a longer text is left out."""
_TICKS: Final = re.compile("`+")


def code(text: str) -> str:
    """Return a text as code, for a line of Markdown or the cell of a table."""
    shown = _shorter(visible(text), _NAME)
    if _TAME.fullmatch(shown):
        return f"`{shown}`"
    # Even between backticks, `|` ends the cell of a table.
    if "|" in shown or not shown.strip():
        return f"<code>{_SPECIAL.sub(_inert, shown)}</code>"
    ticks = "`" * (_longest([shown]) + 1)
    return f"{ticks} {shown} {ticks}"


def escaped(text: str) -> str:
    """Return a text with every character escaped that Markdown, HTML or GitHub would interpret."""
    return _SPECIAL.sub(_inert, _shorter(visible(text), _SAID))


def _shorter(text: str, most: int) -> str:
    """Return a text of at most `most` characters: of a longer one the beginning and the end."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"


def tag(text: str) -> str:
    """Return a text as code for a line of HTML, where backticks have no meaning."""
    shown = _shorter(visible(text), _NAME)
    return f"<code>{shown if _TAME.fullmatch(shown) else _SPECIAL.sub(_entity, shown)}</code>"


def _inert(match: re.Match[str]) -> str:
    """Return the matched character as an entity, or as code if GitHub would interpret the entity."""
    return f"<code>{match[0]}</code>" if match[0] in _NAMING else _entity(match)


def _entity(match: re.Match[str]) -> str:
    """Return the matched character as an HTML entity."""
    return f"&#{ord(match[0])};"


def _longest(lines: Iterable[str]) -> int:
    """Return the length of the longest run of backticks in lines."""
    return max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)


def fenced(lines: Iterable[str], language: str = "diff") -> list[str]:
    """Return lines between two fences that are longer than every run of backticks in the lines.

    Each line has to be a visible text without a line break.
    """
    inner = list(lines)
    fence = "`" * max(_longest(inner) + 1, 3)
    return [f"{fence}{language}", *inner, fence]


def details(summary: str, lines: Iterable[str], *, is_open: bool = False) -> list[str]:
    """Return a block that unfolds. `summary` is HTML, and `lines` are Markdown.

    The block ends with an empty line. Without it, GitHub would read what follows as HTML.
    """
    return [
        f"<details{' open' if is_open else ''}><summary>{summary}</summary>",
        "",
        *lines,
        "</details>",
        "",
    ]
