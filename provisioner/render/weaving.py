"""The lines of a prose diff, and a way to merge live lines with the desired lines that replace them."""

from collections.abc import Iterator, Sequence

from provisioner.model.text_change import Line, Span
from provisioner.render.matching import Opcode, Word


def whole(sign: str, lines: Sequence[str], start: int = -1) -> Iterator[Line]:
    """Yield texts as lines that all have the given sign.

    `start` is the number of lines before them, -1 for removed lines.
    """
    for index, text in enumerate(lines):
        number = 0 if start < 0 else start + index + 1
        note = "empty line" if sign != " " and not text.strip() else ""
        yield Line(sign, (Span(sign, text),), number, note)


class Weaver:
    """Merges live lines with the desired lines that replace them.

    The result has the desired lines, with the removed words between their words. `before` and `after`
    are the words of the live and of the desired lines, `live` are the live lines, and `start` is the
    number of lines before them in the desired text.
    """

    def __init__(
        self, before: list[Word], after: list[Word], live: Sequence[str], start: int
    ) -> None:
        self._before, self._after, self._live, self._start = before, after, live, start
        # The texts of a span are joined at its end: a line may have a hundred thousand words.
        self._spans: list[tuple[str, list[str]]] = []
        self._number = after[0].line
        self._waiting: list[Line] = []

    def lines(self, codes: list[Opcode]) -> Iterator[Line]:
        """Yield the desired lines with the removed words, and the lines of which every word was removed.

        `codes` are the steps that turn the live words into the desired words.
        """
        survive = {
            word.line
            for tag, i1, i2, _, _ in codes
            if tag == "equal"
            for word in self._before[i1:i2]
        }
        for tag, i1, i2, j1, j2 in codes:
            if tag != "equal" and i1 < i2:
                # Removed words that began a line belong to the line of the words that replace them.
                if "\n" in self._before[i1].gap and j1 < len(self._after):
                    yield from self._reach(self._after[j1].line)
                yield from self._take(self._before[i1:i2], survive)
            for word in self._after[j1:j2]:
                yield from self._reach(word.line)
                self._add(" " if tag == "equal" else "+", word)
        yield from self._finished()

    def _reach(self, number: int) -> Iterator[Line]:
        """Go to a line of the desired text. Yield the line before it if it is finished."""
        if number != self._number:
            yield from self._finished()
            self._number = number

    def _take(self, words: list[Word], survive: set[int]) -> Iterator[Line]:
        """Add removed words to the current line. Yield the lines of which every word was removed.

        `survive` has the live lines of which at least one word is unchanged.
        """
        gone = dict.fromkeys(word.line for word in words if word.line not in survive)
        lines = whole("-", [self._live[line] for line in gone])
        # A removed line must not cut the line that is being put together in two.
        if self._spans:
            self._waiting += lines
        else:
            yield from lines
        for word in words:
            if word.line in survive:
                self._add("-", word)

    def _add(self, sign: str, word: Word) -> None:
        """Add a word to the current line, as removed (`-`), added (`+`) or unchanged (a space).

        The space before a removed or added word is added as unchanged.
        """
        last = self._spans[-1][0] if self._spans else ""
        gap = " " if last and "\n" in word.gap else word.gap.rpartition("\n")[2]
        if not gap and sign == " " and last == "-" and len(self._spans) == 1:
            gap = " "  # the words before it, which began the line, are removed
        if {sign, last} == {"-", "+"}:
            gap = ""  # the space is already before the word that this one replaces
        if sign == last:
            self._push(sign, gap + word.text)
        else:
            self._push(" ", gap)
            self._push(sign, word.text)

    def _push(self, sign: str, text: str) -> None:
        if self._spans and self._spans[-1][0] == sign:
            self._spans[-1][1].append(text)
        elif text:
            self._spans.append((sign, [text]))

    def _finished(self) -> Iterator[Line]:
        if self._spans:
            spans = tuple(Span(sign, "".join(texts)) for sign, texts in self._spans)
            signs = {span.sign for span in spans if span.text.strip()}
            sign = signs.pop() if len(signs) == 1 else "~"
            yield Line(sign, spans, self._start + self._number + 1)
        yield from self._waiting
        self._spans, self._waiting = [], []
