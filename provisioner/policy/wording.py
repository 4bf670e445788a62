"""Defines rules for changed texts: negations, numbers, and web or mail addresses.

The words are in English, German, French and Spanish. Only lines that differ are compared, so that a
moved line does not count as changed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from provisioner.model.plan import FieldChange
from provisioner.model.value import Placeholder

NEGATING: Final = frozenset(
    (
        *("not", "no", "never", "none", "nothing", "nobody", "cannot", "without", "neither", "nor"),
        *("nicht", "kein", "keine", "keinen", "keiner", "nie", "niemals", "nichts", "ohne"),
        *("ne", "pas", "jamais", "aucun", "aucune", "rien", "sans"),
        *("nunca", "jamás", "ningún", "ninguna", "nada", "sin"),
    )
)
"""Words that negate a sentence."""
BINDING: Final = frozenset(
    (
        *("only", "must", "always", "may", "except", "unless", "refuse", "forbidden", "allowed"),
        *("nur", "muss", "immer", "darf", "außer", "verboten", "erlaubt"),
        *("seulement", "doit", "toujours", "peut", "sauf", "interdit"),
        *("solo", "debe", "siempre", "puede", "salvo", "prohibido"),
    )
)
"""Words that forbid, allow or demand something."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d.,]*(?<=\d)")
_ADDRESS: Final = re.compile(r"https?://[^\s)>\]\"']+|[\w.+-]+@[\w-]+\.[\w.]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?:;])\s+|\n")
_FEWEST: Final = 3
"""The number of words of the shortest text that counts as prose."""


def negations(change: FieldChange) -> Iterator[str]:
    """Report words that were added or removed and that negate, forbid, allow or demand something."""
    sides = _changed(change)
    if sides is None:
        return
    live, desired = (_words(text) for text in sides)
    turned = False
    for known in (NEGATING, BINDING):
        have, want = (Counter(w for w in words if w in known) for words in (live, desired))
        told = [f"{_quoted(word)} is put in" for word in sorted(want - have)]
        told += [f"{_quoted(word)} is taken out" for word in sorted(have - want)]
        turned = turned or bool(told)
        if told:
            yield ", ".join(told)
    lost, new = _denied(live) - _denied(desired), _denied(desired) - _denied(live)
    # An added or removed word would be reported here a second time.
    if not turned and lost and new:
        yield f"{_quoted(*next(iter(lost)))} becomes {_quoted(*next(iter(new)))}"


def numbers(change: FieldChange) -> Iterator[str]:
    """Report a number that differs in a sentence that is otherwise equal."""
    sides = _changed(change)
    if sides is None:
        return
    live, desired = ({_NUMBER.sub("#", one): one for one in _sentences(text)} for text in sides)
    for same in (sentence for sentence in live if sentence in desired):
        gone, new = (_NUMBER.findall(side[same]) for side in (live, desired))
        if gone != new:
            yield f"{', '.join(gone)} becomes {', '.join(new)}"


def addresses(change: FieldChange) -> Iterator[str]:
    """Report web and mail addresses that the live text does not have."""
    sides = _changed(change)
    if sides is None:
        return
    live, desired = (set(_ADDRESS.findall(text)) for text in sides)
    if new := sorted(desired - live):
        yield f"names {', '.join(new)}"


def _changed(change: FieldChange) -> tuple[str, str] | None:
    """Return the lines that only one side has, live and desired. None if the field is not prose."""
    if not (_is_prose(change.live) and _is_prose(change.desired)):
        return None
    # Lines are counted, not put in a set, so that a repeated line that loses one copy is seen.
    live, desired = (Counter(side.split("\n")) for side in (change.live, change.desired))
    return "\n".join((live - desired).elements()), "\n".join((desired - live).elements())


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.split(text) if one.strip()]


def _is_prose(value: Any) -> bool:
    return (
        isinstance(value, str)
        and not isinstance(value, Placeholder)
        and len(value.split()) >= _FEWEST
    )


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case; `don't` becomes `do` and `not`."""
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match[0].replace("\u2019", "'")
        if word.endswith("n't"):
            found += [word.removesuffix("n't"), "not"]
        else:
            # So `cannot` and `can not` are the same words.
            found += ["can", "not"] if word == "cannot" else [word]
    return found


def _denied(words: Sequence[str]) -> Counter[tuple[str, str]]:
    """Return the number of occurrences of each negating word with the word after it."""
    return Counter((word, after) for word, after in pairwise(words) if word in NEGATING)


def _quoted(*words: str) -> str:
    return f"\u201c{' '.join(words)}\u201d"


RULES: Final[tuple[Callable[[FieldChange], Iterable[str]], ...]] = (
    *(negations, numbers),
    addresses,
)
