"""The kind Shelf, which a test adds to a copy of the package: this file and one line."""

from provisioner.kinds.shared import LIFECYCLE, METADATA, text
from provisioner.model.binding import Binding, Ids, NormalForm
from provisioner.model.kind import Kind
from provisioner.model.mark import user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.value import Spec

FIELDS = ("name", "expires_after")


def to_wire(spec: Spec, _ids: Ids) -> Body:
    return {name: spec[name] for name in FIELDS if name in spec}


def from_wire(row: Row) -> NormalForm:
    spec = {name: row[name] for name in FIELDS if row.get(name)}
    metadata = user_metadata(row.get("metadata") or {})
    return NormalForm({**spec, "metadata": metadata} if metadata else spec)


KIND = Kind(
    name="shelf",
    title="Shelf",
    summary="A shelf for what agents read.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": text("The live name. Default: `metadata.name`."),
            "expires_after": {"type": "object", "description": "When the shelf lapses by itself."},
            "metadata": METADATA,
            "lifecycle": LIFECYCLE,
        },
        "examples": [{"name": "Reading room"}],
    },
    bindings={"agents": Binding("vector_stores", to_wire, from_wire)},
)
