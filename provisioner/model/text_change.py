"""The lines of a text that changed, with the words marked that differ."""

from provisioner.model.frozen import frozen


@frozen
class Span:
    """A piece of a line. `sign` is `-` for removed text, `+` for added text, else a space."""

    sign: str
    text: str


@frozen
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


@frozen
class TextChange:
    """The changed lines of a document, in groups that follow each other in the text.

    The live side is the text that the server parsed of its file, and the desired side is the file in
    the folder. `more` counts the changed lines that are left out for their length. `added` and
    `removed` count words of the whole text. `missing` says why no lines are known; it is empty where
    they are.
    """

    groups: tuple[tuple[Line, ...], ...] = ()
    added: int = 0
    removed: int = 0
    more: int = 0
    missing: str = ""
