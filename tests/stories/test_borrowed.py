"""Borrowed objects: referred to by their ids; never changed, marked or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.errors import ProvisionerError
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.drift import drift
from provisioner.verbs.show.run import show_all
from tests.stories.hosted_stacks import HOSTED, SKILL
from tests.support.hosted import listed
from tests.support.stories import STACK, Refused, changes, failures, manifest

if TYPE_CHECKING:
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
RESPONSES = {
    **STACK,
    "spec": {"targets": {"new": {"runtime": "responses", "server": "embedded"}}},
}


def lent(world: World) -> tuple[str, str]:
    """A store and a file of somebody else's."""
    with world.client as client:
        store = client.vector_stores.create(name="theirs")
        file = client.files.create(file=("rates.csv", b"a,b\n1,2\n"), purpose="assistants")
    return store.id, file.id


def borrowing(head: Any, store: str, file: str, store_name: str = "kb") -> list[Any]:
    tools = [
        {"type": "file_search", "vector_store": store_name},
        {"type": "code_interpreter", "files": ["rates"]},
    ]
    return [
        head,
        manifest("VectorStore", store_name, id=store),
        manifest("File", "rates", id=file),
        manifest("Assistant", "clerk", model="gpt-6.1-terra", tools=tools),
    ]


@pytest.mark.parametrize("head", [STACK, RESPONSES], ids=["assistants", "responses"])
def test_tools_refer_to_a_store_and_a_file_of_somebody_else(world: World, head: Any) -> None:
    store, file = lent(world)
    before = world.rows("vector_stores"), world.rows("files")
    world.write(borrowing(head, store, file))
    assert [change.split()[:2] for change in changes(world.plan())] == [
        ["create", "assistant.clerk"]
    ]
    world.converge()
    assert drift(world.options).is_empty
    shown = {str(row.address): (row.id, row.state) for row in show_all(world.options)}
    assert shown["vector_store.kb"] == (store, "borrowed")
    assert shown["file.rates"] == (file, "borrowed")
    assert (world.rows("vector_stores"), world.rows("files")) == before
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert (world.rows("vector_stores"), world.rows("files")) == before


def test_another_id_and_another_name_are_the_manifest_s_business(world: World) -> None:
    store, file = lent(world)
    world.write(borrowing(STACK, store, file))
    world.converge()
    world.write(borrowing(STACK, store, file, store_name="library"))
    assert changes(world.plan()) == []
    other, _ = lent(world)
    world.write(borrowing(STACK, other, file))
    plan = world.plan()
    assert changes(plan) == ["update assistant.clerk tools[file_search].vector_store"]
    assert {cause.value for cause in plan.changes[0].causes} == {"manifest"}
    world.save(world.root / "plan.json")
    report = world.apply_file(world.root / "plan.json")
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    (clerk,) = world.rows("assistants")
    assert clerk["tool_resources"]["file_search"] == {"vector_store_ids": [other]}


@pytest.mark.parametrize("gone", ["store", "file"])
def test_one_that_is_gone_is_an_error_at_its_line(world: World, gone: str) -> None:
    store, file = lent(world)
    with world.client as client:
        if gone == "store":
            client.vector_stores.delete(store)
        else:
            client.files.delete(file)
    world.write(borrowing(STACK, store, file))
    with pytest.raises(Refused, match=r"all\.yaml:\d+:1: error: (vector_store.kb|file.rates)"):
        world.apply()
    assert world.rows("assistants") == []


def test_what_is_ours_is_not_borrowed(world: World) -> None:
    world.put("a.md", "A.\n")
    world.write([STACK, manifest("VectorStore", "kb", files=["a.md"])])
    world.converge()
    (store,) = world.rows("vector_stores")
    world.write(
        [
            STACK,
            manifest("VectorStore", "theirs", id=store["id"]),
            manifest("Assistant", "clerk", model="gpt-6.1-terra"),
        ]
    )
    with pytest.raises(Refused, match=r"borrowed-is-ours"):
        world.apply()
    assert world.rows("vector_stores") == [store]


def test_agents_take_a_vault_a_skill_and_a_template_of_somebody_else(world: World) -> None:
    with world.client as client:
        skill = client.skills.create(files=[("refunds/SKILL.md", SKILL.format("x").encode())])
        vault = client.beta.agents.vaults.create(name="theirs")
        template = client.beta.agents.environments.templates.create(name="theirs")
    place = {"type": "openai_hosted", "template": "desk"}
    world.write(
        [
            HOSTED,
            manifest("Skill", "refunds", id=skill.id),
            manifest("Vault", "shop", id=vault.id),
            manifest("EnvironmentTemplate", "desk", id=template.id),
            manifest("EnvironmentTemplate", "own", skills=[{"skill": "refunds"}]),
            manifest("Assistant", "clerk", model="gpt-6.1-terra", session={"environment": place}),
            manifest(
                "Automation",
                "weekly",
                type="periodic",
                expression="0 8 * * 1",
                timezone="UTC",
                target={
                    "type": "new_session",
                    "agent": "clerk",
                    "input": "Report.",
                    "environment": place,
                    "vaults": ["shop"],
                },
                paused=True,
            ),
        ]
    )
    world.converge()
    assert drift(world.options).is_empty
    (automation,) = listed(world, "agents/automations")
    assert automation["target"]["vault_ids"] == [vault.id]
    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert [row["id"] for row in listed(world, "vaults")] == [vault.id]


def test_a_saved_plan_is_void_once_an_id_that_it_sends_is_gone(world: World) -> None:
    store, file = lent(world)
    world.write(borrowing(STACK, store, file))
    world.save(world.root / "plan.json")
    with world.client as client:
        client.vector_stores.delete(store)

    with pytest.raises(
        ProvisionerError, match=f"refers to {store}, which no longer exists on this target"
    ):
        world.apply_file(world.root / "plan.json")

    assert world.rows("assistants") == []
