"""Vaults: named collections of credentials that sessions may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents.api import (
    METADATA,
    OPTIONAL_METADATA,
    TEXT,
    gone,
    invalid,
    page,
    read,
    trimmed,
)
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Route, Status, new_id
from provisioner.emulator.core.shapes import closed, null
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "vault"
CREDENTIAL = "vault.credential"
ACTIVE, ARCHIVED = "active", "archived"

CREATE = Body(closed({"name": TEXT, "metadata": OPTIONAL_METADATA}))
UPDATE = Body(closed({"name": null(TEXT), "metadata": METADATA}))


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


def update(call: Call, vault_id: str) -> Answer:
    row = find(call.db, vault_id)
    given = read(call, UPDATE)
    if given.get("name") is not None:
        given["name"] = trimmed(given["name"])
    row.body |= given
    return call.db.save(row).body


def retrieve(call: Call, vault_id: str) -> Answer:
    return find(call.db, vault_id).body


def listing(call: Call) -> Answer:
    return page(call, KIND, tag=status_filter(call), by_metadata=True)


def status_filter(call: Call) -> str | None:
    """`status=active` or `status[]=active&status[]=archived`. Nothing here is ever archived."""
    args = call.request.args
    asked = set(args.getlist("status") + args.getlist("status[]"))
    unknown = sorted(asked - {ACTIVE, ARCHIVED})
    if unknown:
        raise invalid(
            f"Invalid value: '{unknown[0]}'. Supported values are: '{ACTIVE}' and '{ARCHIVED}'.",
            "status",
        )
    return asked.pop() if len(asked) == 1 else None


def delete(call: Call, vault_id: str) -> Answer:
    call.db.delete(find(call.db, vault_id))
    call.db.delete_children(CREDENTIAL, vault_id)
    return {"id": vault_id, "object": "vault.deleted", "deleted": True}


def find(db: Session, vault_id: str, param: str | None = None) -> Row:
    row = db.find(KIND, vault_id)
    if row is None:
        raise gone("vault", vault_id, param)
    return row


def check_vaults(db: Session, vault_ids: list[str]) -> None:
    for vault_id in vault_ids:
        find(db, vault_id, "vault_ids")


RESOURCE = Resource(
    routes=(
        Route("POST", "/vaults", create),
        Route("GET", "/vaults", listing),
        Route("GET", "/vaults/<vault_id>", retrieve),
        Route("POST", "/vaults/<vault_id>", update),
        Route("DELETE", "/vaults/<vault_id>", delete),
    ),
    beta=AGENTS,
)
