"""Read comments such as `# provisioner: allow CODE reason`, with which a manifest allows a finding.

A comment at the end of a line covers the value that begins on that line, with everything inside it.
A comment on a line of its own covers the value that begins on the next line that is no comment;
before the first field of a document, that is the whole document. `Folder` reads the comments, and
the verbs that report findings use them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import yaml

from provisioner.model.allowance import Allowance
from provisioner.model.codes import policies as codes
from provisioner.model.codes.table import TABLE
from provisioner.model.diagnostic import Position, Severity
from provisioner.source.manifest import Report, Source
from provisioner.source.read import ALLOW
from provisioner.source.suggest import did_you_mean
from provisioner.source.trees import NotYaml, decode

_COMMENT: Final = re.compile(rf"(?:^|(?<=\s))#\s*{ALLOW}\b[ \t]*(?P<code>\S*)[ \t]*(?P<reason>.*)$")
_Span = tuple[int, int]
"""The first and the last of the lines whose findings a comment allows, counted from 1."""


def allowances(source: Source, report: Report) -> Iterator[Allowance]:
    """Yield an Allowance for each comment of one file that names a known code and gives a reason.

    A comment that lacks either is reported to `report` and yields nothing.
    """
    trees = list(source.trees)
    lines: list[str] = []
    with suppress(OSError, UnicodeDecodeError, NotYaml):
        lines = decode(source.path.read_bytes()).splitlines()
    texts = _Texts(trees)
    for number, line in enumerate(lines, 1):
        found = _COMMENT.search(line)
        # A `#` inside a text, such as in a prompt, begins no comment.
        if found and not texts.holds(number, found.start()):
            position = Position(source.name, number, found.start() + 1)
            if _is_whole(found["code"], found["reason"], position, report):
                alone = not line[: found.start()].strip()
                held = _next(lines, number) if alone else number
                first, last = _span(trees, held)
                yield Allowance(position, found["code"], found["reason"].strip(), first, last)


def _is_whole(code: str, reason: str, position: Position, report: Report) -> bool:
    """Return true if the comment names a code that can be allowed and a reason; else report why not."""
    known = TABLE.get(code)
    if known is None:
        meant = (
            did_you_mean(code, TABLE)
            if code
            else " Write the code that the finding prints in brackets."
        )
        detail = (
            f"There is no code `{code}`.{meant}" if code else f"The comment names no code.{meant}"
        )
        report.add(codes.ALLOWS_UNKNOWN, detail, position)
    # Only warnings can be allowed: an error means that the manifest cannot be used as it is.
    elif known.severity is Severity.ERROR:
        report.add(
            codes.ALLOWS_UNKNOWN,
            f"`{code}` is an error. Errors cannot be allowed: correct the manifest.",
            position,
        )
    elif not reason.strip():
        detail = f"Write a reason after the code: `# {ALLOW} {code} agreed with the team`."
        report.add(codes.ALLOWS_WITHOUT_REASON, detail, position)
    else:
        return True
    return False


def _next(lines: Sequence[str], number: int) -> int:
    """Return the number of the first line after line `number` that is neither empty nor a comment.

    If there is none, return `number`.
    """
    for at in range(number, len(lines)):
        text = lines[at].strip()
        # `---` begins a document and has no value itself.
        if text and not text.startswith("#") and text != "---":
            return at + 1
    return number


def _span(trees: Sequence[yaml.Node], line: int) -> _Span:
    """Return the lines of the outermost value that begins on a line, else that line alone."""
    for tree in trees:
        first, last = _lines_of(tree)
        if first == line:
            return first, last
        if first <= line <= last:
            return _inside(tree, line) or (line, line)
    return line, line


def _inside(node: yaml.Node, line: int) -> _Span | None:
    """Return the lines of the outermost entry below a node that begins on a line, or None."""
    for first, last, value in _entries(node):
        if first == line:
            return first, last
        if first <= line <= last:
            return _inside(value, line)
    return None


def _entries(node: yaml.Node) -> Iterator[tuple[int, int, yaml.Node]]:
    """Yield the first and last line of each entry of a mapping or a list, and its value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.start_mark.line + 1, _lines_of(value)[1], value
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield *_lines_of(item), item


def _lines_of(node: yaml.Node) -> _Span:
    """Return the first and the last line of a node, without empty lines after it."""
    last = node
    # A block ends where the next token begins, which is not on its last line.
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    start, end = last.start_mark, last.end_mark
    is_before = end.column == 0 and end.line > start.line
    return node.start_mark.line + 1, end.line if is_before else end.line + 1


class _Texts:
    """The places of all texts in the documents of a file, to recognise a `#` that begins no comment."""

    def __init__(self, trees: Sequence[yaml.Node]) -> None:
        spans = sorted(span for tree in trees for span in _scalars(tree))
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, line: int, column: int) -> bool:
        """Return true if the character at a line, counted from 1, and a column, from 0, is in a text."""
        place = (line - 1, column)
        # Texts do not overlap, so only the last one that begins before a place can contain it.
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and place < self._ends[at]


def _scalars(node: yaml.Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the start and the end, each as line and column from 0, of every text below a node."""
    if isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark, node.end_mark
        yield (start.line, start.column), (end.line, end.column)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
