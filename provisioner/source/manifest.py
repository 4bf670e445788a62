"""Manifest, one YAML document that knows the line and column of each of its fields; and Report.

A position is computed only when a problem is reported there, because the document then has to be
parsed again as a tree. That costs eight times as much as the first reading.
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
from provisioner.source.trees import NotYaml, compose, decode

Place: TypeAlias = tuple[str | int, ...]
"""The path from the root of a document to a value in it: keys of mappings and indexes of lists."""


@dataclass(eq=False)
class Source:
    """One YAML file.

    `name` is its path as the user would type it. `said` is the hash of its text; the text itself is
    not kept, because it is as long as everything that is declared. `allows` is true if the text has
    a comment that may allow a finding.
    """

    path: Path
    name: str
    said: int
    allows: bool = False

    # Paths in a manifest are relative to the manifest's own folder.
    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def place(self) -> str:
        """The path of the file's folder, for messages."""
        return nfc(str(self.folder))

    @cached_property
    def trees(self) -> Sequence[yaml.Node]:
        """The tree of YAML nodes of each document in the file, as far as it can be parsed.

        Empty if the file has changed since it was first read: positions in it would be wrong.
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
    """One document of a Source. `data` is its value, and `start` is the position where it begins.

    `metadata` and `spec` are the two mappings inside of `data`, empty if they are missing or no
    mappings. `address` is None until it is known.
    """

    source: Source
    index: int
    data: Mapping[str, Any]
    start: Position
    metadata: Mapping[str, Any] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)
    address: Address | None = None

    def position(self, place: Place, *, at_key: bool = False) -> Position:
        """Return the position of the value at `place`, or of the nearest existing value around it.

        With `at_key`, return the position of its key.
        """
        trees = self.source.trees
        if self.index >= len(trees):
            return self.start
        mark = find(trees[self.index], place, at_key=at_key)
        return Position(self.source.name, mark.line + 1, mark.column + 1)

    def written(self, place: Place) -> str:
        """Return the plain scalar at `place` as the file spells it; empty for anything else."""
        trees = self.source.trees
        node: yaml.Node | None = trees[self.index] if self.index < len(trees) else None
        for step in place:
            found = _step(node, step) if node else None
            node = found[1] if found else None
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        return str(node.value) if node and is_plain else ""


def find(node: yaml.Node, place: Place, *, at_key: bool = False) -> yaml.Mark:
    """Return the YAML mark (line and column) of the node at `place`.

    If there is no such node, return that of the last key that leads towards it.
    """
    key: yaml.Node = node
    for step in place:
        found = _step(node, step)
        if found is None:
            return key.start_mark
        key, node = found
    return key.start_mark if at_key else node.start_mark


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key node and the value node one step into a node, or None."""
    if isinstance(node, yaml.MappingNode):
        return _entry(node, str(step))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        # An item of a list has no key, so its own position stands for that of the key.
        return node.value[step], node.value[step]
    return None


def _entry(node: yaml.MappingNode, wanted: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key node and the value node of a key.

    Of duplicate keys the last one counts, as it does for the value. Keys merged in by `<<` come
    after the mapping's own keys.
    """
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
    """Collects diagnostics, and computes the position of each."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: set[Diagnostic] = field(default_factory=set)

    def add(
        self,
        code: Code,
        detail: str = "",
        position: Position | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add a diagnostic, unless an equal one was added already.

        `severity` replaces the severity of the code.
        """
        diagnostic = Diagnostic(code, detail, position, severity)
        # The rows of a table repeat the mistakes of their manifest.
        if diagnostic not in self.seen:
            self.seen.add(diagnostic)
            self.diagnostics.append(diagnostic)

    def error(
        self, manifest: Manifest, place: Place, code: Code, detail: str = "", *, key: bool = False
    ) -> None:
        """Add an error at a place of a manifest. With `key`, its position is that of the key."""
        self.add(code, detail, manifest.position(place, at_key=key))

    def warn(self, manifest: Manifest, place: Place, code: Code, detail: str = "") -> None:
        """Add a warning at the key of a place of a manifest."""
        position = manifest.position(place, at_key=True)
        self.add(code, detail, position, Severity.WARNING)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics, sorted by file and line. Those without a position come first."""
        return tuple(
            sorted(self.diagnostics, key=lambda d: (d.position or Position("", 0, 0), d.told))
        )
