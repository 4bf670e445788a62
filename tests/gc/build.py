"""Accounts as values: rows by noun, and what is known of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.engine.classify import classify
from provisioner.gc.case import Case
from provisioner.gc.judge import judge
from provisioner.model.address import Address
from provisioner.model.inventory import Inventory
from provisioner.model.leaks import Judgement
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.account import ACCOUNT, marked_by

NOW = 1_800_000_000
OWNER, OTHER = Owner("k3v9", "default"), Owner("else", "prod")
MARKS = {
    noun: binding.mark_of if (binding := marked_by(one)) and binding.mark_location else None
    for noun, one in ACCOUNT.listables.items()
}


def row(id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "created_at": NOW - 86_400, **fields}


def file(id: str, purpose: str = "assistants", **fields: Any) -> dict[str, Any]:
    return row(id, purpose=purpose, bytes=5, filename=f"{id}.txt", **fields)


def store(id: str, *, files: int = 1, usage: int = 1024, **fields: Any) -> dict[str, Any]:
    counts = {"total": files, "completed": files}
    whole: dict[str, Any] = {"status": "completed", "name": id, "metadata": {}, **fields}
    return row(id, file_counts=counts, usage_bytes=usage, last_active_at=NOW - 3600, **whole)


def assistant(id: str, *stores: str, files: Iterable[str] = (), **fields: Any) -> dict[str, Any]:
    resources = {
        "file_search": {"vector_store_ids": list(stores)},
        "code_interpreter": {"file_ids": list(files)},
    }
    return row(id, name=id, model="m", tool_resources=resources, metadata={}, **fields)


def marked(found: Row, address: str, owner: Owner = OWNER, generation: int = 1) -> dict[str, Any]:
    mark = Mark(owner, Address.parse(address), generation=generation)
    return {**found, "metadata": mark.to_metadata()}


def account(
    documents: Mapping[str, Iterable[str]] | None = None, /, **rows: Iterable[Row]
) -> Inventory:
    """Return an account of these rows by noun. `documents` are the ids of files in each store."""
    held = {id: tuple({"id": one} for one in ids) for id, ids in (documents or {}).items()}
    return Inventory(
        {noun: tuple(rows.get(noun, ())) for noun in ACCOUNT.listables}, held, read_at=NOW
    )


def live_of(inventory: Inventory, desired: Desired) -> Live:
    """The objects of ours on the `assistants` runtime."""
    bindings = RUNTIMES["assistants"].bindings
    kinds = {kind: inventory.rows.get(kind, ()) for kind in bindings}
    return classify(Inventory(kinds, read_at=NOW), bindings, OWNER, desired)


def judged(
    inventory: Inventory, desired: Desired | None = None, *, has_stack: bool = False, **known: Any
) -> dict[str, Judgement]:
    """Return the judgements of an account by id; with a Stack, our marks count."""
    wanted = desired or {}
    live = live_of(inventory, wanted) if has_stack or desired is not None else Live()
    owner = OWNER if has_stack or desired is not None else None
    case = Case(ACCOUNT, owner, live, frozenset(wanted), MARKS, **known)
    return {one.id: one for one in judge(inventory, case)}


def conditions(found: dict[str, Judgement]) -> dict[str, str]:
    return {id: one.condition.value for id, one in found.items()}
