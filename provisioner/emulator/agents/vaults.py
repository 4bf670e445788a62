"""The API of vaults: named collections of credentials that sessions may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents.api import gone, invalid, page, read, trimmed
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "vault"
CREDENTIAL = "vault.credential"
ACTIVE, ARCHIVED = "active", "archived"

CREATE = Body("VaultCreateParams", LIMITS)
UPDATE = Body("VaultUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    body: Json = {
        "id": new_id("vault_"),
        "object": KIND,
        "created_at": call.now,
        "name": trimmed(given["name"]) if "name" in given else None,
        "metadata": given.get("metadata") or {},
    }
    return Status(201, call.db.insert(Row(KIND, "", body["id"], body, tag=ACTIVE)).body)


def update(call: Call, row: Row) -> Answer:
    given = read(call, UPDATE)
    if given.get("name") is not None:
        given["name"] = trimmed(given["name"])
    row.body |= given
    return call.db.save(row).body


def page_by_status(call: Call, kind: str, parent: str) -> Answer:
    """Return a page of a list that can be filtered by status and by metadata."""
    return page(call, kind, parent, tag=status_filter(call), by_metadata=True)


def status_filter(call: Call) -> str | None:
    """Return the status that a query filters by, or None for both statuses.

    The parameter is `status` or `status[]`. The embedded server archives nothing, so a list of
    archived objects is always empty.
    """
    args = call.request.args
    asked = set(args.getlist("status") + args.getlist("status[]"))
    unknown = sorted(asked - {ACTIVE, ARCHIVED})
    if unknown:
        raise invalid(
            f"Invalid value: '{unknown[0]}'. Supported values are: '{ACTIVE}' and '{ARCHIVED}'.",
            "status",
        )
    # Both values together leave nothing out.
    return asked.pop() if len(asked) == 1 else None


def remove(db: Session, vault: Row) -> None:
    """Delete a vault with its credentials."""
    db.delete(vault)
    db.delete_children(CREDENTIAL, vault.id)


def find(db: Session, vault_id: str, param: str | None = None) -> Row:
    """Return a vault. Raises ApiError, with `param` as the wrong parameter, if it does not exist."""
    row = db.find(KIND, vault_id)
    if row is None:
        raise gone("vault", vault_id, param)
    return row


def check_vaults(db: Session, vault_ids: list[str]) -> None:
    """Raise ApiError if one of the vaults does not exist."""
    for vault_id in vault_ids:
        find(db, vault_id, "vault_ids")


COLLECTION = Collection(
    kind=KIND, path="/vaults", noun="vault", gone=gone, page=page_by_status, remove=remove
)
RESOURCE = Resource(
    routes=COLLECTION.routes("list get delete", create=create, update=update), beta=AGENTS
)
