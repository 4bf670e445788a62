"""A draft: one resource on its way from its document to its normal form. `Resolver` fills it."""

from dataclasses import dataclass, field
from typing import Any

from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.codes import fleets as codes
from provisioner.model.kind import Kind
from provisioner.model.resource import Document, Part
from provisioner.source import keys
from provisioner.source.fleets import Fleet, Row, RowManifest, seen_from
from provisioner.source.layers import Layers
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.suggest import did_you_mean
from provisioner.source.variables import Complain, Unknown


@dataclass(eq=False)
class Draft:
    """A resource while it is being resolved: its merged spec, and what is known to be wrong with it.

    `bad` has the places of fields, and of items of lists, whose values cannot be used. `failed` is
    true if the resource as a whole cannot be used; it is then left out of the desired side.
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
    """The path of the file from which a part of the spec was read, by the place of that part. Used
    in messages about its content."""
    failed: bool = False
    fleet: Fleet | None = None
    row: Row | None = None
    """The row of the fleet's table from which this resource is made; None outside of fleets."""
    filled: set[Place] = field(default_factory=set)
    """The places in the spec whose values were made from a value of the row."""
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    """For each field whose text was joined from parts, such as `instructions`: those parts, in
    order."""

    def origin(self, place: Place) -> tuple[Manifest, Place]:
        """Return the manifest that sets the value at a place of the merged spec, and its place there.

        For a value from a table's row, positions of the returned manifest are those of the row.
        """
        manifest, whole = self.layers.origin(place)
        if self.row and self.is_of_row(place):
            return seen_from(manifest, self.row), whole
        return manifest, whole

    def is_of_row(self, place: Place) -> bool:
        """Return true if the value at `place`, or a value around it, was made from the row of a table."""
        return any(place[:end] in self.filled for end in range(1, len(place) + 1))

    def column(self, name: str, complain: Complain) -> Any:
        """Return the value that `${each.NAME}` stands for.

        Reports a problem and raises Unknown if there is no such value.
        """
        if self.fleet is None or self.row is None:
            # A manifest without `for_each`; the caller reports it.
            raise Unknown
        if name not in self.fleet.columns:
            meant = did_you_mean(name, sorted(self.fleet.columns))
            complain(codes.UNKNOWN_COLUMN, f"`{self.fleet.file}` has no column `{name}`.{meant}")
            raise Unknown
        if name not in self.row.values:
            detail = (
                f"The row has no value for `{name}`, which the manifest uses. Add one to the row."
            )
            self.report.add(codes.ROW_WITHOUT_VALUE, detail, self.row.position)
            raise Unknown
        return self.row.values[name]

    def error(self, place: Place, code: Code, detail: str = "", *, at_key: bool = False) -> None:
        """Report an error at a place of the merged spec, and mark the field there as unusable.

        An error inside of a file that the manifest names is reported where the manifest names the
        file.
        """
        self.spoil(place)
        for read, path in self.files.items():
            if place[: len(read)] == read:
                inside = ".".join(map(str, place[len(read) :]))
                detail = f"In `{path}`{f', at `{inside}`' if inside else ''}: {detail}"
                place, at_key = (*read, keys.FILE), False
                break
        manifest, whole = self.origin(place)
        # One mistake in a row may show in several fields: the message names the field and its
        # manifest.
        if isinstance(manifest, RowManifest):
            written = self.layers.origin(place)[0].position(whole)
            detail = f"{detail} (`{_dotted(place)}` of {self.address}, written at {written})"
        self.report.error(manifest, whole, code, detail, key=at_key)

    def warn(self, place: Place, code: Code, detail: str) -> None:
        """Report a warning at a place of the merged spec. The field stays usable."""
        manifest, whole = self.origin(place)
        self.report.warn(manifest, whole, code, detail)

    def spoil(self, place: Place) -> None:
        """Mark the field at `place`, and so the resource, as unusable without reporting anything."""
        self.failed = True
        # Two steps: the field, and the item if the field is a list. Other items stay usable.
        self.bad.add(place[:2])

    def is_bad(self, key: str) -> bool:
        """Return true if the field `key`, or any part of it, cannot be used."""
        return any(place[:1] == (key,) for place in self.bad)

    def usable(self) -> tuple[dict[str, Any], dict[Place, Place]]:
        """Return the spec without its unusable fields and items, so that the others can be checked.

        Also return, for each item of a list that moved up, its new place and its original place.
        """
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


def _dotted(place: Place) -> str:
    """Return a place as messages show it, such as `spec.tools[0].vector_store`."""
    return "spec" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
