"""Defines Resource, which is one declared resource, and Desired, which is all of them by address."""

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
    """The settings of a resource under `lifecycle:`.

    With `prevent_destroy`, a plan that deletes the live object is refused. `ignore_changes` has the
    paths of the fields whose live values stay as they are.
    """

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()


@frozen
class Document:
    """A local file whose content is uploaded.

    `path` is relative to the manifest root, with `/`. `recorded` is the path relative to the
    Stack's folder, '' if it is the same. `size` is the number of bytes of the text with LF.
    `source` is the address of the File that declares the document, None if a store does. `sha256`
    is the digest of the bytes, which are uploaded unchanged. `content` and `windows` are the
    digests of the text with LF and with CRLF (see `digests`), '' if they equal `sha256`.
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
        """The digest of the text with LF; of the bytes if the file is not a text.

        Marks record it, and plans compare it.
        """
        return self.content or self.sha256

    @property
    def digests(self) -> tuple[str, str, str]:
        """All digests by which this document may have been recorded.

        They are those of the text with LF, of the bytes, and of the text with CRLF.
        """
        return self.said, self.sha256, self.windows or self.sha256

    def is_recorded_as(self, sha256: str) -> bool:
        """Return true if `sha256`, a digest or the beginning of one, is a digest of this document.

        Any digest in `digests` counts, because their texts differ only in line endings.
        """
        # A mark with little room has only the beginning of a digest.
        return bool(sha256) and any(whole.startswith(sha256) for whole in self.digests)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@frozen
class Part:
    """One part of a text that was joined from several parts, such as files of a prompt.

    `name` is a path relative to the manifest root, or `part 2` for a text written in the manifest.
    `line` is the line of the whole text on which the part begins, from 1. `shared` is the number of
    resources of the folder whose texts contain the part.
    """

    name: str
    line: int
    shared: int = 1


@frozen
class Resource:
    """One declared resource in the normal form of its kind.

    `spec` has only what the manifest sets, with defaults and patches merged, variables and files
    resolved, and references symbolic. `parts` has the parts of each text that was joined, by field.
    `row` has the texts of the table's row from which the resource is made. `documents` are the
    documents of a store by path, or the one document of a File. `formerly` are the addresses that
    it had before it was renamed. `checks` are the questions that `provisioner test` asks; they are
    not sent when it is applied.
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
        """The addresses to which the resource refers.

        They are cached, because many steps need them.
        """
        if self._references is None:
            sources = {doc.source for doc in self.documents.values() if doc.source}
            found = frozenset((references(self.spec) | sources) - {self.address})
            # Only this cache is ever set on a frozen resource, and it takes no part in comparisons.
            object.__setattr__(self, "_references", found)
            return found
        return self._references

    def with_spec(self, spec: Spec) -> Self:
        return replace(self, spec=spec)

    def referring_to(self, addresses: Iterable[Address]) -> Self:
        """Return a copy without spec and documents that refers to exactly the given addresses.

        A view needs it: its resources have no content, but must be ordered as before.
        """
        bare = replace(self, spec={}, documents={})
        object.__setattr__(bare, "_references", frozenset(addresses))
        return bare


Desired: TypeAlias = Mapping[Address, Resource]
