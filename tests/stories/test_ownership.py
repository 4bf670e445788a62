"""An object of ours is deleted with its manifest, and an object of others is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.drift import drift
from tests.stories.stacks import PLACES, TEXTS, documents, first, replaced, updated, written
from tests.support.stories import Refused, changes, every_kind, failures, watched, writes

if TYPE_CHECKING:
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
MOVES_BY_ITSELF = {"last_active_at", "expires_at"}


def foreigners(world: World) -> dict[str, Any]:
    """Objects that somebody else made here, of the same names as ours, and what they look like."""
    with world.client as client:
        files = [
            client.files.create(file=(path.rpartition("/")[2], text.encode()), purpose="assistants")
            for path, text in TEXTS.items()
        ]
        documents_, table = [file.id for file in files[:-1]], files[-1].id
        store = client.vector_stores.create(
            name="library", file_ids=documents_, metadata={"owner": "them"}
        )
        for name in ("clerk", "analyst"):
            client.beta.assistants.create(
                model="gpt-6.1-terra",
                name=name,
                tools=[{"type": "file_search"}, {"type": "code_interpreter"}],
                tool_resources={
                    "file_search": {"vector_store_ids": [store.id]},
                    "code_interpreter": {"file_ids": [table]},
                },
                metadata={"owner": "them", "provisioner.note": "not a mark"},
            )
    return {path: lasting(row) for path, row in world.account().items()}


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in MOVES_BY_ITSELF}


def untouched(world: World, foreign: dict[str, Any]) -> bool:
    account = world.account()
    return {path: lasting(account[path]) for path in foreign if path in account} == foreign


def test_foreign_objects_of_the_same_names_are_untouched_by_everything(world: World) -> None:
    foreign = foreigners(world)
    for change in (first, updated, first, replaced):
        change(world)
        world.plan()
        assert untouched(world, foreign)
        world.converge(new_objects=every_kind(world.options))
        assert world.addresses() == PLACES
        assert untouched(world, foreign)
    drift(world.options)
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert {path: lasting(row) for path, row in world.account().items()} == foreign


def test_a_create_beside_a_namesake_is_refused_and_offers_to_adopt_it(world: World) -> None:
    foreign = foreigners(world)
    first(world)
    with pytest.raises(Refused) as refused:
        world.apply()
    said = str(refused.value)
    assert said.count("provisioner adopt assistant.") == 2
    assert "provisioner adopt vector_store.library" in said
    assert untouched(world, foreign)


@pytest.mark.parametrize("gone", ["assistant.clerk", "assistant.analyst"])
def test_a_manifest_removed_is_one_delete_with_its_reason(world: World, gone: str) -> None:
    first(world)
    world.converge()
    name = gone.partition(".")[2]
    kept = [d for d in documents() if d["metadata"]["name"] != name]
    written(world, kept, TEXTS)

    plan = world.plan()

    assert [(str(c.address), c.action.word, c.reason) for c in plan.changes][:1] == [
        (gone, "delete", "orphan")
    ]
    # The analyst's File goes with the last who refers to it.
    assert {str(c.address) for c in plan.changes} <= {gone, "file.rates"}
    world.converge()
    assert world.addresses() == [place for place in PLACES if place != gone]
    assert world.dangling() == set()


def test_a_store_and_all_that_refers_to_it_removed_go_in_order(world: World) -> None:
    first(world)
    world.converge()
    kept = [d for d in documents() if d["metadata"]["name"] not in {"clerk", "library"}]
    written(world, kept, TEXTS)
    assert changes(world.plan()) == ["delete assistant.clerk", "delete vector_store.library"]
    world.converge()
    assert world.dangling() == set()
    assert [row["filename"] for row in world.rows("files")] == ["rates.csv"]


def test_a_protected_resource_outlives_its_manifest(world: World) -> None:
    made_of = documents()
    made_of[-1]["spec"]["lifecycle"] = {"prevent_destroy": True}
    written(world, made_of, TEXTS)
    world.converge()
    written(world, made_of[:-1], TEXTS)
    faulty = watched(world)
    with pytest.raises(Refused, match=": protected"):
        world.apply()
    assert writes(faulty) == []


def test_a_foreign_document_in_a_store_of_ours_stays_attached(world: World) -> None:
    first(world)
    world.converge()
    store = world.ids()["vector_stores/library"]
    with world.client as client:
        theirs = client.files.create(file=("theirs.md", b"Theirs.\n"), purpose="assistants")
        client.vector_stores.files.create(store, file_id=theirs.id)
    assert changes(world.plan()) == []
    updated(world)
    world.converge()
    assert theirs.id in {row["id"] for row in world.rows("vector_stores", store)}


def test_a_file_that_somebody_else_uses_too_is_forgotten_and_not_deleted(world: World) -> None:
    first(world)
    world.converge()
    rates = next(row["id"] for row in world.rows("files") if row["filename"] == "rates.csv")
    with world.client as client:
        client.beta.assistants.create(
            model="gpt-6.1-terra",
            name="theirs",
            tools=[{"type": "code_interpreter"}],
            tool_resources={"code_interpreter": {"file_ids": [rates]}},
        )
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert [row["id"] for row in world.rows("files")] == [rates]
