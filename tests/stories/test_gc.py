"""gc: every leak is found, none is missed or accused, and what somebody needs is still there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from provisioner.emulator import create_app
from provisioner.gc.candidates import Wanted
from provisioner.model.leaks import Condition, Judgement
from provisioner.model.overrides import Overrides
from provisioner.policy.prices import GIB
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.apply.run import apply
from provisioner.verbs.gc.plan import planned_gc, replanned
from provisioner.verbs.gc.survey import surveyed
from tests.stories import hosted_stacks
from tests.stories.stacks import documents, first
from tests.stories.test_kill import kill_at_every_request
from tests.support.faults import Fault, Faulty, answer, fail
from tests.support.leaking import Leaking, kept, seeded
from tests.support.stories import STACK, carried_out, changes, manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.model.outcome import Report
    from tests.support.stories import World

FILE = Path("clean.json")
EVERYTHING = Wanted(frozenset(one for one in Condition if one.is_leak), older_than=0.0)
UNITS = int(os.environ.get("PROVISIONER_LEAKING_UNITS", "4"))
"""Fifty objects each. A hundred units are the whole story: `python -m tests.benchmarks.leaks`."""


def judged(world: World) -> dict[str, Judgement]:
    with surveyed(world.options) as found:
        return {one.id: one for one in found.survey.objects}


def told(world: World) -> dict[str, str]:
    return {id: one.condition.value for id, one in judged(world).items()}


def saved(world: World, wanted: Wanted = EVERYTHING, **overrides: Any) -> None:
    with planned_gc(world.options, wanted, saves=True, overrides=Overrides(**overrides)) as found:
        save(found, FILE)


def collected(world: World, wanted: Wanted = EVERYTHING) -> Report:
    with planned_gc(world.options, wanted) as found:
        return carried_out(found)


def small(world: World) -> None:
    """One assistant with a store, applied."""
    world.put("docs/a.md", "All about A.\n")
    search = {"type": "file_search", "vector_store": "library"}
    world.write(
        [
            STACK,
            manifest("VectorStore", "library", files=["docs/a.md"]),
            manifest("Assistant", "clerk", model="gpt-6.1-terra", tools=[search]),
        ]
    )
    world.converge()


def test_each_leak_is_found_with_its_reason_and_price_and_goes_in_two_commands(
    world: World,
) -> None:
    small(world)
    before = set(judged(world))
    made = seeded(world.server, UNITS, ("a.md", 13))
    stays = kept(world.server, before | made.needed)

    found = judged(world)

    leaks = {id: one for id, one in found.items() if id in made.expected}
    assert {i: (o.condition.value, o.whose.value) for i, o in leaks.items()} == made.expected
    others = {found[id].condition.value for id in before | made.needed}
    assert others == {"declared", "in use"}
    total = sum(one.bytes or 0 for one in found.values() if one.kind == "vector_store")
    bill = (total - GIB) / GIB * 0.10
    for id, size in made.bytes.items():
        assert found[id].price_per_day == pytest.approx(bill * size / total)

    saved(world, max_delete_percent=100)
    report = world.apply_file(FILE, max_delete_percent=100)

    assert report.succeeded
    gone = {
        id
        for id, (condition, _) in made.expected.items()
        if condition != "unknowable" and not id.startswith("batch_")
    }
    assert set(found) - set(judged(world)) == gone
    assert kept(world.server, before | made.needed) == stays
    assert world.plan().changes == ()


def test_what_is_proven_ours_goes_at_once_and_what_is_nobodys_stays(world: World) -> None:
    small(world)
    made = seeded(world.server, 1, ("a.md", 13))

    with planned_gc(
        world.options, EVERYTHING, overrides=Overrides(max_delete_percent=100)
    ) as found:
        assert "left-to-a-saved-plan" in {one.code.name for one in found.plan.diagnostics}
        assert apply(found).succeeded

    assert set(made.expected) - set(judged(world)) == {
        id for id, (_, whose) in made.expected.items() if whose == "this stack"
    }


@pytest.mark.parametrize(
    ("collection", "effect"),
    [
        ("files", fail(500, performed=False)),
        ("vector_stores", answer({"error": {}}, 403)),
        ("assistants", fail(500, performed=False)),
        ("batches", answer({"error": {}}, 403)),
    ],
    ids=["files-500", "stores-403", "assistants-500", "batches-403"],
)
def test_a_list_that_fails_deletes_nothing(world: World, collection: str, effect: Any) -> None:
    small(world)
    seeded(world.server, 1, ("a.md", 13))
    saved(world, max_delete_percent=100)
    before = world.account()
    broken = Fault(lambda call: call.path.endswith(f"/{collection}"), effect, times=10_000)
    world.app = Faulty(world.server, broken)

    with pytest.raises(Exception, match=r"list-not-read|key-refused|server-failed"):
        world.apply_file(FILE, max_delete_percent=100)

    world.app = world.server
    assert world.account() == before


def test_a_list_that_fails_at_its_second_page_deletes_nothing(world: World) -> None:
    small(world)
    made = Leaking()
    for _ in range(101):
        made.store(usage=0)
    made.write(world.server)
    with planned_gc(world.options, EVERYTHING, saves=True) as found:
        pages = iter(range(1_000))
        second = Fault(
            lambda call: call.path.endswith("/vector_stores") and next(pages) > 0,
            fail(500, performed=False),
            times=10_000,
        )
        world.app = Faulty(world.server, second)

        report = apply(found)

    world.app = world.server
    assert not report.succeeded
    assert made.bytes.keys() <= told(world).keys()


def test_what_somebody_came_to_need_before_the_first_delete_is_kept(world: World) -> None:
    small(world)
    made = seeded(world.server, 1, ("a.md", 13))
    store = next(id for id, (c, _) in made.expected.items() if c == "dangling" and id[:2] == "vs")
    wanted = Wanted(frozenset({Condition.DANGLING}), older_than=0.0)

    with planned_gc(world.options, wanted, saves=True) as found:
        user = Leaking(count=1_000)
        user.assistant(store)
        user.write(world.server)
        report = apply(found)

    failed = {one.id: one.error for one in report.outcomes if one.error}
    assert "refers to it." in failed[store]
    assert told(world)[store] == "in use"
    held = {row["id"] for row in world.rows("vector_stores", store)}
    assert len(held) == 8
    assert held <= set(judged(world))


def _stored(world: World, store: str, file: str) -> None:
    """Put a file into a store, as somebody else's program does."""
    headers = {"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}
    path, body = f"/v1/vector_stores/{store}/files", {"file_id": file}
    assert Client(world.server).post(path, json=body, headers=headers).status_code == 200


@pytest.mark.parametrize("way", ["at once", "saved"])
def test_a_file_that_somebody_put_into_a_store_since_is_kept_though_nothing_names_the_store(
    world: World, way: str
) -> None:
    small(world)
    made = seeded(world.server, 1, ("a.md", 13))
    leaks = {id for id, (condition, _) in made.expected.items() if condition == "dangling"}
    objects = judged(world)
    file = next(id for id in sorted(leaks) if objects[id].kind == "file" and objects[id].users)
    empty = next(id for id, (condition, _) in made.expected.items() if condition == "empty")
    wanted = Wanted(frozenset({Condition.DANGLING}), older_than=0.0)

    with planned_gc(world.options, wanted, saves=True) as found:
        save(found, FILE)
        _stored(world, empty, file)
        if way == "at once":
            report = apply(found)
            failed = {one.id: str(one.error) for one in report.outcomes if one.error}
            assert f"vector_store {empty} refers to it, and stays." in failed[file]
        else:
            with pytest.raises(Exception, match=f"{empty} refers to it, and stays"):
                world.apply_file(FILE)

    assert file in judged(world)


def test_a_plan_file_that_names_a_needed_object_is_refused(world: World) -> None:
    small(world)
    with surveyed(world.options) as found:
        needed = {
            f"{one.kind} {one.id}": one.condition.value
            for one in found.survey.objects
            if not one.condition.is_a_class
        }
    assert set(needed.values()) == {"declared", "in use"}

    with replanned(world.options, {"ids": needed}, Overrides()) as planned:
        refused = {one.subject for one in planned.plan.refusals}

    assert refused >= needed.keys()


@pytest.mark.parametrize("change", ["name", "use"])
def test_a_saved_plan_is_refused_once_a_leak_has_moved(world: World, change: str) -> None:
    small(world)
    made = seeded(world.server, 1, ("a.md", 13))
    saved(world, Wanted(frozenset({Condition.EMPTY}), older_than=0.0))
    store = next(id for id, (condition, _) in made.expected.items() if condition == "empty")
    path, body = f"/v1/vector_stores/{store}", {"name": "mine"}
    if change == "use":
        file = next(id for id in sorted(made.needed) if id.startswith("file-"))
        path, body = f"{path}/files", {"file_id": file}
    headers = {"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}
    assert Client(world.server).post(path, json=body, headers=headers).status_code == 200

    with pytest.raises(Exception, match=r"edited|is dangling now"):
        world.apply_file(FILE)
    assert store in judged(world)


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked", "plain"])
def test_after_a_kill_at_any_request_of_an_apply_gc_tells_what_was_left(
    world: World, tmp_path: Path, is_marked: bool
) -> None:
    world.put("docs/a.md", "All about A.\n")
    world.put("docs/rates.csv", "a,b\n1,2\n")
    interpreter = {"type": "code_interpreter", "files": ["rates"]}
    world.write(
        [
            STACK,
            manifest("File", "rates", path="docs/rates.csv"),
            manifest("VectorStore", "library", files=["docs/a.md"]),
            manifest("Assistant", "clerk", model="gpt-6.1-terra", tools=[interpreter]),
        ]
    )
    if is_marked:
        path = world.manifests / "all.yaml"
        text = path.read_text("utf-8")
        path.write_text(
            text.replace("default_target: local", "default_target: local\n  file_names: marked"),
            "utf-8",
        )
    snapshot = tmp_path / "snapshot.sqlite"
    world.server = world.app = create_app(snapshot)
    foreign = Leaking()
    theirs = foreign.file(filename="theirs.md")
    foreign.write(world.server)
    world.server.close()

    left = 0
    for data in kill_at_every_request(tmp_path, snapshot, "after", 1):
        world.server = world.app = create_app(data)
        files = {row["id"] for row in world.rows("files")} - {theirs}
        found = judged(world)
        known = (Condition.IN_USE, Condition.DECLARED)
        loose = {id for id in files if found[id].condition not in known}
        left += len(loose)
        assert found[theirs].condition is Condition.UNKNOWABLE
        word = Condition.DANGLING if is_marked else Condition.UNANSWERED
        assert {found[id].condition for id in loose} <= {word}
        report = collected(world)
        assert report.succeeded
        assert ({row["id"] for row in world.rows("files")} & loose == set()) is (
            is_marked or not loose
        )
        assert theirs in {row["id"] for row in world.rows("files")}
        world.server.close()
    assert left


def test_a_noted_leak_goes_once_its_time_is_over_and_nobody_came_to_need_it(
    world: World, tmp_path: Path
) -> None:
    small(world)
    made = seeded(world.server, 1, ("a.md", 13))
    world.options = replace(world.options, ledger=str(tmp_path / "ledger.db"))
    orphans = {i for i, (_, whose) in made.expected.items() if whose == "this stack"}
    later = replace(EVERYTHING, quarantine=86_400.0)
    at_once = replace(EVERYTHING, quarantine=0.0)
    allowed = Overrides(max_delete_percent=100)

    with planned_gc(world.options, later, overrides=allowed) as found:
        assert found.plan.changes == ()
        assert "noted-for-later" in {one.code.name for one in found.plan.diagnostics}
    assert orphans <= set(judged(world))
    with planned_gc(world.options, at_once, overrides=allowed) as found:
        assert apply(found).succeeded
    assert orphans.isdisjoint(judged(world))


def responses(world: World) -> None:
    """The same stack as releases, whose stores and files are on the account."""
    first(world)
    on_releases(world)


def on_releases(world: World) -> None:
    text = (world.manifests / "all.yaml").read_text("utf-8")
    target = "runtime: responses\n      releases: ./releases\n      retire_after: 0s"
    world.put("all.yaml", text.replace("runtime: assistants", target))


@pytest.mark.parametrize("begin", [first, responses, hosted_stacks.first], ids=["a", "r", "hosted"])
def test_after_an_apply_nothing_leaks_on_any_runtime(
    world: World, begin: Callable[[World], None]
) -> None:
    begin(world)
    world.converge()

    found = judged(world)

    assert found
    assert set(told(world).values()) <= {"declared", "in use"}
    assert {one.whose.value for one in found.values()} == {"this stack"}


@pytest.mark.parametrize("begin", [first, responses], ids=["assistants", "responses"])
def test_an_orphan_goes_with_gc_as_it_would_with_apply(
    world: World, begin: Callable[[World], None]
) -> None:
    begin(world)
    world.converge()
    kept_documents = [one for one in documents() if one["metadata"]["name"] != "analyst"]
    world.write(kept_documents)
    if begin is responses:
        on_releases(world)
    orphans = Wanted(frozenset({Condition.ORPHAN}), older_than=0.0)

    assert [id for id, word in told(world).items() if word == "orphan"]
    assert collected(world, orphans).succeeded

    assert "delete assistant.analyst" not in changes(world.plan())
    assert "declared" in told(world).values()
