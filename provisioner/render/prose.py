"""Two versions of a long text -> the lines worth showing, changed words marked. No layout here.

Three steps. Lines are matched first. A run of lines that differs is then compared word by word,
line breaks aside, so that a paragraph wrapped anew shows the word that changed and not the wrapping.
Lines with nothing in common are shown as taken and added; a block that only moved, as moved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provisioner.render.matching import Opcode, Word, opcodes, steadied, tokens

CONTEXT = 2
"""Unchanged lines shown on either side of a change."""

_MOVABLE = 3
"""Words of the shortest block that is said to have moved."""

_RELATED = 0.5
"""Below this share of common words, two runs of lines are two texts."""


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
    codes = list(_moves_apart(opcodes(live, desired), live, desired))
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
    before, after = tokens(live, desired)
    if before and after:
        codes = steadied(opcodes([w.text for w in before], [w.text for w in after]), before)
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

    def __init__(self, before: list[Word], after: list[Word], live: list[str], start: int) -> None:
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

    def _take(self, words: list[Word], survive: set[int]) -> Iterator[Line]:
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

    def _add(self, sign: str, word: Word) -> None:
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


def _moves_apart(codes: list[Opcode], live: list[str], desired: list[str]) -> Iterator[Opcode]:
    """The same, where a block that moved stands alone, also if another came in its place."""
    senses = [(_sense(live[i1:i2]), _sense(desired[j1:j2])) for _, i1, i2, j1, j2 in codes]
    changed = [(went, came) for went, came in senses if went != came]
    both = {went for went, _ in changed} & {came for _, came in changed}
    for (tag, i1, i2, j1, j2), (went, came) in zip(codes, senses, strict=True):
        if tag == "replace" and went != came and {went, came} & both:
            yield "delete", i1, i2, j1, j1
            yield "insert", i2, i2, j1, j2
        else:
            yield tag, i1, i2, j1, j2


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
