"""What was declared: the desired side."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeAlias

from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.value import Spec, references


@dataclass(frozen=True, slots=True)
class Lifecycle:
    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A local file whose content goes to the live side.

    `path` is relative to the manifest root, with `/`; `size` counts bytes; `source` is the
    address of the File that declares it, where one does.
    """

    path: str
    sha256: str
    size: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Address | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared resource in its kind's normal form.

    `spec` holds only what the manifest sets (defaults and patches merged, variables and files
    resolved, references symbolic). `documents` are a store's documents by path, or a File's one.
    """

    address: Address
    spec: Spec
    lifecycle: Lifecycle = Lifecycle()
    labels: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    origin: Position | None = None

    @property
    def references(self) -> frozenset[Address]:
        sources = {doc.source for doc in self.documents.values() if doc.source}
        return frozenset((references(self.spec) | sources) - {self.address})

    def with_spec(self, spec: Spec) -> Self:
        return replace(self, spec=spec)


Desired: TypeAlias = Mapping[Address, Resource]
