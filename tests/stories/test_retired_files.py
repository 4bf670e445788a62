"""Files of the code interpreter retire with the releases that name them, and none is left behind."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import provisioner
from provisioner.emulator import create_app
from provisioner.model.address import Address
from provisioner.model.errors import PlanRefused
from provisioner.model.plan import Action, Reason
from provisioner.providers import RELEASES
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.plan import planned
from tests.stories.killed import restored
from tests.stories.test_kill import kill_at_every_request
from tests.stories.test_runtimes import registry, states
from tests.support.faults import Fault, Faulty, fail
from tests.support.stories import STACK, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.faults import Call
    from tests.support.stories import World

RATES = Address("file", "rates")
ID = "k3v9q0x7dp/default/analyst"
KEPT = 10
A, B, C = "a,b\n1,2\n", "a,b\n1,2\n3,4\n", "a,b\n5,6\n"


def written(
    world: World,
    rates: str | None = A,
    says: str = "Be brief.",
    *,
    retire_after: str = "0s",
    files: Sequence[str] = ("rates",),
    store: bool = False,
    names: str = "marked",
) -> None:
    """An assistant that computes with a file, and one that only talks. `rates` None: no file.

    With marked names a sealed release and the name prove that an upload is ours.
    """
    target = {"runtime": "responses", "server": "embedded", "retire_after": retire_after}
    stack = {**STACK, "spec": {"targets": {"new": target}, "file_names": names}}
    made: list[dict[str, Any]] = [
        stack,
        manifest("Assistant", "clerk", model="gpt-6.1-terra", instructions="Be kind."),
    ]
    if rates is not None:
        world.put("docs/rates.txt", rates)
        code = {"type": "code_interpreter", "files": list(files)}
        tools = [code] if files else []
        made += [
            manifest("File", "rates", path="docs/rates.txt"),
            manifest("Assistant", "analyst", model="gpt-6.1-terra", instructions=says, tools=tools),
        ]
    if store:
        made.append(manifest("VectorStore", "library", files=[{"file": "rates"}]))
    world.write(made)


def apply(world: World, *args: Any, **more: Any) -> None:
    written(world, *args, **more)
    report = world.apply(max_delete_percent=100)
    assert report.succeeded, failures(report)


def uploads(world: World) -> list[str]:
    """Ids of all files, oldest first."""
    return [row["id"] for row in world.rows("files")]


def named(world: World) -> set[str]:
    """Ids of files that a release names, retained or not."""
    whole = json.dumps([release.params for release in registry(world).history()])
    return {id for id in uploads(world) if id in whole}


def reasons(world: World) -> list[tuple[str, Action, Reason]]:
    return [(str(c.address), c.action, c.reason) for c in world.plan().changes]


def age(world: World) -> None:
    """After two releases so many more that the first is no longer kept for its number."""
    for number in range(KEPT - 1):
        apply(world, B, f"Be brief, {number}.")


def test_a_changed_file_stays_as_long_as_a_retained_release_names_it(world: World) -> None:
    apply(world, A)
    (old,) = uploads(world)
    apply(world, B)

    assert old in uploads(world)
    new = uploads(world)[1]
    assert states(world.options, RATES) == {new: "in sync", old: "retired"}
    assert changes(world.plan()) == []

    age(world)
    assert reasons(world) == [("file.rates", Action.DELETE, Reason.RETIRED)]
    assert states(world.options, RATES) == {new: "in sync", old: "retired"}
    report = world.apply()
    assert report.succeeded, failures(report)
    assert uploads(world) == [new]
    assert changes(world.plan()) == []
    assert 1 not in registry(world).numbers()[ID]


def test_a_file_that_was_let_go_a_moment_ago_stays_however_many_releases_there_were(
    world: World,
) -> None:
    apply(world, A, retire_after="24h")
    apply(world, B, retire_after="24h")
    for number in range(KEPT + 1):
        apply(world, B, f"Be brief, {number}.", retire_after="24h")

    assert changes(world.plan()) == []
    assert len(uploads(world)) == 2


def test_a_file_that_no_assistant_attaches_any_more_is_retired(world: World) -> None:
    apply(world, A)
    (old,) = uploads(world)

    apply(world, A, files=())

    assert states(world.options, RATES) == {old: "retired"}
    assert changes(world.plan()) == []
    for number in range(KEPT - 1):
        apply(world, A, f"Be brief, {number}.", files=())
    assert reasons(world) == [("file.rates", Action.DELETE, Reason.RETIRED)]
    assert world.apply().succeeded
    assert uploads(world) == []


def test_the_file_of_a_deleted_assistant_goes_once_it_is_long_enough_ago(world: World) -> None:
    apply(world, A, retire_after="1s")
    deleted = time.monotonic()
    apply(world, None, retire_after="1s")
    if time.monotonic() - deleted < 0.5:
        assert changes(world.plan()) == []
        assert len(uploads(world)) == 1

    time.sleep(1.1)

    assert reasons(world) == [("file.rates", Action.DELETE, Reason.RETIRED)]
    assert world.apply().succeeded
    assert uploads(world) == []
    assert registry(world).current(ID) == {}


def test_a_saved_plan_deletes_what_it_says_unless_it_is_to_stay_now(world: World) -> None:
    apply(world, A)
    (first,) = registry(world).current(ID).values()
    apply(world, B)
    age(world)
    file = world.root / "plan.json"
    world.save(file)
    old, new = uploads(world)

    written(world, B, retire_after="24h")
    with pytest.raises(PlanRefused, match="would not do what it says"):
        world.apply_file(file)
    written(world, B)
    copy = registry(world).publish(first)
    with pytest.raises(PlanRefused):
        world.apply_file(file)
    assert uploads(world) == [old, new]
    (world.root / RELEASES / ID / f"{copy.number:08}.json").unlink()

    assert world.apply_file(file).succeeded
    assert uploads(world) == [new]


def test_content_that_is_still_there_is_not_uploaded_again(world: World) -> None:
    apply(world, A)
    (first,) = uploads(world)
    apply(world, B)
    written(world, A)
    file = world.root / "plan.json"
    world.save(file)
    faulty = watched(world)

    report = world.apply_file(file)

    assert report.succeeded, failures(report)
    assert writes(faulty) == []
    assert states(world.options, RATES)[first] == "in sync"
    assert first in str(registry(world).current(ID)[ID].params)


def test_no_apply_forgets_what_an_upload_is(world: World) -> None:
    contents = [A, B, C]
    for number in range(KEPT + 4):
        apply(world, contents[number % 3] + "7,8\n" * (number // 3), f"Be brief, {number}.")
        assert set(uploads(world)) == named(world), number

    assert len(registry(world).numbers()[ID]) <= KEPT + 2
    assert world.apply().succeeded
    assert len(uploads(world)) == KEPT


def test_an_apply_of_something_else_forgets_no_upload_either(world: World) -> None:
    apply(world, A)
    apply(world, B)
    age(world)
    written(world, B, "Be bold.")

    with planned(world.options, select=["assistant.*"]) as found:
        assert applying.apply(found).succeeded

    assert set(uploads(world)) == named(world)
    assert len(uploads(world)) == 2
    assert world.apply().succeeded
    assert len(uploads(world)) == 1


def test_a_release_stays_while_its_file_cannot_be_deleted(world: World) -> None:
    apply(world, A)
    apply(world, B)
    age(world)
    old, new = uploads(world)

    def deleting(call: Call) -> bool:
        return (call.method, call.path) == ("DELETE", f"/v1/files/{old}")

    world.app = Faulty(world.server, Fault(deleting, fail(400, performed=False), times=99))
    world.apply()

    assert 1 in registry(world).numbers()[ID]
    world.app = world.server
    assert reasons(world) == [("file.rates", Action.DELETE, Reason.RETIRED)]
    assert world.apply().succeeded
    assert uploads(world) == [new]
    assert 1 not in registry(world).numbers()[ID]


def test_a_file_that_somebody_else_names_is_forgotten_and_not_asked_for_again(
    world: World,
) -> None:
    apply(world, A)
    apply(world, B)
    age(world)
    old, new = uploads(world)
    with world.client as client:
        theirs = client.vector_stores.create(name="Theirs")
        client.vector_stores.files.create(theirs.id, file_id=old)

    assert changes(world.plan()) == ["forget file.rates"]
    report = world.apply()

    assert report.succeeded, failures(report)
    assert uploads(world) == [old, new]
    assert changes(world.plan()) == []


def test_a_document_of_a_store_that_an_old_release_computes_with_stays(world: World) -> None:
    apply(world, A, store=True)
    (old,) = uploads(world)

    report_of = watched(world)
    apply(world, B, store=True)

    assert old in uploads(world)
    assert states(world.options, RATES)[old] == "retired"
    assert f"DELETE /v1/files/{old}" not in writes(report_of)


def test_a_store_that_a_rollback_names_again_is_not_deleted_by_a_plan_from_before(
    world: World,
) -> None:
    with_library(world, overlap=200, says="Be brief.")
    (first,) = registry(world).current(ID).values()
    for number in range(KEPT):
        with_library(world, overlap=100, says=f"Be brief, {number}.")
    old, new = [row["id"] for row in world.rows("vector_stores")]

    with planned(world.options) as found:
        assert [c.live.id for c in found.plan.changes if c.live] == [old]
        registry(world).publish(first)
        report = applying.apply(found)

    assert "somebody rolled back meanwhile" in failures(report)
    assert [row["id"] for row in world.rows("vector_stores")] == [old, new]


def with_library(world: World, *, overlap: int, says: str) -> None:
    written(world, None)
    static = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": overlap}
    search = {"type": "file_search", "vector_store": "library"}
    world.put("docs/a.md", "All about A.\n")
    documents = [
        manifest("Assistant", "analyst", model="gpt-6.1-terra", instructions=says, tools=[search]),
        manifest(
            "VectorStore",
            "library",
            files=["docs/a.md"],
            chunking_strategy={"type": "static", "static": static},
        ),
    ]
    world.put("library.yaml", yaml.safe_dump_all(documents))
    report = world.apply()
    assert report.succeeded, failures(report)


def test_everything_goes_when_everything_is_to_go(world: World) -> None:
    apply(world, A, store=True, retire_after="24h")
    apply(world, B, store=True, retire_after="24h")
    assert len(uploads(world)) == 2

    with planned_destroy(world.options) as end:
        assert end.plan.standing == ()
        report = applying.apply(end)

    assert report.succeeded, failures(report)
    assert world.account() == {}
    left = registry(world).history()
    assert {release.id.rpartition("/")[2] for release in left} == {"analyst", "clerk"}
    assert all(release.deleted and not release.params for release in left)
    with planned_destroy(world.options) as end:
        assert end.plan.is_empty


def test_a_part_that_is_destroyed_leaves_the_history_of_the_rest(world: World) -> None:
    apply(world, A, retire_after="24h")
    apply(world, B, retire_after="24h")

    with planned_destroy(world.options, select=["assistant.clerk"]) as end:
        assert applying.apply(end).succeeded

    assert registry(world).numbers()[ID] == [1, 2]
    assert len(uploads(world)) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_kill_at_any_request_no_upload_is_forgotten(
    world: World, tmp_path: Path, when: str
) -> None:
    snapshot = tmp_path / "snapshot.sqlite"
    world.server = world.app = create_app(snapshot)
    apply(world, A)
    apply(world, B)
    age(world)
    known = set(uploads(world))
    assert len(known) == 2
    world.server.close()
    written(world, C, "Be bold.")

    killed = kill_at_every_request(tmp_path, snapshot, when, parallelism=1)

    assert len(killed) > 3
    for data in killed:
        restored(data.with_suffix(".releases"))
        world.server = world.app = create_app(data)
        settle(world)
        assert known & set(uploads(world)) == known & named(world), data.name
        assert set(registry(world).numbers()[ID]) & {1, 2} == set(), data.name
        (current,) = registry(world).current(ID).values()
        (code,) = current.params["tools"]
        assert set(code["container"]["file_ids"]) <= set(uploads(world)), data.name
        world.server.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_destroy_that_was_killed_another_one_leaves_nothing(
    world: World, tmp_path: Path, when: str
) -> None:
    snapshot = tmp_path / "snapshot.sqlite"
    world.server = world.app = create_app(snapshot)
    apply(world, A, store=True, retire_after="24h")
    apply(world, B, store=True, retire_after="24h")
    world.server.close()

    killed = kill_at_every_request(tmp_path, snapshot, when, 1, "destroy")

    assert len(killed) > 3
    for data in killed:
        restored(data.with_suffix(".releases"))
        world.server = world.app = create_app(data)
        with planned_destroy(world.options) as end:
            assert applying.apply(end).succeeded, data.name
        assert uploads(world) == [], data.name
        assert world.rows("vector_stores") == [], data.name
        assert registry(world).current() == {}, data.name
        world.server.close()


def settle(world: World) -> None:
    """Apply until there is nothing to do: what an apply let go, the next one deletes."""
    for _ in range(3):
        report = world.apply(overwrite_drift=True)
        assert report.succeeded, failures(report)
        if not world.plan().changes:
            return
    raise AssertionError(changes(world.plan()))


# What only releases say


def test_an_upload_that_only_releases_name_is_let_go_and_counted(world: World) -> None:
    apply(world, A, names="plain")
    apply(world, B, names="plain")
    for number in range(KEPT - 2):
        apply(world, B, f"Be brief, {number}.", names="plain")
    old, new = uploads(world)
    written(world, B, "Be bold.", names="plain")

    report = world.apply()

    (said,) = [d.detail for d in report.diagnostics if d.code.name == "uploads-left"]
    assert old in said
    assert new not in said
    assert uploads(world) == [old, new]
    assert changes(world.plan()) == []
    assert 1 not in registry(world).numbers()[ID], "nobody has to remember what is never deleted"


def test_destroy_leaves_uploads_that_only_releases_name(world: World) -> None:
    apply(world, A, names="plain")
    with planned_destroy(world.options) as end:
        assert [d.code.name for d in end.plan.diagnostics if d.code.name == "uploads-left"]
        assert applying.apply(end).succeeded
    assert len(uploads(world)) == 1


def test_an_upload_that_a_document_of_a_store_proves_is_deleted(world: World) -> None:
    apply(world, A, store=True, names="plain")
    with planned_destroy(world.options) as end:
        assert applying.apply(end).succeeded
    assert uploads(world) == []


def test_a_release_that_was_edited_deletes_nothing_and_protects(world: World) -> None:
    """Somebody writes the id of an upload that is theirs into a release of ours."""
    with world.client as client:
        theirs = client.files.create(file=("theirs.csv", b"x"), purpose="assistants").id
    apply(world, A)
    mine = uploads(world)[1]
    apply(world, B)
    file = world.root / RELEASES / ID / "00000001.json"
    file.write_text(file.read_text().replace(mine, theirs))
    age(world)

    report = world.apply()
    assert report.succeeded, failures(report)
    assert theirs in uploads(world)
    assert file.exists()


def test_a_forged_release_without_a_seal_deletes_nothing(world: World) -> None:
    """It is of the first version then, digest and all, and its word is no proof."""
    apply(world, A)
    (mine,) = uploads(world)
    apply(world, B)
    with world.client as client:
        theirs = client.files.create(file=("theirs.csv", b"x"), purpose="assistants").id
    path = world.root / RELEASES / ID / "00000001.json"
    first = registry(world).history(ID)[-1]
    forged = json.loads(json.dumps(first.params).replace(mine, theirs))
    whole = json.loads(path.read_text())
    whole |= {"params": forged, "digest": replace(first, params=forged).digest}
    whole["provenance"].pop("seal")
    path.write_text(json.dumps(whole))
    age(world)

    assert world.apply().succeeded
    assert theirs in uploads(world)


def test_a_copied_folder_retires_nothing_and_keeps_what_it_names(world: World) -> None:
    apply(world, A)
    (old,) = uploads(world)
    folder = world.root / RELEASES / ID
    shutil.copytree(folder, folder.with_name("analyst.bak"))
    assert changes(world.plan()) == []
    apply(world, B)
    age(world)

    assert reasons(world) == []
    assert world.apply().succeeded
    assert old in uploads(world)
    assert provisioner.load("analyst", target="new").params()["instructions"] == "Be brief, 8."
    shutil.rmtree(folder.with_name("analyst.bak"))
    assert reasons(world) == [("file.rates", Action.DELETE, Reason.RETIRED)]
