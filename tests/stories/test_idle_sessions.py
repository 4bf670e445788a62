"""Sessions of agents, which applications call by their ids: found by age and metadata, and deleted by a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.gc.candidates import Wanted
from provisioner.model.leaks import Condition
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.apply.run import apply, planned_from_file
from provisioner.verbs.gc.plan import planned_gc
from provisioner.verbs.gc.survey import surveyed
from tests.support.stories import STACK

if TYPE_CHECKING:
    from tests.support.stories import World

DAY = 86_400.0
IDLE = frozenset({Condition.IDLE})
AGENTS = {"runtime": "agents", "server": "embedded"}


@pytest.fixture
def world(world: World) -> World:
    stack: dict[str, Any] = {**STACK, "spec": {**STACK["spec"], "targets": {"local": AGENTS}}}
    agent = {"apiVersion": "provisioner/v1", "kind": "Assistant", "metadata": {"name": "clerk"}}
    world.write([stack, {**agent, "spec": {"name": "Clerk", "model": "gpt-6.1-terra"}}])
    return world


def session(world: World, **metadata: str) -> str:
    sessions = world.client.beta.agents.sessions
    made = sessions.create(
        agent={"model": "gpt-6.1-terra"},
        environment={"type": "none"},
        input="Hello",
        metadata=metadata,
    )
    return str(made.id)


def later(world: World, seconds: float) -> None:
    world.server._settings.clock.ahead += seconds


def conditions(world: World) -> dict[str, Condition]:
    with surveyed(world.options) as found:
        return {one.id: one.condition for one in found.survey.objects if one.kind == "session"}


def chosen(world: World, wanted: Wanted) -> list[str]:
    with planned_gc(world.options, wanted, saves=True) as found:
        return sorted(change.live.id for change in found.plan.changes if change.live)


def test_idle_sessions_are_chosen_by_age_and_metadata_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, other = session(world, app="helpdesk"), session(world, app="shop")
    later(world, 40 * DAY)
    young = session(world, app="helpdesk")
    monkeypatch.setattr("provisioner.inventory.everything.time", world.server._settings.clock)
    monkeypatch.setattr("provisioner.inventory.time", world.server._settings.clock)

    assert conditions(world) == dict.fromkeys((old, other, young), Condition.IDLE)
    month, helpdesk = 30 * DAY, {"app": "helpdesk"}
    assert chosen(world, Wanted(IDLE, older_than=month)) == sorted([old, other])
    assert chosen(world, Wanted(IDLE, older_than=month, metadata=helpdesk)) == [old]
    leaks = frozenset(one for one in Condition if one.is_leak)
    assert chosen(world, Wanted(leaks, older_than=0)) == []

    file = Path("clean.json")
    with planned_gc(
        world.options, Wanted(IDLE, older_than=month, metadata=helpdesk), saves=True
    ) as found:
        save(found, file)
    with planned_from_file(file, world.options) as found:
        assert apply(found).succeeded
    assert set(conditions(world)) == {other, young}
