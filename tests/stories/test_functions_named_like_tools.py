"""Functions may have the names of the platform's own tools: real assistants have such functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.address import Address
from provisioner.verbs.adopt.run import planned_adoption
from provisioner.verbs.apply import run as applying
from provisioner.verbs.pull.run import pull
from tests.support.stories import STACK, changes, manifest

if TYPE_CHECKING:
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


def function(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": f"Our own {name}."}}


NAMED = [{"type": "code_interpreter"}, function("web_search"), function("code_interpreter")]


def test_they_live_beside_the_tools_of_their_names(world: World) -> None:
    world.write(
        [STACK, manifest("Assistant", "clerk", model="gpt-6.1-terra", name="c", tools=NAMED)]
    )
    world.converge()
    (row,) = world.rows("assistants")
    assert [tool["type"] for tool in row["tools"]] == ["code_interpreter", "function", "function"]
    assert [tool["function"]["name"] for tool in row["tools"][1:]] == [
        "web_search",
        "code_interpreter",
    ]


def test_an_edit_of_one_is_shown_at_its_path_and_touches_no_other(world: World) -> None:
    clerk = manifest("Assistant", "clerk", model="gpt-6.1-terra", name="c", tools=NAMED)
    world.write([STACK, clerk])
    world.converge()
    edited = function("web_search")
    edited["function"]["description"] = "Another."
    clerk["spec"]["tools"] = [NAMED[0], edited, NAMED[2]]
    world.write([STACK, clerk])
    (change,) = world.plan().changes
    assert [field.path for field in change.fields] == ["tools[function:web_search].description"]
    world.converge()


def test_one_can_be_ignored_by_the_path_that_the_plan_prints(world: World) -> None:
    clerk = manifest("Assistant", "clerk", model="gpt-6.1-terra", name="c", tools=NAMED)
    world.write([STACK, clerk])
    world.converge()
    (row,) = world.rows("assistants")
    row["tools"][1]["function"]["description"] = "By hand."
    with world.client as client:
        client.beta.assistants.update(row["id"], tools=row["tools"])
    assert len(changes(world.plan())) == 1
    clerk["spec"]["lifecycle"] = {"ignore_changes": ["tools[function:web_search]"]}
    world.write([STACK, clerk])
    assert changes(world.plan()) == []


@pytest.mark.parametrize("name", ["web_search", "file_search", "code_interpreter"])
def test_an_assistant_that_has_one_keeps_it_when_it_is_adopted(world: World, name: str) -> None:
    with world.client as client:
        tools: Any = [function(name)]
        made = client.beta.assistants.create(model="gpt-6.1-terra", name="c", tools=tools)
    world.write(
        [STACK, manifest("Assistant", "clerk", model="gpt-6.1-terra", name="c", tools=tools)]
    )
    clerk = Address("assistant", "clerk")
    with planned_adoption(world.options, clerk, made.id) as found:
        assert applying.apply(found).succeeded

    world.converge()
    (row,) = world.rows("assistants")
    assert row["id"] == made.id
    assert [tool["function"]["name"] for tool in row["tools"]] == [name]


def test_pull_keeps_them(world: World) -> None:
    row = {"object": "assistant", "id": "asst_1", "name": "c", "model": "m", "tools": NAMED}
    pull(json.dumps([row]).encode(), world.root / "out")
    texts = "".join(path.read_text() for path in (world.root / "out").rglob("*.yaml"))
    assert "web_search" in texts
    assert texts.count("type: function") == 2
