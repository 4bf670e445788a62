"""The YAML between two lines of `---` at the head of a Markdown file, read and edited in place."""

import re
from collections.abc import Mapping
from typing import Any, Final

FENCED: Final = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<words>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)


def words_of(text: str) -> dict[str, Any] | None:
    """The words between the fences, None where there are none."""
    import yaml  # nobody else pays for it

    fenced = FENCED.match(text)
    if fenced is None:
        return None
    try:
        words = yaml.safe_load(fenced["words"])
    except (yaml.YAMLError, ValueError):
        return None
    return words if isinstance(words, dict) else None


def description_of(words: Mapping[str, Any] | None) -> str:
    """The description among the words, without the space around it."""
    return str((words or {}).get("description") or "").strip()


def redescribed(text: str, description: str) -> str:
    """A text with another description among its words; every other character stays.

    Written anew, `version: 1.10` would become 1.1, and comments would go.
    """
    import yaml

    fenced, words = FENCED.match(text), words_of(text)
    if fenced is None or words is None:
        return text
    wanted = {**words, "description": description}
    start, end = (fenced.start("words") + at for at in _place(fenced["words"]))
    ending = text[start:end][len(text[start:end].rstrip()) :]
    quoted = yaml.safe_dump(description, default_style='"', allow_unicode=True, width=10_000)
    edited = text[:start] + quoted.strip() + ending + text[end:]
    if words_of(edited) == wanted:
        return edited
    # An alias, say: then they are written anew after all.
    head = yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{head}{text[fenced.end('words') :]}"


def _place(words: str) -> tuple[int, int]:
    """Where the description's value begins and ends."""
    import yaml

    node = yaml.compose(words, Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value == "description":
            return value.start_mark.index, value.end_mark.index
    return 0, 0
