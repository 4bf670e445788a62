"""Suggest the known name that is nearest to a misspelt one."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that begins with a space, or an empty text if no known name is near."""
    names = list(known)
    folded = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return f" Did you mean `{folded[near[0]]}`?" if near else ""


def one_of(names: Iterable[str]) -> str:
    """Return names as a choice: `a`, `b` or `c`."""
    *most, last = [f"`{name}`" for name in names] or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last


def listed(names: Iterable[str]) -> str:
    """Return names as a list: `a`, `b`, `c`."""
    return ", ".join(f"`{name}`" for name in names) or "none"
