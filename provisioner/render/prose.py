"""Two versions of a long text -> the lines worth showing, changed words marked. No layout here.

Three steps. Lines are matched first. A run of lines that differs is then compared word by word,
line breaks aside, so that a paragraph wrapped anew shows the word that changed and not the wrapping.
Lines with nothing in common are shown as taken and added; a block that only moved, as moved.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TypeAlias

CONTEXT = 2
"""Unchanged lines shown on either side of a change."""

_EFFORT = 2_000_000
"""Pairs of equal words (or lines) that a comparison may look at: about half a second."""

_RELATED = 0.5
"""Below this share of common words, two runs of lines are two texts."""

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]"  # scripts that put no spaces between words
    r"|\w+(?:[.,'\u2019/@_-]\w+)*|[^\w\s]"
)
_SENTENCE = re.compile(r"\S[^.!?\n]*[.!?]*")

_ISLAND = 6
"""Letters of the shortest word that may stand unchanged between two changed ones."""

_ANCHOR = 3
"""Items of the shortest equal end that is taken for granted: a lone full stop proves nothing."""

_MOVABLE = 3
"""Words of the shortest block that is said to have moved."""

Opcode: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `sign` is `-` for what goes, `+` for what comes, else a space."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line to show. `number` is its place in the desired text, 0 where it has none.

    `sign` is `~` for a line that holds changed words, `≈` for one that changed in spacing only,
    `-`, `+`, or a space. `note` is ours, not the text's.
    """

    sign: str
    spans: tuple[Span, ...]
    number: int = 0
    note: str = ""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    gap: str
    line: int


def hunks(live: str, desired: str) -> Iterator[list[Line]]:
    """The changed lines of a text, in order, each group with a little context around it."""
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


def word_count(text: str) -> int:
    return len(text.split())


def _compared(live: list[str], desired: list[str]) -> Iterator[Line]:
    codes = _opcodes(live, desired)
    moved = _moves(codes, live, desired)
    for tag, i1, i2, j1, j2 in codes:
        if tag == "equal":
            yield from _whole(" ", desired[j1:j2], j1)
        elif (here := (i1, i2, j1, j2)) in moved:
            yield moved[here]
        else:
            yield from _block(live[i1:i2], desired[j1:j2], j1)


def _block(live: list[str], desired: list[str], start: int) -> Iterator[Line]:
    """Two runs of lines that differ; the desired one begins after line `start`."""
    before, after = _tokens(live, desired)
    if before and after:
        codes = _steadied(_opcodes([w.text for w in before], [w.text for w in after]), before)
        kept = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
        if kept == len(before) == len(after):
            note = f"{len(desired)} lines" if len(desired) > 1 else ""
            note = ": ".join(filter(None, [note, "only spacing and line breaks differ"]))
            yield Line("≈", (Span(" ", desired[0]),), start + 1, note)
            return
        if kept >= _RELATED * min(len(before), len(after)):
            yield from _Weaver(before, after, live, start).lines(codes)
            return
    yield from _whole("-", live)
    yield from _whole("+", desired, start)


def _whole(sign: str, lines: Sequence[str], start: int = -1) -> Iterator[Line]:
    for index, text in enumerate(lines):
        number = 0 if start < 0 else start + index + 1
        note = "empty line" if sign != " " and not text.strip() else ""
        yield Line(sign, (Span(sign, text),), number, note)


class _Weaver:
    """Weaves two related runs of lines into one: the desired lines, with what went between."""

    def __init__(
        self, before: list[_Word], after: list[_Word], live: list[str], start: int
    ) -> None:
        self._before, self._after, self._live, self._start = before, after, live, start
        self._spans: list[Span] = []
        self._number = after[0].line
        self._waiting: list[Line] = []

    def lines(self, codes: list[Opcode]) -> Iterator[Line]:
        survive = {
            word.line
            for tag, i1, i2, _, _ in codes
            if tag == "equal"
            for word in self._before[i1:i2]
        }
        for tag, i1, i2, j1, j2 in codes:
            if tag != "equal" and i1 < i2:
                if "\n" in self._before[i1].gap and j1 < len(self._after):
                    yield from self._reach(self._after[j1].line)
                yield from self._take(self._before[i1:i2], survive)
            for word in self._after[j1:j2]:
                yield from self._reach(word.line)
                self._add(" " if tag == "equal" else "+", word)
        yield from self._finished()

    def _reach(self, number: int) -> Iterator[Line]:
        if number != self._number:
            yield from self._finished()
            self._number = number

    def _take(self, words: list[_Word], survive: set[int]) -> Iterator[Line]:
        """Words that go: inside the line, but for lines of which nothing stays."""
        gone = dict.fromkeys(word.line for word in words if word.line not in survive)
        lines = _whole("-", [self._live[line] for line in gone])
        if self._spans:
            self._waiting += lines
        else:
            yield from lines
        for word in words:
            if word.line in survive:
                self._add("-", word)

    def _add(self, sign: str, word: _Word) -> None:
        """Put a word on the line. The space before a change is not a part of it."""
        last = self._spans[-1].sign if self._spans else ""
        gap = " " if last and "\n" in word.gap else word.gap.rpartition("\n")[2]
        if not gap and sign == " " and last == "-" and len(self._spans) == 1:
            gap = " "  # the line began with what goes
        if {sign, last} == {"-", "+"}:
            gap = ""  # stands before what this word replaces
        if sign == last:
            self._push(sign, gap + word.text)
        else:
            self._push(" ", gap)
            self._push(sign, word.text)

    def _push(self, sign: str, text: str) -> None:
        if self._spans and self._spans[-1].sign == sign:
            text = self._spans.pop().text + text
        if text:
            self._spans.append(Span(sign, text))

    def _finished(self) -> Iterator[Line]:
        if self._spans:
            signs = {span.sign for span in self._spans if span.text.strip()}
            sign = signs.pop() if len(signs) == 1 else "~"
            yield Line(sign, tuple(self._spans), self._start + self._number + 1)
        yield from self._waiting
        self._spans, self._waiting = [], []


def _tokens(live: list[str], desired: list[str]) -> tuple[list[_Word], list[_Word]]:
    """Both sides in words; in sentences where words would be too many to compare."""
    before, after = _words(live, _WORD), _words(desired, _WORD)
    if _affordable([w.text for w in before], [w.text for w in after]):
        return before, after
    return _words(live, _SENTENCE), _words(desired, _SENTENCE)


def _words(lines: list[str], pattern: re.Pattern[str]) -> list[_Word]:
    """Words and marks of punctuation, with the space before each and the line it stands on."""
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    words, end = [], 0
    for match in pattern.finditer(text):
        line = bisect_right(starts, match.start()) - 1
        words.append(_Word(match[0], text[end : match.start()], line))
        end = match.end()
    return words


def _opcodes(live: Sequence[str], desired: Sequence[str]) -> list[Opcode]:
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
    return SequenceMatcher(None, live, desired, autojunk=False).get_opcodes()


def _affordable(live: Sequence[str], desired: Sequence[str]) -> bool:
    have, want = Counter(live), Counter(desired)
    return sum(count * want[item] for item, count in have.items()) <= _EFFORT


def _steadied(codes: list[Opcode], words: list[_Word]) -> list[Opcode]:
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


def _moves(
    codes: list[Opcode], live: list[str], desired: list[str]
) -> dict[tuple[int, int, int, int], Line]:
    """Blocks that went at one place and came at another, each as the one line that says so."""
    came = {_sense(desired[c[3] : c[4]]): c for c in codes if c[0] == "insert"}
    lines = {}
    for tag, i1, i2, j1, j2 in codes:
        sense = _sense(live[i1:i2])
        if tag == "delete" and len(sense) >= _MOVABLE and sense in came:
            _, *there, k1, k2 = came.pop(sense)
            old, new = _first(live, i1), _first(desired, k1)
            size = f"{i2 - i1} lines " if i2 - i1 > 1 else ""
            span = Span(" ", desired[new])
            lines[i1, i2, j1, j2] = Line("-", (span,), 0, f"{size}moved to line {new + 1}")
            lines[there[0], there[1], k1, k2] = Line(
                "+", (span,), new + 1, f"{size}moved from line {old + 1}"
            )
    return lines


def _sense(lines: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


def _first(lines: list[str], start: int) -> int:
    return next(i for i in range(start, len(lines)) if lines[i].strip())


def _common(live: Sequence[str], desired: Sequence[str]) -> int:
    count = 0
    for left, right in zip(live, desired, strict=False):
        if left != right:
            break
        count += 1
    return count if count >= _ANCHOR else 0
