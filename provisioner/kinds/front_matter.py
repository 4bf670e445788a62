"""Front matter: the YAML between two lines of `---` at the beginning of a Markdown file.

The kind Skill uses it to read the name and description of a SKILL.md, and to change the
description.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

FENCED: Final = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<words>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
"""Matches front matter at the beginning of a text. The group `words` is the YAML in it."""


DEEPEST: Final = 20
"""The most levels of lists and mappings in front matter."""


def words_of(text: str) -> dict[str, Any] | None:
    """Return the mapping in the front matter of a text, or None if there is none."""
    # Imported here, because only folders with a skill need the YAML parser.
    import yaml

    fenced = FENCED.match(text)
    if fenced is None:
        return None
    try:
        if not _is_shallow(fenced["words"]):
            return None
        words = yaml.safe_load(fenced["words"])
    except (yaml.YAMLError, ValueError):
        return None
    return words if isinstance(words, dict) else None


def _is_shallow(words: str) -> bool:
    """Return true if the YAML has at most DEEPEST levels. The parser is very slow with more."""
    import yaml

    depth = 0
    # Events come one by one, so a text of a million brackets is left after the first twenty.
    for event in yaml.parse(words, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return False
    return True


def description_of(words: Mapping[str, Any] | None) -> str:
    """Return the description in a front matter without the space around it, or ''."""
    return str((words or {}).get("description") or "").strip()


def redescribed(text: str, description: str, style: str | None = '"') -> str:
    """Return a text with another description in its front matter, and every other character unchanged.

    `style` is the quote around the description; None selects the least quoting that YAML needs. The
    front matter is edited in place, because a YAML writer would turn `version: 1.10` into 1.1 and
    drop comments.
    """
    import yaml

    fenced, words = FENCED.match(text), words_of(text)
    if fenced is None or words is None:
        return text
    wanted = {**words, "description": description}
    start, end = _span(text)
    # The span of a block text ends after its line break, which the next key still needs.
    ending = text[start:end][len(text[start:end].rstrip()) :]
    # The width keeps the description on one line, because a folded one would need indentation.
    said = yaml.safe_dump(description, default_style=style, allow_unicode=True, width=10_000)
    edited = text[:start] + said.removesuffix("...\n").strip() + ending + text[end:]
    # The edit is by position, so its result is read again before it is believed.
    if words_of(edited) == wanted:
        return edited
    # The description is not a plain scalar (but an alias, for example), so the whole front matter is
    # written again.
    head = yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{head}{text[fenced.end('words') :]}"


def spelled_as(text: str, other: str) -> str:
    """Return a text whose description is quoted in the same way as in another text."""
    (start, end), (first, last) = _span(text), _span(other)
    return text[:start] + other[first:last].rstrip() + text[end:]


def _span(text: str) -> tuple[int, int]:
    """Return the start and the end of the description's value in a text, or (0, 0)."""
    fenced = FENCED.match(text)
    if fenced is None:
        return 0, 0
    start, end = _place(fenced["words"])
    return fenced.start("words") + start, fenced.start("words") + end


def _place(words: str) -> tuple[int, int]:
    """Return the start and the end of the description's value in the YAML, or (0, 0)."""
    import yaml

    node = yaml.compose(words, Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value == "description":
            return value.start_mark.index, value.end_mark.index
    return 0, 0
