"""Read the comments `# provisioner: allow CODE reason` of manifests.

A comment at the end of a line holds for what begins on that line, with all that is in it. A comment
that has a line of its own holds for what begins on the next line that is no comment. At the first line
of a document that is the whole document.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import yaml

from provisioner.model.allowance import Allowance
from provisioner.model.codes import TABLE
from provisioner.model.codes import policies as codes
from provisioner.model.diagnostic import Position, Severity
from provisioner.source.manifest import Report, Source
from provisioner.source.read import ALLOW
from provisioner.source.suggest import did_you_mean
from provisioner.source.syntax import NotYaml, decode

_COMMENT: Final = re.compile(rf"(?:^|(?<=\s))#\s*{ALLOW}\b[ \t]*(?P<code>\S*)[ \t]*(?P<reason>.*)$")
_Span = tuple[int, int]
"""A first and a last line, from 1."""


def allowances(source: Source, report: Report) -> Iterator[Allowance]:
    """Yield the comments of one file that name a code and a reason. Problems go to `report`."""
    trees = list(source.trees)
    lines: list[str] = []
    with suppress(OSError, UnicodeDecodeError, NotYaml):
        lines = decode(source.path.read_bytes()).splitlines()
    texts = _Texts(trees)
    for number, line in enumerate(lines, 1):
        found = _COMMENT.search(line)
        if found and not texts.holds(number, found.start()):
            position = Position(source.name, number, found.start() + 1)
            if _is_whole(found["code"], found["reason"], position, report):
                alone = not line[: found.start()].strip()
                held = _next(lines, number) if alone else number
                first, last = _span(trees, held)
                yield Allowance(position, found["code"], found["reason"].strip(), first, last)


def _is_whole(code: str, reason: str, position: Position, report: Report) -> bool:
    """Return true if the comment names a code that can be allowed, and a reason. Else it is reported."""
    known = TABLE.get(code)
    if known is None:
        meant = did_you_mean(code, TABLE) if code else " Name the code that stands in brackets."
        detail = f"There is no code `{code}`.{meant}" if code else f"It names no code.{meant}"
        report.add(codes.ALLOWS_UNKNOWN, detail, position)
    elif known.severity is Severity.ERROR:
        report.add(codes.ALLOWS_UNKNOWN, f"`{code}` is an error, and must be mended.", position)
    elif not reason.strip():
        detail = f"Write the reason behind the code: `# {ALLOW} {code} agreed with the team`."
        report.add(codes.ALLOWS_WITHOUT_REASON, detail, position)
    else:
        return True
    return False


def _next(lines: Sequence[str], number: int) -> int:
    """Return the number of the next line that is neither empty nor a comment."""
    for at in range(number, len(lines)):
        text = lines[at].strip()
        if text and not text.startswith("#") and text != "---":
            return at + 1
    return number


def _span(trees: Sequence[yaml.Node], line: int) -> _Span:
    """Return the lines of what begins on a line: the outermost value that does."""
    for tree in trees:
        first, last = _lines_of(tree)
        if first == line:
            return first, last
        if first <= line <= last:
            return _inside(tree, line) or (line, line)
    return line, line


def _inside(node: yaml.Node, line: int) -> _Span | None:
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
    last = node
    # A block ends where the next token begins, which is not on its last line.
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    start, end = last.start_mark, last.end_mark
    is_before = end.column == 0 and end.line > start.line
    return node.start_mark.line + 1, end.line if is_before else end.line + 1


class _Texts:
    """The places of all texts in the documents of a file.

    A `#` inside of a text begins no comment.
    """

    def __init__(self, trees: Sequence[yaml.Node]) -> None:
        spans = sorted(span for tree in trees for span in _scalars(tree))
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, line: int, column: int) -> bool:
        """Return true if a text stands at a line, from 1, and a column, from 0."""
        place = (line - 1, column)
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and place < self._ends[at]


def _scalars(node: yaml.Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
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
