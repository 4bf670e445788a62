"""Manifest: one YAML document, and the place of each of its fields.

Positions are computed only for documents with a problem to report, because the document's tree has
to be composed again for them. That costs eight times as much as the first reading.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.diagnostic import Diagnostic, Position, Severity
from provisioner.model.digests import nfc
from provisioner.model.frozen import frozen
from provisioner.source.syntax import NotYaml, compose, decode

Place: TypeAlias = tuple[str | int, ...]
"""From a document's root to a value in it: keys and indexes."""


@dataclass(eq=False)
class Source:
    """One YAML file. `name` is its path as the user would type it.

    `folder` is the folder to which its paths are relative. `said` is the hash of its text. The text
    itself is not kept, because it is as long as everything that is declared. `allows` is true if
    the text may have a comment that allows something.
    """

    path: Path
    name: str
    said: int
    allows: bool = False

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def place(self) -> str:
        """The folder's path in messages."""
        return nfc(str(self.folder))

    @cached_property
    def trees(self) -> Sequence[yaml.Node]:
        """The YAML nodes of each document that can be read.

        None if the file has changed meanwhile.
        """
        nodes: list[yaml.Node] = []
        with suppress(
            NotYaml, OSError, UnicodeDecodeError
        ):  # the problem was reported when the file was read
            text = decode(self.path.read_bytes())
            for node in compose(text) if hash(text) == self.said else ():
                nodes += [node]
        return nodes


@frozen(eq=False)
class Manifest:
    """One document of a Source. `data` is its value, and `start` is the position where it begins."""

    source: Source
    index: int
    data: Mapping[str, Any]
    start: Position
    metadata: Mapping[str, Any] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)
    address: Address | None = None

    def position(self, place: Place, *, at_key: bool = False) -> Position:
        """Return the position of `place`, or of the nearest existing place around it.

        With `at_key`, it is the position of the key instead of its value.
        """
        trees = self.source.trees
        if self.index >= len(trees):
            return self.start
        mark = find(trees[self.index], place, at_key=at_key)
        return Position(self.source.name, mark.line + 1, mark.column + 1)

    def written(self, place: Place) -> str:
        """Return the text of the plain value at `place`, as it stands in the file; empty for others."""
        trees = self.source.trees
        node: yaml.Node | None = trees[self.index] if self.index < len(trees) else None
        for step in place:
            found = _step(node, step) if node else None
            node = found[1] if found else None
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        return str(node.value) if node and is_plain else ""


def find(node: yaml.Node, place: Place, *, at_key: bool = False) -> yaml.Mark:
    """Return the YAML mark of the node at `place`, or of the last key on the way that exists."""
    key: yaml.Node = node
    for step in place:
        found = _step(node, step)
        if found is None:
            return key.start_mark
        key, node = found
    return key.start_mark if at_key else node.start_mark


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return _entry(node, str(step))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _entry(node: yaml.MappingNode, wanted: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the entry of a key: the last one, as YAML is read, else one that `<<` merges in."""
    for key, value in reversed(node.value):
        if key.value == wanted:
            return key, value
    for key, value in node.value:
        if key.value == "<<":
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for source in sources:
                if isinstance(source, yaml.MappingNode) and (found := _entry(source, wanted)):
                    return found
    return None


@dataclass
class Report:
    """Collects diagnostics. Only a problem needs a position, so positions are computed here."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: set[Diagnostic] = field(default_factory=set)

    def add(
        self,
        code: Code,
        detail: str = "",
        position: Position | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add a problem, unless the same one has been added already."""
        diagnostic = Diagnostic(code, detail, position, severity)
        if diagnostic not in self.seen:
            self.seen.add(diagnostic)
            self.diagnostics.append(diagnostic)

    def error(
        self, manifest: Manifest, place: Place, code: Code, detail: str = "", *, key: bool = False
    ) -> None:
        self.add(code, detail, manifest.position(place, at_key=key))

    def warn(self, manifest: Manifest, place: Place, code: Code, detail: str = "") -> None:
        position = manifest.position(place, at_key=True)
        self.add(code, detail, position, Severity.WARNING)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics by file and line. Those without a position come first."""
        return tuple(
            sorted(self.diagnostics, key=lambda d: (d.position or Position("", 0, 0), d.told))
        )
