"""The desired side: resources that were declared."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any, Self, TypeAlias

from provisioner.model.address import Address
from provisioner.model.checks import Check
from provisioner.model.diagnostic import Position
from provisioner.model.digests import nfc
from provisioner.model.frozen import frozen
from provisioner.model.value import Spec, references


@frozen
class Lifecycle:
    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()


@frozen
class Document:
    """A local file whose content goes to the live side.

    `path` is relative to the manifest root, with `/`. `recorded` is the path relative to the Stack's
    folder, if that is another path. `size` counts bytes with LF. `source` is the address of the File
    that declares the document, if one does. `sha256` is the digest of the bytes, which are uploaded
    unchanged. `content` and `windows` are the digests of the text with LF and with CRLF (see
    `digests`), empty where they equal `sha256`.
    """

    path: str
    sha256: str
    size: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Address | None = None
    content: str = field(default="", compare=False)
    windows: str = field(default="", compare=False)
    recorded: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The path that is recorded and compared: in NFC, and relative to the Stack's folder."""
        return nfc(self.recorded or self.path)

    @property
    def said(self) -> str:
        """The digest of the text with LF, or of the bytes. Marks record it, and plans compare it."""
        return self.content or self.sha256

    @property
    def digests(self) -> tuple[str, str, str]:
        """All digests of this document that may be recorded.

        They are those of the text with LF, of the bytes, and of the text with CRLF.
        """
        return self.said, self.sha256, self.windows or self.sha256

    def is_recorded_as(self, sha256: str) -> bool:
        """Return true if a recorded digest, or the beginning of a digest, is one of this document's.

        Any digest in `digests` counts, because the texts differ only in line endings.
        """
        return bool(sha256) and any(whole.startswith(sha256) for whole in self.digests)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@frozen
class Part:
    """One part of a text that was joined from several parts.

    `name` is a path relative to the manifest root, or `part 2` for a text that stands in the
    manifest. `line` is the line of the whole text on which the part begins, from 1. `shared` counts
    the resources of the folder whose texts contain the part.
    """

    name: str
    line: int
    shared: int = 1


@frozen
class Resource:
    """One declared resource in its kind's normal form.

    `spec` holds only what the manifest sets (defaults and patches merged, variables and files
    resolved, references symbolic). `parts` says, by field, what a text was put together of. `row`
    holds the texts of the row of a table that the resource is made of. `documents` are a store's
    documents by path, or a File's one.
    `formerly` are the addresses that it had before it was renamed. `checks` are the questions that
    `provisioner test` asks; they are no part of the live object.
    """

    address: Address
    spec: Spec
    lifecycle: Lifecycle = Lifecycle()
    labels: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    origin: Position | None = None
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict, compare=False)
    row: Mapping[str, str] = field(default_factory=dict, compare=False)
    formerly: tuple[Address, ...] = ()
    checks: tuple[Check, ...] = field(default=(), compare=False)
    _references: frozenset[Address] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def references(self) -> frozenset[Address]:
        """The addresses that the resource refers to. They are cached, because many steps need them."""
        if self._references is None:
            sources = {doc.source for doc in self.documents.values() if doc.source}
            found = frozenset((references(self.spec) | sources) - {self.address})
            object.__setattr__(self, "_references", found)
            return found
        return self._references

    def with_spec(self, spec: Spec) -> Self:
        return replace(self, spec=spec)

    def referring_to(self, addresses: Iterable[Address]) -> Self:
        """Return the resource without its content: only the given references are left of it."""
        bare = replace(self, spec={}, documents={})
        object.__setattr__(bare, "_references", frozenset(addresses))
        return bare


Desired: TypeAlias = Mapping[Address, Resource]
