"""Compare two versions of a long text: the lines worth showing, with the changed words marked.

Lines are matched first. Lines that differ and follow each other are then compared word by word and
without their line breaks, so that a paragraph that was wrapped anew shows the changed word and not
the wrapping. Lines with nothing in common are shown as removed and added. A block that moved is
shown as moved, with the words that changed in it. The layout of the lines is left to the formats.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from provisioner.model.frozen import frozen
from provisioner.model.text_change import Line, Span
from provisioner.render.matching import (
    TooDifferent,
    Word,
    opcodes,
    sentences,
    steadied,
    without_blank_islands,
    words,
)
from provisioner.render.moves import Move, moves
from provisioner.render.weaving import Weaver, whole

CONTEXT = 2
"""The number of unchanged lines shown on either side of a change."""

_RELATED = 0.5
"""The share of common words below which live and desired lines are shown as removed and added.

It is a share of the words of the side that has fewer.
"""

_TAKEN = 3
"""The most removed lines in a row that are shown, unless everything is shown."""

_NEAR = 8
"""The number of desired lines that are searched for the edited form of a live line, if a text is too
long to compare as a whole."""

_PAIRED = 2_000
"""The most live lines that are compared one by one, if a text is too long to compare as a whole. The
lines after them are shown as removed and added."""

_WOVEN = 500_000
"""The most characters that two blocks of changed lines, the removed and the added ones, may have
together to be compared word by word."""


def hunks(live: str, desired: str) -> Iterator[list[Line]]:
    """Yield groups of changed lines in order, each with a few unchanged lines around it."""
    lines = list(_compared(live.split("\n"), desired.split("\n")))
    near = {
        index
        for changed, line in enumerate(lines)
        if line.sign != " "
        for index in range(changed - CONTEXT, changed + CONTEXT + 1)
    }
    group: list[Line] = []
    for index, line in enumerate(lines):
        if index in near:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def edited(groups: Iterable[Sequence[Line]]) -> tuple[int, int]:
    """Return the numbers of added and of removed words. A moved word counts as neither."""
    counts = Counter[str]()
    # A line with a note stands for moved or hidden lines, whose words are not new.
    for line in (line for group in groups for line in group if not line.note):
        for span in line.spans:
            counts[span.sign] += len(span.text.split())
    return counts["+"], counts["-"]


def folded(groups: Iterable[Sequence[Line]], most: int) -> list[list[Line]]:
    """Return groups of lines that are short enough to read. Added lines are always kept.

    Of many removed lines in a row, only the first are kept. If more than `most` lines remain, only
    the first one is kept, and the unchanged lines are left out too.
    """
    shorter = [list(_without_long_runs(group, _TAKEN)) for group in groups]
    if sum(map(len, shorter)) > most:
        # New lines matter more than their neighbours: a reviewer approves what is added.
        changed = ([line for line in group if line.sign != " "] for group in groups)
        shorter = [list(_without_long_runs(group, 1)) for group in changed]
    return shorter


def _without_long_runs(group: Sequence[Line], stay: int) -> Iterator[Line]:
    """Yield the lines of a group, but of many removed lines in a row only the first `stay`.

    A line with the number of the others follows them.
    """
    for is_taken, lines in groupby(group, key=lambda line: line.sign == "-" and not line.note):
        run = list(lines)
        if not is_taken or len(run) <= stay + 1:
            yield from run
            continue
        yield from run[:stay]
        yield Line("-", (), 0, f"{len(run) - stay:,} more lines taken out: --all shows them")


def _compared(live: Sequence[str], desired: Sequence[str]) -> Iterator[Line]:
    """Yield every line of both texts in order: unchanged, changed, added, removed or moved."""
    try:
        codes = without_blank_islands(opcodes(live, desired), live)
    except TooDifferent:
        # The whole text is one region then, and `_block` compares it line by line.
        codes = [("replace", 0, len(live), 0, len(desired))]
    moved = moves(codes, live, desired)
    for tag, i1, i2, j1, j2 in codes:
        if tag == "equal":
            yield from _unchanged(desired, j1, j2)
        else:
            away = [move for move in moved if i1 <= move.i1 < i2]
            # The blocks are in live order, and the region is shown in desired order.
            here = sorted((m for m in moved if j1 <= m.j1 < j2), key=lambda move: move.j1)
            yield from _Region(live, desired, (i1, i2, j1, j2)).lines(away, here)


def _unchanged(lines: Sequence[str], start: int, end: int) -> Iterator[Line]:
    """Yield the unchanged lines from `start` to `end`. Of many lines, yield only the first and the last.

    The first are one line more than CONTEXT, so that `hunks` ends its group of lines between them
    and the last.
    """
    if end - start > 2 * CONTEXT + 1:
        yield from whole(" ", lines[start : start + CONTEXT + 1], start)
        start = end - CONTEXT
    yield from whole(" ", lines[start:end], start)


@frozen
class _Region:
    """A range of both texts that differs.

    `ends` are the start and the end of the range in the live lines, then in the desired lines.
    """

    live: Sequence[str]
    desired: Sequence[str]
    ends: tuple[int, int, int, int]

    def lines(self, away: Sequence[Move], here: Sequence[Move]) -> Iterator[Line]:
        """Yield the lines of the region.

        `away` are the blocks that moved out of the region, `here` those that moved into it.
        """
        i1, i2, j1, j2 = self.ends
        yield from map(self._left, away)
        # What stays of the live range is compared with what stays of the desired range, gap by gap.
        remaining = _outside(i1, i2, [(move.i1, move.i2) for move in away])
        place = j1
        for move in [*here, None]:
            end = move.j1 if move else j2
            if place < end:
                i, i_end = remaining.pop(0) if remaining else (i2, i2)
                yield from _block(self.live[i:i_end], self.desired[place:end], place)
            if move:
                yield from self._arrived(move)
                place = move.j2
        for i, i_end in remaining:
            yield from _block(self.live[i:i_end], (), j2)

    def _left(self, move: Move) -> Line:
        """Return the line that says where a block moved to."""
        old, new = _first(self.live, move.i1), _first(self.desired, move.j1)
        size = f"{move.i2 - move.i1} lines " if move.i2 - move.i1 > 1 else ""
        span = Span(" ", self.live[old])
        return Line("-", (span,), 0, f"{size}moved to line {new + 1}")

    def _arrived(self, move: Move) -> Iterator[Line]:
        """Yield the line that says where a block came from, and the lines that were edited in it."""
        old, new = _first(self.live, move.i1), _first(self.desired, move.j1)
        size = f"{move.j2 - move.j1} lines " if move.j2 - move.j1 > 1 else ""
        # A block may move and be edited in one step, and its edits must not go unseen.
        inner = _compared(self.live[move.i1 : move.i2], self.desired[move.j1 : move.j2])
        edits = [
            replace(line, number=line.number + move.j1 if line.number else 0)
            for line in inner
            if line.sign not in " ≈"
        ]
        edited = ", edited" if edits else ""
        span = Span(" ", self.desired[new])
        yield Line("+", (span,), new + 1, f"{size}moved from line {old + 1}{edited}")
        yield from edits


def _outside(start: int, end: int, blocks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges between `start` and `end` that no block covers."""
    edges = [start, *(edge for block in blocks for edge in block), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _block(live: Sequence[str], desired: Sequence[str], start: int) -> Iterator[Line]:
    """Yield the lines that show how live lines differ from the desired lines in their place.

    `start` is the number of desired lines before them.
    """
    if len(live) > 1 and sum(map(len, (*live, *desired))) > _WOVEN:
        yield from _line_by_line(live, desired, start)
        return
    try:
        woven = _woven(live, desired, start, words)
    except TooDifferent:
        # One huge line has no neighbours to be paired with, so it is cut into sentences.
        if len(live) == 1 == len(desired):
            woven = _by_sentences(live, desired, start)
        else:
            yield from _line_by_line(live, desired, start)
            return
    if woven is None:
        yield from whole("-", live)
        yield from whole("+", desired, start)
    else:
        yield from woven


def _woven(
    live: Sequence[str],
    desired: Sequence[str],
    start: int,
    split: Callable[[Sequence[str]], list[Word]],
) -> list[Line] | None:
    """Return live and desired lines merged, with the changed words marked; None if they are unrelated.

    `split` cuts lines into words or sentences. `start` is the number of desired lines before them.
    Raises TooDifferent.
    """
    before, after = split(live), split(desired)
    if not (before and after):
        return None
    codes = steadied(opcodes([w.text for w in before], [w.text for w in after]), before)
    kept = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
    # Every word stayed, so the lines were only wrapped anew.
    if kept == len(before) == len(after):
        note = f"{len(desired)} lines" if len(desired) > 1 else ""
        note = ": ".join(filter(None, [note, "only spacing and line breaks differ"]))
        return [Line("≈", (Span(" ", desired[0]),), start + 1, note)]
    # The shorter side counts: a line that was kept and got many new words is still the same line.
    if kept < _RELATED * min(len(before), len(after)):
        return None
    return list(Weaver(before, after, live, start).lines(codes))


def _by_sentences(live: Sequence[str], desired: Sequence[str], start: int) -> list[Line] | None:
    """Return live and desired lines merged, with the changed sentences marked.

    Returns None if the lines are unrelated, or if this comparison takes too many steps too.
    """
    try:
        return _woven(live, desired, start, sentences)
    except TooDifferent:
        return None


def _line_by_line(live: Sequence[str], desired: Sequence[str], start: int) -> Iterator[Line]:
    """Yield the lines that show how many live lines differ from the desired lines in their place.

    Each live line is compared with the next desired line that resembles it.
    """
    place = 0
    for index, line in enumerate(live):
        if index == _PAIRED:
            yield from whole("-", live[index:])
            break
        near = range(place, min(place + _NEAR, len(desired)))
        mine = frozenset(line.split())
        like = next((j for j in near if _resembles(mine, frozenset(desired[j].split()))), None)
        if like is None:
            yield from whole("-", [line])
            continue
        yield from whole("+", desired[place:like], start + place)
        yield from _block(live[index : index + 1], desired[like : like + 1], start + like)
        place = like + 1
    yield from whole("+", desired[place:], start + place)


def _resembles(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Return true if two lines, given as their words, have enough words in common."""
    return len(mine & theirs) >= _RELATED * max(len(mine), len(theirs), 1)


def _first(lines: Sequence[str], start: int) -> int:
    """Return the index of the first line at or after `start` that is not blank."""
    return next(i for i in range(start, len(lines)) if lines[i].strip())
