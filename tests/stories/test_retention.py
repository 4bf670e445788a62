"""Many applies while time goes by: nothing goes that may be in use, and nothing stays forever."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from provisioner import inventory
from provisioner.emulator import create_app
from provisioner.providers import RELEASES
from provisioner.providers.releases import Registry
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from tests.stories.test_runtimes import registry
from tests.support.stories import STACK, changes, failures, manifest

if TYPE_CHECKING:
    from tests.support.stories import World

HOUR = 3600.0
RETIRE_AFTER = 24 * HOUR
KEPT = 10


class Clock:
    """The clock of everybody: publishers, the server, whoever plans."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        monkeypatch.setattr(time, "time", self)
        # These two took hold of the real one when they were imported.
        monkeypatch.setattr(inventory, "time", self)
        defaults = {**(Registry.__init__.__kwdefaults__ or {}), "clock": self}
        monkeypatch.setattr(Registry.__init__, "__kwdefaults__", defaults)
        world.server.close()
        world.server = world.app = create_app(clock=self)

    def __call__(self) -> float:
        return self.now


def edition(world: World, number: int) -> None:
    """Everything is another one each time: the store is replaced, and so is the file."""
    world.put("docs/a.md", f"All about A, {number}.\n")
    world.put("docs/rates.csv", f"a,b\n{number},2\n")
    chunking = {"max_chunk_size_tokens": 400 + number, "chunk_overlap_tokens": 100}
    target = {"runtime": "responses", "server": "embedded", "retire_after": "24h"}
    search = {"type": "file_search", "vector_store": "library"}
    code = {"type": "code_interpreter", "files": ["rates"]}
    world.write(
        [
            {**STACK, "spec": {"targets": {"new": target}, "file_names": "marked"}},
            manifest("File", "rates", path="docs/rates.csv"),
            manifest(
                "VectorStore",
                "library",
                files=["docs/a.md"],
                chunking_strategy={"type": "static", "static": chunking},
            ),
            manifest("Assistant", "clerk", model="gpt-6.1-terra", tools=[search, code]),
        ]
    )


def apply(world: World) -> None:
    report = world.apply(max_delete_percent=100)
    assert report.succeeded, failures(report)


def ids(world: World) -> set[str]:
    return {row["id"] for kind in ("vector_stores", "files") for row in world.rows(kind)}


def named(params: Any) -> set[str]:
    """Ids of stores and files in the parameters of a request."""
    (search, code) = params["tools"]
    return {*search["vector_store_ids"], *code["container"]["file_ids"]}


@pytest.mark.parametrize("every", [2 * HOUR, 9 * HOUR])
def test_what_an_application_loaded_is_there_for_a_day_and_the_account_does_not_grow(
    world: World, monkeypatch: pytest.MonkeyPatch, every: float
) -> None:
    clock = Clock(world, monkeypatch)
    in_use: list[tuple[float, set[str]]] = []
    sizes = []

    for number in range(24):
        edition(world, number)
        apply(world)
        there = ids(world)
        lost = [need - there for at, need in in_use if clock.now - at < RETIRE_AFTER]
        assert not any(lost), number
        sizes.append(len(there))
        clock.now += every
        (current,) = registry(world).current().values()
        # It was current until just now: somebody may have loaded it a moment ago.
        in_use.append((clock.now, named(current.params)))

    kept = max(KEPT, int(RETIRE_AFTER / every) + 1) + 2
    assert max(sizes) <= 3 * kept, sizes
    assert sizes[-1] == sizes[-5]


def test_a_destroyed_stack_leaves_tombstones_that_a_later_apply_removes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(world, monkeypatch)
    for number in range(3):
        edition(world, number)
        apply(world)
    with planned_destroy(world.options) as end:
        assert applying.apply(end).succeeded

    assert ids(world) == set()
    assert [one.deleted for one in registry(world).history()] == [True]

    clock.now += 2 * RETIRE_AFTER
    world.write([manifest_stack(), manifest("Assistant", "other", model="gpt-6.1-terra")])
    apply(world)
    assert [one.id for one in registry(world).history()] == ["k3v9q0x7dp/default/other"]


def manifest_stack() -> dict[str, Any]:
    target = {"runtime": "responses", "server": "embedded"}
    return {**STACK, "spec": {"targets": {"new": target}, "file_names": "marked"}}


def test_a_registry_that_is_not_there_lets_nothing_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is not mounted looks like a registry that nobody has published to."""
    clock = Clock(world, monkeypatch)
    for number in range(3):
        edition(world, number)
        apply(world)
        clock.now += 2 * RETIRE_AFTER
    before = ids(world)
    shutil.move(RELEASES, "away")

    plan = world.plan()

    assert changes(plan) == ["create assistant.clerk", "create file.rates"]
    assert [d.summary for d in plan.diagnostics] == [
        "the release registry is empty, but objects that releases may use exist"
    ]
    shutil.move("away", RELEASES)
    plan = world.plan()
    assert changes(plan) == []
    assert plan.diagnostics == ()
    assert ids(world) == before
