"""A Python caller may apply a plan, unless a guard refuses it."""

from pathlib import Path

import pytest

from provisioner.model.address import Address
from provisioner.model.errors import PlanRefused
from provisioner.model.overrides import Overrides
from provisioner.verbs.apply import run as applying
from provisioner.verbs.plan import planned
from tests.support.stories import STACK, World, manifest, new_world, watched, writes

KEPT = {"prevent_destroy": True}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A protected assistant is live and no manifest declares it any more."""
    world = new_world(tmp_path, monkeypatch)
    world.write([STACK, manifest("Assistant", "a", model="m", lifecycle=KEPT)])
    world.converge()
    world.write([STACK, manifest("Assistant", "b", model="m")])
    return world


def test_a_plan_that_a_guard_stands_against_is_refused_and_nothing_is_written(world: World) -> None:
    faulty = watched(world)
    with planned(world.options) as found, pytest.raises(PlanRefused, match="protected"):
        applying.apply(found)
    assert writes(faulty) == []


def test_what_lifts_the_guard_is_said_when_it_is_planned(world: World) -> None:
    overrides = Overrides(unprotect=frozenset({Address("assistant", "a")}))
    with planned(world.options, overrides=overrides) as found:
        assert applying.apply(found).succeeded
    assert world.addresses() == ["assistant.b"]
