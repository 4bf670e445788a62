"""A fleet of 400 and sixty edits in YAML, planned over HTTP: each danger stands first in the plan.

The edits are those of `tests/render/test_fleet_plans.py`, written as patches of an environment. What
only this story finds is a danger that gets lost between YAML, a live side of 400 and the screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.address import Address
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import FORMATS
from provisioner.render.view import view_of
from tests.render.test_fleet_plans import (
    DANGEROUS,
    FLEET,
    MANIFEST,
    SCREEN,
    TENANT,
    TONE,
    edited,
    fleet,
)
from tests.support.stories import API

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.resource import Resource
    from tests.support.stories import Json, World

FORMATS_READ = ("text", "markdown")
"""The formats that a person reads from the top."""
BEYOND = {"another tool added", "an allowed domain", "no approval", "another server"}
"""Edits of tools that the Assistants wire does not have: the room of `render` has these too."""
STACK: Json = {
    "apiVersion": API,
    "kind": "Stack",
    "metadata": {"name": "acme", "id": "k3v9q0x7dp"},
    "spec": {
        "default_target": "local",
        "targets": {
            "local": {
                "runtime": "assistants",
                "server": "embedded",
                "drop": [f"tools[{name}]" for name in ("web_search", "mcp", "shell")],
            }
        },
    },
}


@pytest.fixture
def fleet_of_400(world: World) -> World:
    """A fleet of 400 that one apply has brought to the embedded server."""
    rows = "".join(f"t{n:03},Tenant {n:03} Inc\n" for n in range(FLEET))
    write_stack(world, [])
    world.put("support.yaml", MANIFEST)
    world.put("tone.md", TONE)
    world.put("tenant.md", TENANT)
    world.put("tenants.csv", f"key,name\n{rows}")
    world.options = replace(world.options, environment="live")
    assert world.apply().succeeded
    return world


def write_stack(world: World, patches: list[Json]) -> None:
    spec = {**STACK["spec"], "environments": {"live": {"patches": patches}}}
    world.write({"stack.yaml": [{**STACK, "spec": spec}]})


def patch(before: Resource, after: Resource) -> Json:
    """Return the merge patch that a person would write for an edit."""
    moved = {
        key: after.spec.get(key)
        for key in before.spec.keys() | after.spec.keys()
        if before.spec.get(key) != after.spec.get(key)
    }
    if "tools" in moved:
        moved["tools"] = [as_written(name, tool) for name, tool in after.spec["tools"].items()]
    if before.lifecycle != after.lifecycle:
        moved["lifecycle"] = {"prevent_destroy": after.lifecycle.prevent_destroy}
    return moved


def as_written(name: str, tool: Mapping[str, Any]) -> Json:
    """Return a tool as a manifest writes it: `name` is what the normal form calls it by."""
    inner = {key: value for key, value in tool.items() if key != "type"}
    match tool["type"]:
        case "function":
            return {"type": "function", "function": {"name": name, **inner}}
        case "mcp":
            return {"type": "mcp", "server_label": name, **inner}
        case other:
            return {"type": other, **inner}


def test_every_danger_among_sixty_edits_stands_within_the_first_sixty_lines(
    fleet_of_400: World,
) -> None:
    before = fleet()
    after, dangerous = edited(before, 1, DANGEROUS.keys() - BEYOND)
    patches: list[Json] = [
        {"address": str(address), "spec": patch(before[address], one)}
        for address, one in after.items()
        if one != before[address]
    ]
    write_stack(fleet_of_400, patches)
    made = fleet_of_400.plan()

    assert len(patches) == 60
    assert len(dangerous) > 15
    assert sorted(change.address for change in made.changes) == sorted(
        Address.parse(one["address"]) for one in patches
    )
    for name in FORMATS_READ:
        told = FORMATS[name].renderers[Shape.PLAN](view_of(made), Layout()).splitlines()[:SCREEN]
        for address, danger in dangerous.items():
            assert any(str(address) in line and DANGEROUS[danger][1] in line for line in told), (
                f"{name}: {address}: {danger}\n" + "\n".join(told)
            )
