"""Receipts become resources again as far as they go, and each object that does not says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.records import from_record, to_record
from provisioner.engine.restore import Now, Restored, restored
from provisioner.engine.restored_documents import Kept
from provisioner.engine.sealing import Secrets, in_parts
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.digests import Measured, measured
from provisioner.model.errors import PlanRefused
from provisioner.model.inventory import PARENT
from provisioner.model.ledger import Receipt, ReceiptDocument
from provisioner.model.mark import Applied, Mark, Owner, tracked_key
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Sensitive
from provisioner.runtimes import RUNTIMES

OWNER = Owner("k3v9q0x7dp", "prod")
CLERK, LIBRARY = Address("assistant", "clerk"), Address("vector_store", "library")
RATES = Address("file", "rates")
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
    assert "instructions contained a secret" in without.diagnostics[0].detail.lower()


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (receipt("assistant", "the server did not answer", "assistant.x"), "could not be read"),
        (receipt("batch", {"id": "batch_1"}, "batch.x"), "cannot be created on this runtime"),
        (receipt("file", {"id": "file-1", "filename": "a.md"}), "no API returns the content"),
        (receipt("file", {"id": "file-1", "filename": "a.md"}, "file.a"), "not on disk"),
        (receipt("vector_store", STORE), "it had no mark"),
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


def document(id: str, path: str = "docs/a.md", sha256: str = "", **more: Any) -> ReceiptDocument:
    attributes = {"provisioner.path": path, "provisioner.sha256": sha256, "team": "hr", **more}
    row = {"id": id, "status": "completed", "attributes": attributes if path else {}}
    return ReceiptDocument("run-1", "vs_1", id, path, "a.md", sha256, 3, row, missing="too large")


def measures(text: str) -> Measured:
    return measured([text.encode()])


def filled(*documents: ReceiptDocument, **kept: Any) -> Restored:
    now = Now(KINDS, RUNTIMES["assistants"].bindings, {}, {RATES: "file-7"}, {"file-7"})
    return restored(Kept("run-1", [LIBRARIES], {"vs_1": documents}, **kept), now)


def test_a_document_is_made_of_the_file_on_disk_or_of_its_text_or_not_at_all() -> None:
    a, b = measures("All about A.\n"), measures("All about B.\n")
    whole, parsed, lost = (
        document("file-1", sha256=a.sha256),
        document("file-2", "docs/b.pdf", "0" * 64),
        document("file-3", "docs/c.md", "1" * 64),
    )

    found = filled(
        whole,
        parsed,
        lost,
        document("file-4", ""),
        document("file-5", "docs/rates.csv", "2" * 64, **{"provisioner.file": "rates"}),
        on_disk={"docs/a.md": a, "docs/b.pdf": b},
        texts={("vs_1", "file-2"): b},
    )

    made = found.resources[LIBRARY].documents
    assert list(made) == ["docs/a.md", "docs/b.pdf", "docs/rates.csv"]
    assert (made["docs/a.md"].path, made["docs/a.md"].attributes) == ("docs/a.md", {"team": "hr"})
    text = ".provisioner/restored/run-1/file-2/b.pdf.txt"
    assert (made["docs/b.pdf"].path, made["docs/b.pdf"].sha256) == (text, b.sha256)
    assert made["docs/rates.csv"].source == RATES
    assert found.texts == {text: ("vs_1", "file-2")}
    assert told(found) == [
        ("restored-from-text", "docs/b.pdf"),
        ("restored-in-part", "vector_store.library"),
    ]
    assert "docs/c.md (too large)" in found.diagnostics[1].detail


def test_a_text_that_is_the_file_keeps_its_name_and_is_told_to_nobody() -> None:
    text = measures("All about A.\n")

    found = filled(document("file-1", sha256=text.sha256), texts={("vs_1", "file-1"): text})

    [made] = found.resources[LIBRARY].documents.values()
    assert made.path == ".provisioner/restored/run-1/file-1/a.md"
    assert (made.key, told(found)) == ("docs/a.md", [])


def test_a_file_and_what_names_it_come_back_where_the_file_is_on_disk() -> None:
    rates = measures("1,2\n")
    row = {"id": "file-9", "filename": "rates.csv"}
    file = Receipt(
        *("run-1", str(OWNER), "here", "file.rates", "file", "file-9", 1.0),
        {"object": row, "path": "docs/rates.csv", "sha256": rates.sha256},
    )
    kept = Kept("run-1", [file, LIBRARIES], {"vs_1": [document("file-9", "docs/rates.csv")]})
    now = Now(KINDS, RUNTIMES["assistants"].bindings, {}, {}, set())

    assert told(restored(kept, now))[0] == ("not-restored", "file.rates")
    found = restored(replace(kept, on_disk={"docs/rates.csv": rates}), now)

    assert list(found.resources[RATES].documents) == ["docs/rates.csv"]


def test_what_no_server_shows_comes_from_the_manifest_or_is_named() -> None:
    row = marked(STORE, LIBRARY, description=Applied("aaaaa", "aaaaa"))
    kept = receipt("vector_store", row, "vector_store.library")

    without = again(kept)
    with_it = again(kept, desired={LIBRARY: Resource(LIBRARY, {"description": "Policies."})})

    assert "description (the server never returned it)" in without.diagnostics[0].detail
    assert with_it.resources[LIBRARY].spec["description"] == "Policies."
    assert told(with_it) == []


def test_what_lies_inside_of_another_object_comes_back_in_it() -> None:
    vault, key = Address("vault", "v"), Address("credential", "key")
    bindings = RUNTIMES["agents"].bindings
    rows = [{"id": "vault_1", "name": "v"}, {"id": "cred_1", "name": "key", PARENT: "vault_1"}]
    kept = [
        receipt(address.kind, with_mark(bindings, row, address), str(address))
        for row, address in zip(rows, (vault, key), strict=True)
    ]

    assert told(again(kept[1], runtime="agents")) == [("not-restored", "credential.key")]
    found = again(*kept, runtime="agents")
    assert found.resources[key].spec["vault"] == Reference(vault)


def with_mark(bindings: Any, row: dict[str, Any], address: Address) -> dict[str, Any]:
    return {**row, **bindings[address.kind].mark_location.write(row, {}, {}, Mark(OWNER, address))}


def test_a_record_keeps_the_words_around_a_secret_and_takes_the_secret_of_today() -> None:
    then = Sensitive("Say one and two.", spans=((4, 7), (12, 15)))
    resource = Resource(CLERK, {"instructions": then, "name": Sensitive("whole"), "model": "m"})

    data = to_record(resource, in_parts)

    assert data["spec"]["instructions"] == {"provisioner:parts": ["Say ", " and ", "."]}
    now = Sensitive("Shout 1, 22!", variable="X", spans=((6, 7), (9, 11)))
    held = Resource(CLERK, {"instructions": now, "name": Sensitive("other")})
    secrets = Secrets(CLERK, "", gives_missing=False, takes_parts=True)
    found = from_record(CLERK, data, held, secrets).spec
    assert found["instructions"].value == "Say 1 and 22."
    assert found["instructions"].secrets == ("1", "22")
    assert (found["name"].value, found["name"].spans) == ("other", ())
    for wrong in (None, Resource(CLERK, {"instructions": Sensitive("x"), "name": now})):
        with pytest.raises(PlanRefused):
            from_record(CLERK, data, wrong, secrets)
    # A plan file is written by others: in it no words can be put around a secret.
    with pytest.raises(PlanRefused):
        from_record(CLERK, data, held, replace(secrets, takes_parts=False))
