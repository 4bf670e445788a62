"""An object that somebody deleted is drift on every runtime; what is known of it is said, and no more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.verbs.drift import drift
from tests.support.stories import STACK, changes, manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stories import Json, World

BOT = Address("assistant", "bot")


def written(world: World, runtime: str, *more: Json, **spec: object) -> None:
    target = {"runtime": runtime, "server": "embedded"}
    stack = {**STACK, "spec": {"default_target": "here", "targets": {"here": target}}}
    world.write([stack, manifest("Assistant", "bot", model="gpt-6.1-terra", **spec), *more])


def delete_assistant(world: World) -> None:
    with world.client as client, pytest.deprecated_call():
        client.beta.assistants.delete(world.rows("assistants")[0]["id"])


def delete_release(world: World) -> None:
    shutil.rmtree(world.root / ".provisioner" / "releases" / "k3v9q0x7dp")


def delete_agent(world: World) -> None:
    with world.client as client:
        (agent,) = client.beta.agents.list()
        client.beta.agents.delete(agent.id)


BY_HAND = {"assistants": delete_assistant, "responses": delete_release, "agents": delete_agent}


@pytest.mark.parametrize(("runtime", "by_hand"), BY_HAND.items(), ids=BY_HAND)
def test_what_is_declared_and_not_live_is_drift(
    world: World, runtime: str, by_hand: Callable[[World], None]
) -> None:
    written(world, runtime)
    world.apply()
    assert drift(world.options).is_empty

    by_hand(world)

    found = drift(world.options)
    assert not found.is_empty
    assert [(one.address, one.deleted) for one in found.absent] == [(BOT, False)]
    assert changes(world.plan())[0] == "create assistant.bot"


def test_an_automation_that_still_names_its_agent_proves_that_it_was_deleted(world: World) -> None:
    target = {"type": "new_session", "agent": "bot", "input": "Report."}
    weekly = manifest(
        "Automation",
        "weekly",
        type="periodic",
        expression="0 8 * * 1",
        timezone="UTC",
        target=target,
    )
    written(world, "agents", weekly)
    world.apply()

    delete_agent(world)

    (absent,) = drift(world.options).absent
    assert (absent.address, absent.named_by) == (BOT, (Address("automation", "weekly"),))


@pytest.mark.parametrize("runtime", ["assistants", "responses"])
def test_a_store_that_an_assistant_still_names_was_deleted(world: World, runtime: str) -> None:
    world.put("kb.md", "# Days off\n\n28.\n")
    store = manifest("VectorStore", "kb", files=["kb.md"])
    written(world, runtime, store, tools=[{"type": "file_search", "vector_store": "kb"}])
    world.apply()

    with world.client as client:
        client.vector_stores.delete(world.rows("vector_stores")[0]["id"])

    found = drift(world.options)
    assert [(str(a.address), a.named_by) for a in found.absent] == [("vector_store.kb", (BOT,))]


@pytest.mark.parametrize("runtime", ["assistants", "responses"])
def test_files_of_others_in_our_store_are_counted_and_are_no_drift(
    world: World, runtime: str
) -> None:
    world.put("kb.md", "# Days off\n\n28.\n")
    written(world, runtime, manifest("VectorStore", "kb", files=["kb.md"]))
    world.apply()

    with world.client as client:
        file = client.files.create(file=("theirs.md", b"# Theirs"), purpose="assistants")
        client.vector_stores.files.create(
            file_id=file.id, vector_store_id=world.rows("vector_stores")[0]["id"]
        )

    found = drift(world.options)
    assert dict(found.plan.foreign_documents) == {Address("vector_store", "kb"): 1}
    assert found.is_empty
