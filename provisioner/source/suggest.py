"""Suggest a known name for a misspelt one, and list names in messages."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question such as ` Did you mean `tools`?`, or an empty text if no known name is similar.

    The question begins with a space, so that it can follow a sentence. If `known` are addresses, a
    name without a kind stands for the only address that has this name.
    """
    names = list(known)
    folded = {name.lower(): name for name in names}
    # 0.6 is difflib's own default. A lower cutoff suggests names that nobody meant.
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    bare = [name for name in folded if name.partition(".")[2] == word.lower()]
    near = bare if len(bare) == 1 else near
    return f" Did you mean `{folded[near[0]]}`?" if near else ""


def one_of(names: Iterable[str]) -> str:
    """Return names as the end of a sentence: `a`, `b` or `c`."""
    *most, last = [f"`{name}`" for name in names] or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last


def listed(names: Iterable[str]) -> str:
    """Return names as a list: `a`, `b`, `c`; `none` if there is no name."""
    return ", ".join(f"`{name}`" for name in names) or "none"
