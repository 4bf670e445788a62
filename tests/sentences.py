"""Rules for the form of English sentences, for `tests/prose.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'-]*")
_QUOTED: Final = re.compile(r"`[^`]*`|\"[^\"]*\"|\([^()]*\)")
_ASIDE: Final = re.compile(
    r"\b(that|what|whatever|whoever|which|who|whose|whom|where|when|while|as|if|because|since|so that|for)\b[^,;:.]*"
)
"""Matches a clause that depends on a noun. Its verb does not make a sentence of that noun."""
_AUXILIARY: Final = "is are was were has have had can cannot may must might will would do does did"
_LISTED: Final = [
    word
    for line in (Path(__file__).with_name("verbs.txt")).read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
]
COMMANDS: Final = frozenset(word.rstrip("*") for word in _LISTED)
"""Verbs that a docstring may begin with as a command, in their base form."""
_FINITE: Final = frozenset(_AUXILIARY.split()) | {
    form
    for verb in _LISTED
    if not verb.endswith("*")
    for form in (f"{verb}s", f"{verb}es", f"{verb[:-1]}ies")
}
"""Forms of verbs that make a sentence together with a noun, such as `must` and `returns`."""


def sentence(text: str) -> str:
    """Return the first sentence of a text, in one line."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[.:;])\s+(?=[A-Z`{])", paragraph, maxsplit=1)[0]


def has_verb(first: str) -> bool:
    """Return true if a sentence has a main verb: a command at its head, or a verb outside its asides."""
    plain = _QUOTED.sub("X", first)
    words = _WORD.findall(plain)
    if words and words[0].lower() in COMMANDS:
        return True
    rest = _WORD.findall(_ASIDE.sub("", plain))
    return any(word.lower() in _FINITE for word in rest)
