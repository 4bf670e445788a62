"""A draft: one resource on its way from a document to its normal form."""

from dataclasses import dataclass, field
from typing import Any

from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.kind import Kind
from provisioner.model.resource import Document
from provisioner.source.layers import Layers
from provisioner.source.manifest import Manifest, Place, Report


@dataclass(eq=False)
class Draft:
    """A resource on its way. `bad` are fields, and items of lists, that are not usable.

    `failed` says that the resource as a whole is not.
    """

    manifest: Manifest
    address: Address
    kind: Kind
    layers: Layers
    report: Report
    bad: set[Place]
    spec: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    files: dict[Place, str] = field(default_factory=dict)
    """Which parts of the spec were read from a file."""
    failed: bool = False

    def error(self, place: Place, code: Code, detail: str = "", *, at_key: bool = False) -> None:
        """Report a problem at a place of the merged spec."""
        self.spoil(place)
        for read, path in self.files.items():
            if place[: len(read)] == read:
                inside = ".".join(map(str, place[len(read) :]))
                detail = f"In `{path}`{f', at `{inside}`' if inside else ''}: {detail}"
                place, at_key = (*read, "file"), False
                break
        manifest, whole = self.layers.origin(place)
        self.report.error(manifest, whole, code, detail, key=at_key)

    def warn(self, place: Place, code: Code, detail: str) -> None:
        manifest, whole = self.layers.origin(place)
        self.report.warn(manifest, whole, code, detail)

    def spoil(self, place: Place) -> None:
        """Note that the field there is not usable, without a word."""
        self.failed = True
        self.bad.add(place[:2])

    def is_bad(self, key: str) -> bool:
        """Whether anything in that field is not usable."""
        return any(place[:1] == (key,) for place in self.bad)

    def usable(self) -> tuple[dict[str, Any], dict[Place, Place]]:
        """What of the spec can be judged, and where the items of its lists really stand."""
        usable: dict[str, Any] = {}
        places: dict[Place, Place] = {}
        for key, value in self.spec.items():
            if not self.is_bad(key):
                usable[key] = value
            elif isinstance(value, list) and (key,) not in self.bad:
                right = [index for index in range(len(value)) if (key, index) not in self.bad]
                usable[key] = [value[index] for index in right]
                places |= {(key, new): (key, old) for new, old in enumerate(right)}
        return usable, places
