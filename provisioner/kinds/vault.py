"""The kind Vault: a container for Credentials that sessions of agents may use."""

from typing import Any, Final

from provisioner.kinds.shared import LIFECYCLE, LONGEST_NAME, METADATA, name_problems
from provisioner.model.binding import Binding, Ids, NormalForm
from provisioner.model.kind import Kind
from provisioner.model.mark import user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.value import Spec, revealed


def to_wire(spec: Spec, _ids: Ids) -> Body:
    """Return the request body for a vault's spec, or for a part of it.

    It contains the name at most. The metadata is added together with the mark.
    """
    return {"name": revealed(spec["name"])} if "name" in spec else {}


def from_wire(row: Row) -> NormalForm:
    """Return a live vault in normal form."""
    spec: dict[str, Any] = {"name": row["name"]} if row.get("name") else {}
    theirs = user_metadata(row.get("metadata") or {})
    # Empty metadata counts as none, because a manifest without metadata must compare as equal.
    return NormalForm({**spec, "metadata": theirs} if theirs else spec)


KIND: Final = Kind(
    name="vault",
    title="Vault",
    summary=(
        "A container for credentials. Sessions of agents can use them and never see them. "
        "Deleting a vault deletes its credentials."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_NAME,
                "description": "The live name. Default: `metadata.name`.",
            },
            "metadata": METADATA,
            "lifecycle": LIFECYCLE,
        },
        "x-hints": {
            "credentials": "Write each credential as a document of its own: `kind: Credential`, with `vault: NAME`."
        },
        "examples": [{"name": "Shop systems", "metadata": {"owner": "customer-care"}}],
    },
    check=name_problems,
    bindings={"agents": Binding("vaults", to_wire, from_wire)},
)
