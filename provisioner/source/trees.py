"""Parse YAML text into trees of nodes that know their positions, and say where the parser fails.

`source.syntax` reads the values of these trees. `source.manifest` finds positions in them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml._yaml import CParser

from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.source.surrogates import NO_SUCH_CHARACTER, with_pairs

MAX_DEPTH: Final = 100
"""The most levels of nesting in a document. With no more levels, recursion stays within Python's limit."""
# YAML's own tags. PyYAML marks every node with the tag that it found or resolved.
CORE: Final = "tag:yaml.org,2002:"
STR, INT, FLOAT, BOOL, NULL, MERGE = (
    f"{CORE}{name}" for name in ("str", "int", "float", "bool", "null", "merge")
)
MAP, SEQ = f"{CORE}map", f"{CORE}seq"


@frozen
class Flaw:
    """One mistake in a YAML or JSON text. Line and column count from 1."""

    line: int
    column: int
    code: Code
    detail: str = ""


class NotYaml(Exception):
    """A text is not YAML to its end. `flaw` is the first mistake."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


class _Loader(CParser):
    """PyYAML's binding to libyaml, without the scalar types of YAML 1.1. It only makes node trees.

    `yaml.CSafeLoader` would also prepare its resolver and its constructor for each text. Neither
    is used here, and preparing them costs a tenth of the time.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, kind: type, _value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none in the text.

        The tag of a plain scalar is empty here; `_Reader` finds its type.
        """
        if kind is yaml.ScalarNode:
            return "" if isinstance(implicit, tuple) and implicit[0] else STR
        return MAP if kind is yaml.MappingNode else SEQ

    def descend_resolver(self, parent: yaml.Node | None, _index: Any) -> None:
        """Count the levels of nesting, because deep nesting would exhaust the stack of the machine."""
        self.depth += 1
        if self.depth > MAX_DEPTH and parent is not None:
            raise too_deep(parent)

    def ascend_resolver(self) -> None:
        """Count one level of nesting less: the parser has left a list or a mapping."""
        self.depth -= 1


def compose(text: str) -> Iterator[yaml.Node]:
    """Yield the tree of nodes of each document. Raises NotYaml."""
    # JSON is read as YAML too, for positions, and may have surrogate pairs.
    loader = _Loader(with_pairs(text))
    try:
        while (node := loader.get_node() if loader.check_node() else None) is not None:
            yield node
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_syntax_flaw(error, text)) from error
    except yaml.YAMLError as error:
        # This error of the reader has no position, so the character is searched for.
        raise NotYaml(_unreadable(error, text)) from error
    finally:
        loader.dispose()


def decode(content: bytes) -> str:
    """Return the text of UTF-8 bytes, without the byte order mark that Windows editors write first."""
    return content.decode("utf-8-sig")


def flaw_at(node: yaml.Node, code: Code, detail: str) -> Flaw:
    mark = node.start_mark
    return Flaw(mark.line + 1, mark.column + 1, code, detail)


DEEPEST: Final = (
    f"The text is nested more than {MAX_DEPTH} levels deep. Write it with fewer levels."
)


_TOO_DEEP: Final = "maximum nesting depth"
"""A part of PyYAML's own message. Since 6.0.4 it gives up at 1,000 levels by itself."""


def too_deep(node: yaml.Node) -> NotYaml:
    return NotYaml(flaw_at(node, codes.NESTED_TOO_DEEPLY, DEEPEST))


def _syntax_flaw(error: yaml.MarkedYAMLError, text: str) -> Flaw:
    """Return the flaw for an error of the parser, with the likely cause."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    said = " ".join(filter(None, (error.context, error.problem)))
    if _TOO_DEEP in said:
        return Flaw(line, column, codes.NESTED_TOO_DEEPLY, DEEPEST)
    # First, because what the parser says of the markers does not name their cause.
    if _UNMERGED.search(text):
        detail = (
            "An unresolved merge conflict is in the file: keep one version and remove the markers."
        )
    elif NO_SUCH_CHARACTER in said:
        detail = (
            "Here is only one half of a surrogate pair. Write both halves, or the character itself."
        )
    elif "\t" in at[: max(column, len(at) - len(at.lstrip()))]:
        detail = "The indentation contains a tab, which YAML does not allow: use spaces."
    else:
        detail = f"The parser says: {said}.{_hint(at, at[column - 1 : column])}"
    return Flaw(line, column, codes.NOT_YAML, detail)


_FORBIDDEN: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that YAML allows in no text."""


def _unreadable(error: yaml.YAMLError, text: str) -> Flaw:
    """Return the flaw at the first character that YAML does not allow."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return Flaw(1, 1, codes.NOT_YAML, f"The parser says: {error}.")
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    # UTF-16 and UTF-32 write most characters of a Latin text with NULs between them.
    if text.count("\0") > len(text) // 4:
        detail = "Every other character is a NUL, as in UTF-16 or UTF-32: save the file as UTF-8."
    else:
        detail = (
            f"The text contains the control character U+{ord(found[0]):04X}, which YAML does not"
            " allow. Remove it, or write it as an escape in double quotes."
        )
    return Flaw(line, column, codes.NOT_YAML, detail)


_UNMERGED: Final = re.compile(r"^<{7} .*^={7}$.*^>{7} ", re.MULTILINE | re.DOTALL)
"""The markers that Git writes around two versions of a conflict."""


def _hint(line: str, sign: str) -> str:
    """Return advice for a line that the parser refused at `sign`, beginning with a space.

    It is empty if there is none.
    """
    if sign and sign in "@`":
        return f" Text that begins with {sign} needs quotes."
    if line.count(": ") > 1 or (": " in line and line.rstrip().endswith(":")):
        return " Text with `: ` in it needs quotes."
    if re.search(r":\s*[@`%&*!|>]", line):
        return " Text that begins with one of @ ` % & * ! | > needs quotes."
    return ""
