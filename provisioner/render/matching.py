"""Find the common items of two sequences of lines or words, at a bounded cost.

Items that occur once on both sides are matched first (the *patience* method), because people
compare texts by them too. The text between two such matches is compared with Myers' algorithm for
the shortest edit script. A comparison that takes too many steps is given up. `render.prose` calls
this module.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeAlias

from provisioner.model.frozen import frozen

_STEPS = 400_000
"""The most steps of one comparison: about a third of a second."""

_LETTER = (
    r"[\w"
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"  # accents
    r"\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fbc\u102b-\u109d\u17b4-\u17dd"
    r"\u200c\u200d\ufe0f\u20e3]"  # joiners, and what makes a picture of a digit
)
"""The pattern of a letter. Python counts no vowel sign as a word character, so they are listed."""
_PICTURE = (
    r"[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    r"|[^\w\s](?:[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d[^\w\s])*"
)
"""The pattern of a flag, a punctuation mark, a symbol, or an emoji with its modifiers and joined emoji."""
# `re` compiles these at their first use: that takes 3 ms, and every command imports this.
_WORD = (
    r"\((?:possibly )?sensitive(?:, changed)?\)"  # a mask is one word
    r"|[\u3040-\u30ff\u3400-\u9fff]"  # scripts that put no spaces between words
    rf"|{_LETTER}+(?:[.,'\u2019/@_-]{_LETTER}+)*|{_PICTURE}"
)
_SENTENCE = r"\S[^.!?\n]*[.!?]*"

_ISLAND = 6
"""An unchanged word with fewer characters, between two changed words, is shown as changed."""

_ANCHOR = 3
"""The fewest equal items at the end of two texts that are matched at once."""

Opcode: TypeAlias = tuple[str, int, int, int, int]
"""A step as `difflib` returns it: `equal`, `replace`, `delete` or `insert`, then the start and the end
of its range in the live sequence and of its range in the desired one."""

Pair: TypeAlias = tuple[int, int]
"""The index of an item in the live sequence, and of the equal item in the desired one."""


@frozen
class Word:
    """A word or a punctuation mark, the space before it, and the index of its line."""

    text: str
    gap: str
    line: int


class TooDifferent(Exception):
    """Two sequences cannot be compared within the allowed number of steps."""


def words(lines: Sequence[str]) -> list[Word]:
    """Return the words, punctuation marks and emoji of lines, each with the space before it."""
    return _tokens(lines, _WORD)


def sentences(lines: Sequence[str]) -> list[Word]:
    """Return each sentence of lines as one Word, for texts with too many words to compare one by one."""
    return _tokens(lines, _SENTENCE)


def _tokens(lines: Sequence[str], pattern: str) -> list[Word]:
    """Return the matches of a pattern in lines, as Words."""
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    found, end = [], 0
    for match in re.finditer(pattern, text):
        line = bisect_right(starts, match.start()) - 1
        found.append(Word(match[0], text[end : match.start()], line))
        end = match.end()
    return found


def opcodes(live: Sequence[str], desired: Sequence[str]) -> list[Opcode]:
    """Return the steps that turn `live` into `desired`. Raises TooDifferent."""
    return _opcodes(_matched(live, desired), len(live), len(desired))


def without_blank_islands(codes: Sequence[Opcode], live: Sequence[str]) -> list[Opcode]:
    """Return the steps, with changes merged if only blank lines separate them.

    Blank lines are equal everywhere, so an equal blank line does not mean that its neighbours
    belong together.
    """
    inner = range(1, len(codes) - 1)
    return _merged(
        (code, index in inner and not any(line.strip() for line in live[code[1] : code[2]]))
        for index, code in enumerate(codes)
    )


def steadied(codes: Sequence[Opcode], live: Sequence[Word]) -> list[Opcode]:
    """Return the steps, with changes merged if only one short word separates them."""
    inner = range(1, len(codes) - 1)
    return _merged(
        (code, index in inner and code[2] - code[1] == 1 and len(live[code[1]].text) < _ISLAND)
        for index, code in enumerate(codes)
    )


def _merged(codes: Iterable[tuple[Opcode, bool]]) -> list[Opcode]:
    """Return the steps with neighbouring changes merged.

    An equal step that is marked true counts as changed.
    """
    found: list[Opcode] = []
    for (tag, i1, i2, j1, j2), is_island in codes:
        if found and found[-1][0] != "equal" and (tag != "equal" or is_island):
            _, i_start, _, j_start, _ = found.pop()
            found.append(("replace", i_start, i2, j_start, j2))
        else:
            found.append((tag, i1, i2, j1, j2))
    return found


def _opcodes(pairs: Sequence[Pair], live_end: int, desired_end: int) -> list[Opcode]:
    """Return the steps for matched pairs, given the lengths of both sequences."""
    codes: list[Opcode] = []
    i = j = 0
    for i_next, j_next in [*pairs, (live_end, desired_end)]:
        if i < i_next or j < j_next:
            tag = "replace" if i < i_next and j < j_next else "delete" if i < i_next else "insert"
            codes.append((tag, i, i_next, j, j_next))
        if (i_next, j_next) == (live_end, desired_end):
            break
        if codes and codes[-1][0] == "equal":
            _, i_start, _, j_start, _ = codes.pop()
            codes.append(("equal", i_start, i_next + 1, j_start, j_next + 1))
        else:
            codes.append(("equal", i_next, i_next + 1, j_next, j_next + 1))
        i, j = i_next + 1, j_next + 1
    return codes


def _matched(live: Sequence[str], desired: Sequence[str]) -> list[Pair]:
    """Return pairs of indexes of equal items, ascending on both sides. Raises TooDifferent."""
    pairs: list[Pair] = []
    steps = _STEPS
    regions = [(0, len(live), 0, len(desired))]
    # A loop, because an item that occurs twice in a text may occur once between two landmarks.
    while regions:
        i1, i2, j1, j2 = regions.pop()
        while i1 < i2 and j1 < j2 and live[i1] == desired[j1]:
            pairs.append((i1, j1))
            i1, j1 = i1 + 1, j1 + 1
        tail = _common_tail(live[i1:i2], desired[j1:j2])
        pairs += [(i2 - n, j2 - n) for n in range(1, tail + 1)]
        i2, j2 = i2 - tail, j2 - tail
        landmarks = _landmarks(live, desired, (i1, i2, j1, j2))
        if landmarks:
            pairs += landmarks
            ends = [*landmarks, (i2, j2)]
            begins = [(i1, j1), *((i + 1, j + 1) for i, j in landmarks)]
            regions += [(a, c, b, d) for (a, b), (c, d) in zip(begins, ends, strict=True)]
        elif i1 < i2 and j1 < j2:
            found, steps = _shortest(live, desired, (i1, i2, j1, j2), steps)
            pairs += found
    return sorted(pairs)


def _common_tail(live: Sequence[str], desired: Sequence[str]) -> int:
    """Return the number of equal items at the end of both, or 0 if there are fewer than `_ANCHOR`.

    A few equal items prove nothing, since every sentence ends with a full stop.
    """
    count = 0
    for mine, theirs in zip(reversed(live), reversed(desired), strict=False):
        if mine != theirs:
            break
        count += 1
    return count if count >= _ANCHOR else 0


def _landmarks(
    live: Sequence[str], desired: Sequence[str], region: tuple[int, int, int, int]
) -> list[Pair]:
    """Return the pairs of items that occur once on each side of a region, in ascending order.

    A region is the start and the end of a range of live items, then of desired items.
    """
    i1, i2, j1, j2 = region
    have, want = Counter(live[i1:i2]), Counter(desired[j1:j2])
    places = {
        item: j
        for j, item in enumerate(desired[j1:j2], j1)
        if want[item] == 1 == have[item] and item.strip()
    }
    return _ascending([(i, places[live[i]]) for i in range(i1, i2) if live[i] in places])


def _ascending(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the longest subsequence of pairs whose second members ascend."""
    # Patience sorting: `tails[n]` is the smallest end of all ascending runs of n + 1 pairs.
    tails: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tails, j)
        before.append(piles[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [index]
    found, index = [], piles[-1] if piles else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _shortest(
    live: Sequence[str], desired: Sequence[str], region: tuple[int, int, int, int], steps: int
) -> tuple[list[Pair], int]:
    """Return the pairs of a longest common subsequence of a region, and the steps that are left.

    Only items that both sides have are compared. Raises TooDifferent if no steps are left.
    """
    i1, i2, j1, j2 = region
    common = set(live[i1:i2]) & set(desired[j1:j2])
    # Items of one side alone match nothing, and would cost a step of every comparison.
    mine = [i for i in range(i1, i2) if live[i] in common]
    theirs = [j for j in range(j1, j2) if desired[j] in common]
    reached, history = {1: 0}, []
    for edits in range(len(mine) + len(theirs) + 1):
        # Round number `edits` looks at `edits + 1` diagonals.
        steps -= edits + 1
        if steps < 0:
            raise TooDifferent
        # `_backwards` follows the way back through the state before each round.
        history.append(reached.copy())
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]
            )
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            while (
                x < len(mine)
                and x - diagonal < len(theirs)
                and live[mine[x]] == desired[theirs[x - diagonal]]
            ):
                x += 1
            reached[diagonal] = x
            if x >= len(mine) and x - diagonal >= len(theirs):
                path = _backwards(history, len(mine), len(theirs))
                return [(mine[x], theirs[y]) for x, y in path], steps
    return [], steps


def _backwards(history: Sequence[dict[int, int]], x: int, y: int) -> list[Pair]:
    """Return the pairs of equal items that `_shortest` has found, in ascending order.

    `history` is the state of the search before each round. `x` and `y` are the lengths of both
    sequences, where the search ended.
    """
    found: list[Pair] = []
    for edits in range(len(history) - 1, -1, -1):
        reached, diagonal = history[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]
        )
        before = diagonal + 1 if down else diagonal - 1
        x_before = reached[before]
        y_before = x_before - before
        while x > x_before and y > y_before and x > 0 and y > 0:
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = x_before, y_before
    return found[::-1]
