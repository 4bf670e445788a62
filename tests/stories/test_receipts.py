"""Every deleted object leaves a receipt, which is in the ledger before the request is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.gc.candidates import Wanted
from provisioner.ledger import database
from provisioner.ledger import lock as locks
from provisioner.ledger.location import Location
from provisioner.ledger.opening import ledger_to_read
from provisioner.model.leaks import Condition
from provisioner.model.overrides import Overrides
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.gc.plan import planned_gc
from provisioner.verbs.rollback.deleted import planned_restoration
from tests.stories.stacks import TEXTS, documents, first, written
from tests.support.faults import Fault, Faulty, fail, run
from tests.support.leaking import seeded
from tests.support.stories import STACK, failures, manifest, new_world

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.pool import ConnectionPoolEntry
    from werkzeug.wrappers import Request, Response

    from provisioner.model.ledger import Receipt, ReceiptDocument
    from tests.support.faults import Call
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
OWNER = "k3v9q0x7dp/default"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = new_world(tmp_path, monkeypatch)
    world.options = replace(world.options, ledger=str(tmp_path / "ledger.db"))
    first(world)
    world.converge()
    yield world
    world.server.close()


def receipts(world: World) -> tuple[list[Receipt], list[ReceiptDocument]]:
    """The receipts of the newest run, and the documents of the stores in them."""
    with ledger_to_read(Location(world.root / "ledger.db")) as opened:
        run = opened.runs.newest(OWNER)[0].id
        return opened.receipts.of_run(run), opened.receipts.documents(run)


def deletes(call: Call) -> bool:
    return call.method == "DELETE"


def test_every_deleted_object_is_written_down_before_it_goes_and_confirmed_after(
    world: World,
) -> None:
    at_request: dict[str, float | None] = {}

    def look(request: Request, perform: Callable[[], Response]) -> Response:
        kept, _ = receipts(world)
        at_request.update((one.id, one.deleted) for one in kept if request.path.endswith(one.id))
        return perform()

    was = {row["id"]: row for name in ("assistants", "vector_stores") for row in world.rows(name)}
    names = {row["id"]: row["filename"] for row in world.rows("files")}
    world.write([STACK, manifest("Assistant", "last", model="gpt-6.1-terra")])
    world.app = Faulty(world.server, Fault(deletes, look, times=100))

    report = world.apply(max_delete_percent=100)

    assert report.succeeded, failures(report)
    kept, texts = receipts(world)
    assert at_request == {one.id: None for one in kept} == dict.fromkeys({*was, *names})
    assert all(one.deleted for one in kept)
    of = {one.id: one for one in kept}
    assert {id: of[id].configuration["object"] for id in was} == was
    assert {one.address for one in kept} == {
        *("assistant.clerk", "assistant.analyst", "vector_store.library", "file.rates", "")
    }
    assert {one.reason for one in kept if one.address} == {"orphan"}
    assert [(one.path, one.text) for one in texts] == [
        (path, TEXTS[path]) for path in ("docs/a.md", "docs/b.md")
    ]
    assert {names[id]: of[id].configuration.get("path") for id in names} == {
        "a.md": "docs/a.md",
        "b.md": "docs/b.md",
        "rates.csv": "docs/rates.csv",
    }


def test_what_the_server_refused_to_delete_leaves_no_receipt(world: World) -> None:
    world.write([STACK, manifest("Assistant", "last", model="gpt-6.1-terra")])
    world.app = Faulty(world.server, Fault(deletes, fail(403), times=100))

    report = world.apply(max_delete_percent=100)

    assert not report.succeeded
    assert receipts(world) == ([], [])


def test_no_secret_stands_in_a_receipt(world: World) -> None:
    """The manifests do not name it any more when the object goes; its mark says where it stands."""
    hidden = "the-token-of-a-vault"
    stack = json.loads(json.dumps(STACK))
    stack["spec"]["variables"] = {"token": {"default": "${env:TOKEN}", "sensitive": True}}
    keeps = manifest("Assistant", "keeps", model="gpt-6.1-terra", instructions="${var:token}")
    goes = manifest("Assistant", "goes", model="gpt-6.1-terra", instructions="Say ${var:token}.")
    world.options = replace(world.options, environ={"TOKEN": hidden})
    world.write([stack, *documents()[1:], keeps, goes])
    world.converge()
    written(world, [stack, keeps], {})
    world.options = replace(world.options, environ={"TOKEN": "another-by-now"})

    report = world.apply(max_delete_percent=100)

    assert report.succeeded, failures(report)
    kept, _ = receipts(world)
    assert "assistant.goes" in {one.address for one in kept}
    raw = (world.root / "ledger.db").read_bytes() + (world.root / "ledger.db-wal").read_bytes()
    assert hidden.encode() not in raw


@pytest.mark.parametrize("named", [True, False])
def test_a_full_disk_keeps_objects_of_a_named_ledger_and_is_told_of_the_default_one(
    world: World, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """A receipt that cannot be written is a delete that is not sent, where the ledger has to work."""
    prepare = database._prepare

    def full(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        prepare(connection, entry)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 12}")

    world.options = replace(world.options, ledger=world.options.ledger if named else None)
    world.put("docs/a.md", "All about A.\n" * 40_000)
    world.converge()
    world.write([STACK, manifest("Assistant", "last", model="gpt-6.1-terra")])
    monkeypatch.setattr(database, "_prepare", full)

    report = world.apply(max_delete_percent=100)

    left = [row["name"] for row in world.rows("vector_stores")]
    if named:
        [store] = [one for one in report.outcomes if one.address.kind == "vector_store"]
        assert (store.status.value, left) == ("failed", ["library"])
        assert "there is no room for the ledger" in store.error
        assert "Free some space" in store.error
    else:
        assert (report.succeeded, left) == (True, [])
        told = {one.code.name: one.detail for one in report.diagnostics}
        assert "full" in told["history-not-written"]


def test_a_ledger_that_is_deleted_during_a_run_stops_it_before_the_delete(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "CONFIRMED_FOR", 0.0)
    file = world.root / "ledger.db"
    world.write([STACK, manifest("Assistant", "last", model="gpt-6.1-terra")])
    faulty = Faulty(world.server, Fault(lambda call: "/content" in call.path, run(file.unlink)))
    world.app = faulty

    report = world.apply(max_delete_percent=100)

    assert not report.succeeded
    assert [row["name"] for row in world.rows("vector_stores")] == ["library"]
    assert "lock-lost" in {one.code.name for one in report.diagnostics}


def test_what_gc_deletes_leaves_receipts_and_what_was_nobodys_is_not_made_ours(
    world: World,
) -> None:
    made = seeded(world.server, 1, ("a.md", 13))
    rows = {row["id"]: row for name in ("files", "vector_stores") for row in world.rows(name)}
    everything = Wanted(frozenset(one for one in Condition if one.is_leak), older_than=0.0)
    file = world.root / "clean.json"
    with planned_gc(
        world.options, everything, saves=True, overrides=Overrides(max_delete_percent=100)
    ) as found:
        save(found, file)
    report = world.apply_file(file, max_delete_percent=100)
    assert report.succeeded, failures(report)

    kept, _ = receipts(world)
    left = {row["id"] for name in ("files", "vector_stores") for row in world.rows(name)}
    gone = rows.keys() - left
    of = {one.id: one for one in kept}
    assert gone <= of.keys()
    assert all(one.deleted for one in kept)
    assert {id: of[id].configuration["object"]["created_at"] for id in gone} == {
        id: rows[id]["created_at"] for id in gone
    }
    nobodys = {id for id in gone if id in made.expected and made.expected[id][1] == "nobody"}
    assert nobodys
    assert {of[id].address for id in nobodys} == {""}
    with planned_restoration(world.options, kept[0].run) as again:
        addresses = {str(change.address) for change in again.plan.changes}
        told = [one.subject for one in again.plan.diagnostics if one.code.name == "not-restored"]
    assert addresses <= {one.address for one in kept}
    stores = {id for id in nobodys if id.startswith("vs_")}
    assert stores
    assert all(any(id in subject for subject in told) for id in stores)
