"""What two sequences share: lines or words, found at a cost that no text can blow up."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TypeAlias

_EFFORT = 2_000_000
"""Pairs of equal words (or lines) that a comparison may look at: about half a second."""

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]"  # scripts that put no spaces between words
    r"|\w+(?:[.,'\u2019/@_-]\w+)*|[^\w\s]"
)
_SENTENCE = re.compile(r"\S[^.!?\n]*[.!?]*")

_ISLAND = 6
"""Letters of the shortest word that may stand unchanged between two changed ones."""

_ANCHOR = 3
"""Items of the shortest equal end that is taken for granted: a lone full stop proves nothing."""

Opcode: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    gap: str
    line: int


def tokens(live: list[str], desired: list[str]) -> tuple[list[Word], list[Word]]:
    """Both sides in words; in sentences where words would be too many to compare."""
    before, after = _words(live, _WORD), _words(desired, _WORD)
    if _affordable([w.text for w in before], [w.text for w in after]):
        return before, after
    return _words(live, _SENTENCE), _words(desired, _SENTENCE)


def _words(lines: list[str], pattern: re.Pattern[str]) -> list[Word]:
    """Words and marks of punctuation, with the space before each and the line it stands on."""
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    words, end = [], 0
    for match in pattern.finditer(text):
        line = bisect_right(starts, match.start()) - 1
        words.append(Word(match[0], text[end : match.start()], line))
        end = match.end()
    return words


def opcodes(live: Sequence[str], desired: Sequence[str]) -> list[Opcode]:
    """What difflib says. Ends that are the same are set aside first: little is left of most edits."""
    head = _common(live, desired)
    tail = _common(live[head:][::-1], desired[head:][::-1])
    i2, j2 = len(live) - tail, len(desired) - tail
    inner = (
        (tag, i + head, i_end + head, j + head, j_end + head)
        for tag, i, i_end, j, j_end in _matched(live[head:i2], desired[head:j2])
    )
    codes = [("equal", 0, head, 0, head), *inner, ("equal", i2, len(live), j2, len(desired))]
    return [code for code in codes if code[1] < code[2] or code[3] < code[4]]


def _matched(live: Sequence[str], desired: Sequence[str]) -> Sequence[Opcode]:
    if not _affordable(live, desired):
        return [("replace", 0, len(live), 0, len(desired))]
    return SequenceMatcher(_is_blank, live, desired, autojunk=False).get_opcodes()


def _is_blank(item: str) -> bool:
    """Two blank lines are equal and say nothing, unless they stand beside lines that are."""
    return not item.strip()


def _affordable(live: Sequence[str], desired: Sequence[str]) -> bool:
    have, want = Counter(live), Counter(desired)
    return sum(count * want[item] for item, count in have.items()) <= _EFFORT


def steadied(codes: list[Opcode], words: list[Word]) -> list[Opcode]:
    """The same without islands: a short word between two changes only makes them hard to read."""
    steady: list[Opcode] = []
    for index, (tag, i1, i2, j1, j2) in enumerate(codes):
        alone = i2 - i1 == 1 and 0 < index < len(codes) - 1
        is_island = tag == "equal" and alone and len(words[i1].text) < _ISLAND
        if steady and steady[-1][0] != "equal" and (is_island or tag != "equal"):
            _, i_start, _, j_start, _ = steady.pop()
            steady.append(("replace", i_start, i2, j_start, j2))
        else:
            steady.append((tag, i1, i2, j1, j2))
    return steady


def _common(live: Sequence[str], desired: Sequence[str]) -> int:
    count = 0
    for left, right in zip(live, desired, strict=False):
        if left != right:
            break
        count += 1
    return count if count >= _ANCHOR else 0
