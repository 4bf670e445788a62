"""Defines TextChange: the changed lines of a document, with the differing words marked."""

from provisioner.model.frozen import frozen


@frozen
class Span:
    """A piece of a line.

    `sign` is `-` for removed text, `+` for added text, a space for equal text.
    """

    sign: str
    text: str


@frozen
class Line:
    """One line to show. `number` is its line in the desired text, 0 if that text does not have the line.

    `sign` is `~` for a line with changed words, `≈` for a line in which only spaces changed, `-`
    for a removed line, `+` for an added line, and a space for an equal one. `note` is a remark of
    ours that is shown after the line.
    """

    sign: str
    spans: tuple[Span, ...]
    number: int = 0
    note: str = ""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@frozen
class TextChange:
    """The changed lines of a document, in groups of consecutive lines.

    The live side is the text that the server extracted from its file, and the desired side is the
    file in the folder. `more` is the number of changed lines that are left out because there are
    too many. `added` and `removed` are numbers of words in the whole text. `missing` is the reason
    why the lines are not known, '' if they are.
    """

    groups: tuple[tuple[Line, ...], ...] = ()
    added: int = 0
    removed: int = 0
    more: int = 0
    missing: str = ""
