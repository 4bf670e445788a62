"""Parse YAML text into plain values: the first step of `read`.

libyaml parses. Plain scalars follow the YAML 1.2 core schema, so `no`, `on`, `12:30` and
`2026-10-01` stay text. Keys are always text. Aliases and merge keys work, up to MAX_VALUES
values. Tags of other programs are refused.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, Final

import yaml

from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.source.trees import (
    BOOL,
    CORE,
    FLOAT,
    INT,
    MAP,
    MAX_DEPTH,
    MERGE,
    NULL,
    SEQ,
    STR,
    Flaw,
    NotYaml,
    compose,
    flaw_at,
    too_deep,
)

MAX_VALUES: Final = 300_000
"""The most values in one document, each alias counted with all values of its anchor.

A few nested aliases can stand for billions of values.
"""

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
class Text:
    """One document of a text: its value, the position where it begins, and its mistakes.

    A document with mistakes still has a value, so that its other fields can be checked.
    """

    value: Any
    line: int
    column: int
    flaws: tuple[Flaw, ...] = ()


def parse(text: str) -> Iterator[Text]:
    """Yield each document of a YAML text. Raises NotYaml at the first part that is not YAML."""
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
        # Base 0 would refuse `012`, which is twelve in YAML 1.2.
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
            raise NotYaml(flaw_at(node, codes.TOO_MANY_VALUES, _TOO_MANY))
        if type(node) is yaml.ScalarNode:
            return self._scalar(node)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(node)
        if isinstance(node, yaml.MappingNode):
            self._expect(node, MAP)
            value: Any = self._mapping(node)
        else:
            self._expect(node, SEQ)
            value = [self.value(item) for item in node.value]
        self.depth -= 1
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        """Return the value of a scalar node."""
        tag, text = node.tag, node.value
        if tag == STR:
            if "\0" in text:
                self.flaws.append(
                    flaw_at(
                        node, codes.NUL_IN_TEXT, "The text contains a NUL character: remove it."
                    )
                )
            # One object in memory for a text that several places, or a server's answer, repeat.
            return sys.intern(text)
        if tag == "" and text[:1].isalpha() and text not in _CONSTANTS:
            return sys.intern(text)
        value = scalar(text)
        if type(value) is int and _LEADING_ZERO.fullmatch(text):
            self.flaws.append(flaw_at(node, codes.LEADING_ZERO, _zero(text, value)))
        # The tag `!` means text, whatever the scalar looks like.
        if tag in ("", "!") or (tag in _TYPES and type(value) in _TYPES[tag]):
            return text if tag == "!" else value
        self._foreign(node)
        return text

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        """Return the value of a mapping node. Its own keys take precedence over those that `<<` merges in."""
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, item in node.value:
            if type(key) is not yaml.ScalarNode:
                if key.tag == MERGE:
                    self._merge(item, merged)
                else:
                    self.flaws.append(flaw_at(key, codes.KEY_NOT_TEXT, _NO_KEY))
                continue
            name = key.value
            if key.tag == MERGE or (name == "<<" and key.tag == ""):
                self._merge(item, merged)
                continue
            if name in own:
                self._duplicate(key, node)
            # The same few keys occur in every document: one object for all of them.
            own[sys.intern(name)] = self.value(item)
        return {**merged, **own} if merged else own

    def _merge(self, node: yaml.Node, into: dict[str, Any]) -> None:
        """Add the entries that `<<` names to `into`, without replacing any."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                self.flaws.append(flaw_at(source, codes.NOTHING_TO_MERGE, _NO_MERGE))
                continue
            for key, value in self.value(source).items():
                # In YAML, the first of several sources of `<<` wins.
                into.setdefault(key, value)

    def _duplicate(self, key: yaml.Node, mapping: yaml.MappingNode) -> None:
        """Report a key that the mapping already has, naming the line of the one before it."""
        same = [other for other, _ in mapping.value if other.value == key.value]
        line = same[same.index(key) - 1].start_mark.line + 1
        detail = f"`{key.value}` is already on line {line}. Remove one of the two."
        self.flaws.append(flaw_at(key, codes.DUPLICATE_KEY, detail))

    def _expect(self, node: yaml.Node, tag: str) -> None:
        if node.tag not in (tag, "!"):
            self._foreign(node)

    def _foreign(self, node: yaml.Node) -> None:
        """Report a tag that is no tag of plain YAML."""
        tag = node.tag.replace(CORE, "!!")
        detail = (
            f"`{tag}` is a tag of another program, and manifests are plain YAML. Remove the tag."
        )
        self.flaws.append(flaw_at(node, codes.UNKNOWN_TAG, detail))


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    INT: (int,),
    FLOAT: (float, int),
    BOOL: (bool,),
    NULL: (type(None),),
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
