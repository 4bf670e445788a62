"""The order of steps: made before pointed to, pointed away before removed, and never a circle."""

from collections.abc import Iterable
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any

import pytest

from provisioner.engine.order import Phase, graph, steps
from provisioner.model.plan import Change
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.value import Reference, RemoteId
from tests.engine import build
from tests.engine.build import SEARCH, applied, assistant, desired, document, live, plan, store
from tests.engine.chance import Random, chance
from tests.engine.test_plan import CODE, live_file

USER = assistant(tools={"file_search": SEARCH})


def waits(changes: Iterable[Change]) -> dict[str, set[str]]:
    def spell(key: tuple[object, Phase, str]) -> str:
        return f"{key[1]} {key[0]}" + (f" {key[2]}" if key[1] is Phase.REMOVE else "")

    edges = graph(steps(changes))
    return {spell(key): set(map(spell, needs)) for key, needs in edges.items()}


def test_what_is_referred_to_is_made_first() -> None:
    found = waits(plan(desired(USER, store()), live()).changes)

    assert found == {
        "make assistant.qa": {"make vector_store.library"},
        "make vector_store.library": set(),
    }


def test_what_is_referred_to_is_removed_last() -> None:
    found = waits(plan({}, live(applied(USER), applied(store()))).changes)

    assert found == {
        "remove assistant.qa id-qa": set(),
        "remove vector_store.library id-library": {"remove assistant.qa id-qa"},
    }


def test_a_replace_makes_points_and_only_then_removes() -> None:
    wanted = desired(USER, store(description="new"))

    found = waits(plan(wanted, live(applied(USER), applied(store()))).changes)

    assert found == {
        "make vector_store.library": set(),
        "make assistant.qa": {"make vector_store.library"},
        "remove vector_store.library id-library": {
            "make vector_store.library",
            "make assistant.qa",
        },
    }


def test_an_older_generation_goes_once_nobody_points_to_it() -> None:
    old = RemoteId("vector_store", "old", build.LIBRARY)
    user = build.edited(applied(USER), tools={"file_search": {**SEARCH, "vector_store": old}})
    there = replace(live(user, applied(store())), surplus=(applied(store(), id="old"),))

    found = waits(plan(desired(USER, store()), there).changes)

    assert found == {
        "make assistant.qa": set(),
        "remove vector_store.library old": {"make assistant.qa"},
    }


def test_a_file_goes_once_its_stores_and_assistants_have_let_go() -> None:
    user = assistant(tools=CODE)
    shelf = store(document("f", source="table"))
    there_store = replace(
        applied(shelf),
        documents={"f": build.applied_document(document("f", source="table"), file_id="id-table")},
    )
    there = live(applied(user), there_store, live_file(build.file("table")))

    found = waits(plan(desired(assistant(), store()), there).changes)

    assert found["remove file.table id-table"] == {
        "make assistant.qa",
        "make vector_store.library",
    }


def test_steps_know_their_phases() -> None:
    wanted = desired(assistant("new"), assistant("kept", temperature=0.5), store(description="x"))
    there = live(applied(assistant("kept")), applied(store()), applied(assistant("orphan")))

    found = steps(plan(wanted, there).changes)

    assert sorted((str(s.change.address), s.phase.value) for s in found) == [
        ("assistant.kept", "make"),
        ("assistant.new", "make"),
        ("assistant.orphan", "remove"),
        ("vector_store.library", "make"),
        ("vector_store.library", "remove"),
    ]


def random_sides(chance: Random) -> tuple[Desired, Live]:
    """Stores and assistants, each on either side or both, pointing anywhere."""
    stores = [store(name=f"s{n}") for n in range(4)]
    wanted, there, surplus = [], [], []
    for one in stores:
        if chance.random() < 0.7:
            there.append(applied(one))
        if chance.random() < 0.3:
            surplus.append(applied(one, id=f"older-{one.address.name}"))
        if chance.random() < 0.7:
            changed: dict[str, Any] = {"description": "new"} if chance.random() < 0.5 else {}
            wanted.append(store(name=one.address.name, **changed))
    declared = [one.address for one in wanted]
    for n in range(6):
        for side in (wanted, there):
            if declared and chance.random() < 0.7:
                target = chance.choice(declared)
                tool = {**SEARCH, "vector_store": Reference(target)}
                if side is there and chance.random() < 0.3:
                    tool["vector_store"] = RemoteId("vector_store", f"older-{target.name}", target)
                resource = assistant(f"a{n}", tools={"file_search": tool})
                if side is wanted:
                    wanted.append(resource)
                else:
                    there.append(build.edited(applied(resource), tools={"file_search": tool}))
    return desired(*wanted), replace(live(*there), surplus=tuple(surplus))


@pytest.mark.parametrize("seed", range(50))
def test_there_is_always_an_order(seed: int) -> None:
    changes = plan(*random_sides(chance(seed))).changes
    edges = graph(steps(changes))

    order = list(TopologicalSorter(edges).static_order())

    assert set(order) == set(edges)
    for change in changes:
        if change.live is not None and change.action.removes:
            removed = order.index((change.address, Phase.REMOVE, change.live.id))
            makes = [key for key in order if key[:2] == (change.address, Phase.MAKE)]
            assert all(order.index(key) < removed for key in makes)
