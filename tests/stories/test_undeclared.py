"""A value that somebody sets by hand is shown, kept, and accepted, on every runtime."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.plan import Since
from provisioner.providers.releases import open_registry
from provisioner.verbs.drift import drift
from provisioner.verbs.show.run import show_all
from tests.support.stories import STACK, changes, failures, manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stories import World

CALCULATOR = {
    "type": "function",
    "name": "calculate",
    "description": "",
    "parameters": {"type": "object"},
}


def written(world: World, runtime: str, **spec: Any) -> None:
    target = {"runtime": runtime, "server": "embedded"}
    stack = {**STACK, "spec": {"default_target": "here", "targets": {"here": target}}}
    world.write([stack, manifest("Assistant", "bot", model="gpt-6.1-terra", **spec)])


def set_on_assistant(world: World, *, dial: float, tool: bool = False) -> None:
    with world.client as client, pytest.deprecated_call():
        (row,) = world.rows("assistants")
        tools: Any = [{"type": "code_interpreter"}] if tool else []
        client.beta.assistants.update(row["id"], top_p=dial, tools=tools)


def set_on_release(world: World, *, dial: float, tool: bool = False) -> None:
    registry = open_registry(world.root / ".provisioner" / "releases")
    (current,) = registry.current("k3v9q0x7dp/default/bot").values()
    params = {**current.params, "top_p": dial}
    params |= {"tools": [{"type": "web_search"}]} if tool else {}
    registry.publish(replace(current, params=params))


def set_on_agent(world: World, *, dial: float, tool: bool = False) -> None:
    with world.client as client:
        (agent,) = client.beta.agents.list()
        effort: Any = {0.3: "max", 0.4: "low"}[dial]
        tools: Any = [CALCULATOR] if tool else []
        client.beta.agents.update(agent.id, reasoning={"effort": effort}, tools=tools)


HANDS = {"assistants": set_on_assistant, "responses": set_on_release, "agents": set_on_agent}
DIALS = {"assistants": "top_p", "responses": "top_p", "agents": "reasoning_effort"}
TOOLS = {"assistants": "tools[code_interpreter]", "responses": "tools[web_search]", "agents": "tools[calculate]"}  # fmt: skip
everywhere = pytest.mark.parametrize(("runtime", "by_hand"), HANDS.items(), ids=HANDS)


@everywhere
def test_what_nobody_declared_is_seen_and_left_alone(
    world: World, runtime: str, by_hand: Callable[..., None]
) -> None:
    written(world, runtime)
    world.apply()
    assert world.plan().undeclared == ()

    by_hand(world, dial=0.3, tool=True)

    found = drift(world.options)
    assert {value.path for value in found.plan.undeclared} == {DIALS[runtime], TOOLS[runtime]}
    assert not found.is_empty
    assert changes(world.plan()) == []
    assert [row.state for row in show_all(world.options)] == ["undeclared values"]


@everywhere
def test_only_an_agreement_moves_the_baseline(
    world: World, runtime: str, by_hand: Callable[..., None]
) -> None:
    written(world, runtime)
    world.apply()
    by_hand(world, dial=0.3, tool=True)

    written(world, runtime, instructions="Be brief.")
    report = world.apply()
    assert report.succeeded, failures(report)
    assert {v.since for v in drift(world.options).plan.undeclared} == {Since.MOVED}
    report = world.apply(accept_undeclared=True)
    assert report.succeeded, failures(report)
    assert drift(world.options).is_empty
    assert [row.state for row in show_all(world.options)] == ["in sync"]

    by_hand(world, dial=0.4, tool=True)
    assert [v.path for v in drift(world.options).plan.undeclared] == [DIALS[runtime]]


@everywhere
def test_a_value_that_is_declared_after_all_is_the_manifests(
    world: World, runtime: str, by_hand: Callable[..., None]
) -> None:
    written(world, runtime)
    world.apply()
    by_hand(world, dial=0.3)
    world.apply(accept_undeclared=True)

    written(world, runtime, **{DIALS[runtime]: "high" if runtime == "agents" else 0.5})
    assert changes(world.plan()) == [f"update assistant.bot {DIALS[runtime]}"]
    assert world.plan().standing == ()
    world.converge()
    assert world.plan().undeclared == ()
