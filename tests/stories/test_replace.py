"""`--replace ADDRESS` over HTTP: knowledge never goes dark, secrets go out again, releases too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.plan import planned
from tests.stories import hosted_stacks as hosted
from tests.support.hosted import row_of
from tests.support.stories import STACK, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from tests.support.stories import World

LIBRARY, DEPOT, CLERK = (
    Address("vector_store", "library"),
    Address("credential", "depot"),
    Address("assistant", "clerk"),
)


def test_a_store_is_filled_before_it_takes_the_place_of_the_old_one(world: World) -> None:
    world.put("docs/a.md", "a")
    search = [{"type": "file_search", "vector_store": "library"}]
    world.write(
        [
            STACK,
            manifest("VectorStore", "library", name="Library", files=[{"glob": "docs/*.md"}]),
            manifest("Assistant", "clerk", model="gpt-4.1", tools=search),
        ]
    )
    world.converge()
    before = world.ids()

    report = world.apply(replace=[LIBRARY])

    assert report.succeeded, failures(report)
    [shelf] = world.rows("vector_stores")
    assert shelf["id"] not in before.values()
    assert len(world.rows("vector_stores", shelf["id"])) == len(world.rows("files")) == 1
    [clerk] = world.rows("assistants")
    assert clerk["id"] in before.values()
    assert clerk["tool_resources"]["file_search"]["vector_store_ids"] == [shelf["id"]]
    assert changes(world.plan()) == []


def test_a_secret_that_somebody_rotated_is_sent_once_more(world: World, tmp_path: Path) -> None:
    hosted.first(world)
    world.converge()
    id = row_of(world, "credential.depot")["id"]
    faulty = watched(world)
    assert changes(world.plan(replace=[DEPOT])) == ["update credential.depot token_env"]
    assert writes(faulty) == []

    report = world.apply(replace=[DEPOT])

    assert report.succeeded, failures(report)
    assert row_of(world, "credential.depot")["id"] == id
    assert len(set(writes(faulty))) == 1
    assert changes(world.plan()) == []

    with planned(world.options, overrides=Overrides(replace=[DEPOT])) as found:
        save(found, tmp_path / "plan.json")
    assert hosted.TOKEN not in (tmp_path / "plan.json").read_text()
    assert world.apply_file(tmp_path / "plan.json").succeeded
    hosted.check(world)


def test_a_release_is_published_once_more(world: World) -> None:
    responses: dict[str, Any] = {
        **STACK,
        "spec": {
            "default_target": "live",
            "targets": {"live": {"runtime": "responses", "server": "embedded"}},
        },
    }
    world.write([responses, manifest("Assistant", "clerk", model="gpt-6.1-terra")])
    world.converge()

    report = world.apply(replace=[CLERK])

    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
