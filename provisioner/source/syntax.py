"""Parse YAML text into plain values: the first step of `read`.

libyaml parses. Plain scalars follow the YAML 1.2 core schema, so `no`, `on`, `12:30` and
`2026-10-01` stay text. Keys are always text. Aliases and merge keys work, up to a size. Tags of
other programs are refused.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, Final

import yaml

from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.source.surrogates import NO_SUCH_CHARACTER, with_pairs

MAX_DEPTH: Final = 100
"""The most levels of nesting in a document. Recursion below stays within Python's limit."""
MAX_VALUES: Final = 300_000
"""The most values in one document, each alias counted with all values of its anchor.

A few nested aliases can stand for billions of values.
"""

# YAML's own tags. PyYAML marks every node with the tag that it found or resolved.
_CORE: Final = "tag:yaml.org,2002:"
_STR, _INT, _FLOAT, _BOOL, _NULL, _MERGE = (
    f"{_CORE}{name}" for name in ("str", "int", "float", "bool", "null", "merge")
)
_MAP, _SEQ = f"{_CORE}map", f"{_CORE}seq"
_CONSTANTS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MAX_DIGITS: Final = 300
"""The most digits of an integer. Python refuses to print integers of more than 4,300 digits."""
_INTEGER: Final = re.compile(
    rf"[-+]?[0-9]{{1,{MAX_DIGITS}}}|0o[0-7]{{1,{MAX_DIGITS}}}|0x[0-9a-fA-F]{{1,{MAX_DIGITS}}}"
)
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


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


@frozen
class Text:
    """One document of a text: its value, the position where it begins, and its mistakes.

    A document with mistakes still has a value, so that its other fields can be checked.
    """

    value: Any
    line: int
    column: int
    flaws: tuple[Flaw, ...] = ()


class _Loader(yaml.CSafeLoader):
    """PyYAML's binding to libyaml, without the scalar types of YAML 1.1. It only makes node trees."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, kind: type, _value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none in the text.

        The tag of a plain scalar is empty here; `_Reader` finds its type.
        """
        if kind is yaml.ScalarNode:
            return "" if isinstance(implicit, tuple) and implicit[0] else _STR
        return _MAP if kind is yaml.MappingNode else _SEQ

    def descend_resolver(self, parent: yaml.Node | None, _index: Any) -> None:
        """Count the levels of nesting, because deep nesting would exhaust the stack of the machine."""
        self.depth += 1
        if self.depth > MAX_DEPTH and parent is not None:
            raise _too_deep(parent)

    def ascend_resolver(self) -> None:
        """Count one level less."""
        self.depth -= 1


def compose(text: str) -> Iterator[yaml.Node]:
    """Yield the tree of nodes of each document. Raises NotYaml."""
    loader = _Loader(with_pairs(text))
    try:
        while (node := loader.get_node() if loader.check_node() else None) is not None:
            yield node
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_syntax_flaw(error, text)) from error
    except yaml.YAMLError as error:
        raise NotYaml(_unreadable(error, text)) from error
    finally:
        loader.dispose()


def decode(content: bytes) -> str:
    """Return the text of UTF-8 bytes, without the byte order mark that Windows editors write first."""
    return content.decode("utf-8-sig")


def parse(text: str) -> Iterator[Text]:
    """Yield each document. Raises NotYaml at the first part that is not YAML."""
    for node in compose(text):
        reader = _Reader()
        value = reader.value(node)
        mark = node.start_mark
        yield Text(value, mark.line + 1, mark.column + 1, tuple(reader.flaws))


def scalar(text: str) -> Any:
    """Return the value of a plain scalar, as the YAML 1.2 core schema reads it."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    first = text[0]
    # Every number begins so. Most scalars are words, and are settled by this test.
    if not (first.isdigit() or first in "+-."):
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _NUMBER.fullmatch(text):
        number = float(text)
        # A number too large for a float stays text, and is then refused where a number is expected.
        return text if number in (float("inf"), float("-inf")) else number
    return text


class _Reader:
    """Reads the value of one document from its tree, and collects its mistakes in `flaws`."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self.count = 0
        self.depth = 0

    def value(self, node: yaml.Node) -> Any:
        """Return the value of a node. Raises NotYaml if the document is too large or too deep."""
        self.count += 1
        if self.count > MAX_VALUES:
            raise NotYaml(_flaw(node, codes.TOO_MANY_VALUES, _TOO_MANY))
        if type(node) is yaml.ScalarNode:
            return self._scalar(node)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _too_deep(node)
        if isinstance(node, yaml.MappingNode):
            self._expect(node, _MAP)
            value: Any = self._mapping(node)
        else:
            self._expect(node, _SEQ)
            value = [self.value(item) for item in node.value]
        self.depth -= 1
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        tag, text = node.tag, node.value
        """Return the value of a scalar node."""
        if tag == _STR:
            if "\0" in text:
                self.flaws.append(
                    _flaw(node, codes.NUL_IN_TEXT, "The text contains a NUL character: remove it.")
                )
            # One object in memory for a text that several places, or a server's answer, repeat.
            return sys.intern(text)
        if tag == "" and text[:1].isalpha() and text not in _CONSTANTS:
            return sys.intern(text)
        value = scalar(text)
        if type(value) is int and _LEADING_ZERO.fullmatch(text):
            self.flaws.append(_flaw(node, codes.LEADING_ZERO, _zero(text, value)))
        # The tag `!` means text, whatever the scalar looks like.
        if tag in ("", "!") or (tag in _TYPES and type(value) in _TYPES[tag]):
            return text if tag == "!" else value
        self._foreign(node)
        return text

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        """Return the value of a mapping node, with the keys of `<<` merged in below its own."""
        own: dict[str, Any] = {}
        for key, item in node.value:
            if type(key) is not yaml.ScalarNode:
                if key.tag == _MERGE:
                    self._merge(item, merged)
                else:
                    self.flaws.append(_flaw(key, codes.KEY_NOT_TEXT, _NO_KEY))
                continue
            name = key.value
            if key.tag == _MERGE or (name == "<<" and key.tag == ""):
                self._merge(item, merged)
                continue
            if name in own:
                self._duplicate(key, node)
            # The same few keys occur in every document: one object for all of them.
            own[sys.intern(name)] = self.value(item)
        return {**merged, **own} if merged else own

    def _merge(self, node: yaml.Node, into: dict[str, Any]) -> None:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        """Add the entries that `<<` names to `into`, without replacing any."""
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                self.flaws.append(_flaw(source, codes.NOTHING_TO_MERGE, _NO_MERGE))
                continue
            for key, value in self.value(source).items():
                into.setdefault(key, value)

    def _duplicate(self, key: yaml.Node, mapping: yaml.MappingNode) -> None:
        """Report a key that the mapping already has, naming the line of the one before it."""
        same = [other for other, _ in mapping.value if other.value == key.value]
        line = same[same.index(key) - 1].start_mark.line + 1
        detail = f"`{key.value}` is already on line {line}. Remove one of the two."
        self.flaws.append(_flaw(key, codes.DUPLICATE_KEY, detail))

    def _expect(self, node: yaml.Node, tag: str) -> None:
        if node.tag not in (tag, "!"):
            self._foreign(node)

    def _foreign(self, node: yaml.Node) -> None:
        tag = node.tag.replace(_CORE, "!!")
        """Report a tag that is no tag of plain YAML."""
        detail = (
            f"`{tag}` is a tag of another program, and manifests are plain YAML. Remove the tag."
        )
        self.flaws.append(_flaw(node, codes.UNKNOWN_TAG, detail))


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    _INT: (int,),
    _FLOAT: (float, int),
    _BOOL: (bool,),
    _NULL: (type(None),),
}
_TOO_MANY = (
    f"With every alias written out, this document has more than {MAX_VALUES:,} values. Use fewer"
    " aliases of aliases."
)
_NO_KEY = "A mapping or a list cannot be a key. If this is a value in braces, quote it."
_NO_MERGE = "`<<` takes a mapping, or a list of mappings: mostly an alias of one, `<<: *name`."


def _zero(text: str, value: int) -> str:
    """Return the message for a number that is written with zeros before it."""
    detail = (
        f'If this is a text, quote it: "{text}". If it is a number, it means {value} here: write'
        f" `{value}`."
    )
    octal = text.lstrip("+-0")
    return f"{detail} For the octal number write `0o{octal}`." if is_octal(octal) else detail


def is_octal(digits: str) -> bool:
    """Return true if a text consists of octal digits."""
    return bool(digits) and not {*digits} - {*"01234567"}


def begins_with_zero(text: str) -> bool:
    """Return true for the text of a number that `parse` reports because it begins with 0."""
    return bool(_LEADING_ZERO.fullmatch(text))


def _flaw(node: yaml.Node, code: Code, detail: str) -> Flaw:
    mark = node.start_mark
    return Flaw(mark.line + 1, mark.column + 1, code, detail)


DEEPEST: Final = f"Nothing in a manifest is nested more than {MAX_DEPTH} levels deep."
_TOO_DEEP: Final = "maximum nesting depth"
"""A part of PyYAML's own message. Since 6.0.4 it gives up at 1,000 levels by itself."""


def _too_deep(node: yaml.Node) -> NotYaml:
    return NotYaml(_flaw(node, codes.NESTED_TOO_DEEPLY, DEEPEST))


def _syntax_flaw(error: yaml.MarkedYAMLError, text: str) -> Flaw:
    mark = error.problem_mark or error.context_mark
    """Return the flaw for an error of the parser, with the likely cause."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    said = " ".join(filter(None, (error.context, error.problem)))
    if _TOO_DEEP in said:
        return Flaw(line, column, codes.NESTED_TOO_DEEPLY, DEEPEST)
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
        detail = f"The parser says: {said}.{_hint(at)}"
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


def _hint(line: str) -> str:
    """Return advice for a line that the parser refused, beginning with a space; empty if there is none."""
    if line.count(": ") > 1 or (": " in line and line.rstrip().endswith(":")):
        return " Text with `: ` in it needs quotes."
    if re.search(r":\s*[@`%&*!|>]", line):
        return " Text that begins with one of @ ` % & * ! | > needs quotes."
    return ""
