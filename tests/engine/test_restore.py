"""Receipts become resources again as far as they go, and each object that does not says why."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.restore import Now, Restored, restored
from provisioner.engine.restored_documents import Kept
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.ledger import Receipt
from provisioner.model.mark import Applied, Mark, Owner, tracked_key
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Sensitive
from provisioner.runtimes import RUNTIMES

OWNER = Owner("k3v9q0x7dp", "prod")
CLERK, LIBRARY = Address("assistant", "clerk"), Address("vector_store", "library")
ROW = {
    "id": "asst_1",
    "object": "assistant",
    "name": "Clerk",
    "model": "gpt-6.1-terra",
    "instructions": "Be brief.",
    "temperature": 1.0,
    "tools": [{"type": "file_search"}],
    "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
}
STORE = {"id": "vs_1", "object": "vector_store", "name": "Library"}


def marked(row: dict[str, Any], address: Address, **applied: Applied) -> dict[str, Any]:
    tracked = {tracked_key(path): one for path, one in applied.items()}
    return {**row, "metadata": Mark(OWNER, address, tracked, protected=True).to_metadata()}


def receipt(kind: str, row: Any, address: str = "", deleted: float | None = 1.0) -> Receipt:
    configuration = {"object": row} if isinstance(row, dict) else {"unread": row}
    id = row["id"] if isinstance(row, dict) else f"{kind}_unread"
    return Receipt("run-1", str(OWNER), "here", address, kind, id, deleted, configuration)


def again(
    *receipts: Receipt,
    runtime: str = "assistants",
    desired: dict[Address, Resource] | None = None,
    objects: dict[Address, str] | None = None,
    ids: set[str] | None = None,
) -> Restored:
    there = objects or {}
    ids = {*(ids or set()), *there.values()}
    now = Now(KINDS, RUNTIMES[runtime].bindings, desired or {}, there, ids)
    return restored(Kept("run-1", receipts), now)


def told(found: Restored) -> list[tuple[str, str]]:
    return [(one.code.name, one.subject) for one in found.diagnostics]


CLERKS = receipt("assistant", marked(ROW, CLERK), "assistant.clerk")
LIBRARIES = receipt("vector_store", marked(STORE, LIBRARY), "vector_store.library")


def test_an_object_comes_back_with_references_to_what_comes_back_with_it() -> None:
    found = again(CLERKS, LIBRARIES)

    assert told(found) == []
    clerk = found.resources[CLERK]
    assert clerk.spec["tools"]["file_search"]["vector_store"] == Reference(LIBRARY)
    assert clerk.lifecycle.prevent_destroy
    # What the server holds by itself is not declared.
    assert "temperature" not in clerk.spec
    assert clerk.spec["instructions"] == "Be brief."


@pytest.mark.parametrize(
    ("objects", "ids", "store"),
    [
        ({LIBRARY: "vs_1"}, set(), Reference(LIBRARY)),
        ({}, {"vs_1"}, RemoteId("vector_store", "vs_1")),
        ({}, set(), None),
    ],
    ids=["ours", "foreign", "gone"],
)
def test_what_it_named_is_ours_or_foreign_or_gone(
    objects: dict[Address, str], ids: set[str], store: object
) -> None:
    found = again(CLERKS, objects=objects, ids=ids)

    assert found.resources[CLERK].spec["tools"]["file_search"].get("vector_store") == store
    assert told(found) == ([] if store else [("restored-in-part", "assistant.clerk")])


def test_what_still_stands_or_stands_again_is_not_made_twice() -> None:
    unsure = receipt("assistant", marked(ROW, CLERK), "assistant.clerk", None)

    assert again(unsure, ids={"asst_1", "vs_1"}) == Restored()
    found = again(CLERKS, objects={CLERK: "asst_2"}, ids={"vs_1"})
    assert (told(found), found.resources) == ([("not-restored", "assistant.clerk")], {})
    assert "asst_2" in found.diagnostics[0].detail
    twins = again(
        CLERKS, receipt("assistant", marked({**ROW, "id": "asst_9"}, CLERK), "assistant.clerk")
    )
    assert list(twins.resources) == [CLERK]
    assert ("not-restored", "assistant.clerk") in told(twins)


def test_a_secret_comes_from_the_manifest_or_the_object_is_not_made() -> None:
    row = marked({**ROW, "instructions": "(sensitive)"}, CLERK)
    masked = receipt("assistant", row, "assistant.clerk")
    held = Resource(CLERK, {"model": "m", "instructions": Sensitive("Say s3cret.")})

    found = again(masked, desired={CLERK: held}, ids={"vs_1"})

    assert found.resources[CLERK].spec["instructions"] == Sensitive("Say s3cret.")
    without = again(masked, ids={"vs_1"})
    assert (told(without), without.resources) == ([("not-restored", "assistant.clerk")], {})
    assert "instructions held a secret" in without.diagnostics[0].detail.lower()


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (receipt("assistant", "the server did not answer", "assistant.x"), "could not be read"),
        (receipt("batch", {"id": "batch_1"}, "batch.x"), "not made on this runtime"),
        (receipt("file", {"id": "file-1", "filename": "a.md"}), "no API gives the content"),
        (receipt("file", {"id": "file-1", "filename": "a.md"}, "file.a"), "not on disk"),
        (receipt("vector_store", STORE), "nobody's"),
        (receipt("skill", {"id": "skill_1", "name": "x"}, "skill.x"), "in its versions"),
        (receipt("credential", {"id": "cred_1", "provisioner.parent": "vault_1"}, "credential.x"), ""),
    ],
    ids=lambda one: one.kind if isinstance(one, Receipt) else "",
)  # fmt: skip
def test_what_cannot_be_made_again_says_why(kept: Receipt, why: str) -> None:
    runtime = "agents" if kept.kind in {"skill", "credential"} else "assistants"

    found = again(kept, runtime=runtime)

    assert found.resources == {}
    [one] = found.diagnostics
    assert one.code.name == "not-restored"
    assert why.lower() in one.detail.lower()
