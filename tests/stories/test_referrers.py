"""Somebody else uses what is ours: it is kept and forgotten, and whoever uses it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from tests.stories.hosted_stacks import HOSTED
from tests.stories.hosted_stacks import first as hosted
from tests.support.hosted import addresses, id_of, rows
from tests.support.stories import STACK, changes, failures, manifest, watched

if TYPE_CHECKING:
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
KB = manifest("VectorStore", "kb", files=["docs/a.md"])


def asking(name: str) -> dict[str, object]:
    return manifest(
        "Assistant",
        name,
        model="gpt-6.1-terra",
        tools=[{"type": "file_search", "vector_store": "kb"}],
    )


def searched(world: World) -> str:
    """Ours, applied; and an assistant that somebody made by hand, which searches our store."""
    world.put("docs/a.md", "All about A.\n")
    world.write([STACK, KB, asking("a"), manifest("Assistant", "b", model="gpt-6.1-terra")])
    world.converge()
    store = world.rows("vector_stores")[0]["id"]
    with world.client as client:
        theirs = client.beta.assistants.create(
            model="gpt-6.1-terra",
            name="Theirs",
            tools=[{"type": "file_search"}],
            tool_resources={"file_search": {"vector_store_ids": [store]}},
        )
    return theirs.id


def test_a_store_that_a_foreign_assistant_searches_is_kept_and_forgotten(world: World) -> None:
    theirs = searched(world)
    files = world.rows("files")
    (store,) = world.rows("vector_stores")
    world.write([STACK, manifest("Assistant", "b", model="gpt-6.1-terra")])

    plan = world.plan()

    assert changes(plan) == ["delete assistant.a", "forget vector_store.kb"]
    assert [r.id for r in plan.changes[1].referrers] == [theirs]
    report = world.apply()
    assert report.succeeded, failures(report)
    (kept,) = world.rows("vector_stores")
    assert (kept["id"], kept["file_counts"]["total"]) == (store["id"], 1)
    assert kept["metadata"] == {}
    assert world.rows("files") == files
    assert changes(world.plan()) == []


def test_a_store_that_is_replaced_stays_while_a_foreign_assistant_searches_it(
    world: World,
) -> None:
    theirs = searched(world)
    (old,) = world.rows("vector_stores")
    cut = {"max_chunk_size_tokens": 400, "chunk_overlap_tokens": 100}
    other = manifest(
        "VectorStore",
        "kb",
        files=["docs/a.md"],
        chunking_strategy={"type": "static", "static": cut},
    )
    world.write([STACK, other, asking("a"), manifest("Assistant", "b", model="gpt-6.1-terra")])

    report = world.apply()

    assert report.succeeded, failures(report)
    assert len(world.rows("vector_stores")) == 2
    plan = world.plan()
    assert changes(plan) == []
    assert [one.code.name for one in plan.diagnostics] == ["still-in-use"]
    with world.client as client:
        client.beta.assistants.delete(theirs)
    world.converge()
    assert old["id"] not in {row["id"] for row in world.rows("vector_stores")}


def test_destroy_names_who_still_uses_what_it_leaves(world: World) -> None:
    theirs = searched(world)

    with planned_destroy(world.options) as found:
        assert [r.id for c in found.plan.changes for r in c.referrers] == [theirs]
        report = applying.apply(found)

    assert report.succeeded, failures(report)
    assert [row["id"] for row in world.rows("assistants")] == [theirs]
    assert len(world.rows("vector_stores")) == 1
    assert world.addresses() == []


def test_what_a_foreign_automation_and_a_foreign_template_use_is_kept(world: World) -> None:
    hosted(world)
    world.converge()
    agent, desk = id_of(world, "assistant.clerk"), id_of(world, "environment_template.desk")
    skill = id_of(world, "skill.refunds")
    with world.client as client:
        agents = client.beta.agents
        theirs = agents.automations.create(
            name="theirs",
            type="periodic",
            expression="0 8 * * *",
            timezone="UTC",
            target={
                "type": "new_session",
                "agent_id": agent,
                "environment": {"type": "openai_hosted", "environment_template_id": desk},
                "input": [{"role": "user", "content": [{"type": "input_text", "text": "Go."}]}],
            },
        )
        template = agents.environments.templates.create(
            name="theirs", skills=[{"type": "skill_reference", "skill_id": skill}]
        )
    world.write([HOSTED, manifest("Vault", "lonely")])

    plan = world.plan()

    work = {line.partition(" ")[2]: line.partition(" ")[0] for line in changes(plan)}
    assert work["assistant.clerk"] == "forget"
    assert work["environment_template.desk"] == "forget"
    assert work["automation.weekly"] == "delete"
    assert "skill.refunds" not in work, "its mark is a part of its content: it stays ours"
    named = {r.id for c in plan.changes for r in c.referrers}
    assert theirs.id in named
    assert template.id in str([one.detail for one in plan.diagnostics])
    report = world.apply()
    assert report.succeeded, failures(report)
    assert {row["id"] for row in rows(world, "assistant")} == {agent}
    assert desk in {row["id"] for row in rows(world, "environment_template")}
    assert {row["id"] for row in rows(world, "skill")} == {skill}
    assert addresses(world) == ["skill.refunds", "vault.lonely"]


def test_a_session_that_names_our_agent_keeps_it(world: World) -> None:
    hosted(world)
    world.converge()
    agent = id_of(world, "assistant.clerk")
    vault = id_of(world, "vault.shop")
    with world.client as client:
        session = client.beta.agents.sessions.create(
            agent_id=agent, environment={"type": "none"}, vault_ids=[vault], input="Hello."
        )
    world.write([HOSTED, manifest("Vault", "lonely")])

    plan = world.plan()

    forgotten = {str(c.address): c for c in plan.changes if c.action.word == "forget"}
    assert {"assistant.clerk", "vault.shop"} <= forgotten.keys()
    assert session.id in {r.id for r in forgotten["vault.shop"].referrers}
    assert forgotten["vault.shop"].referrers[0].kind in ("session", "assistant", "credential")
    report = world.apply()
    assert report.succeeded, failures(report)
    assert agent in {row["id"] for row in rows(world, "assistant")}


def test_a_plan_that_deletes_nothing_does_not_ask_for_sessions(world: World) -> None:
    hosted(world)
    faulty = watched(world)

    world.converge()

    assert not [call for call in faulty.calls if call.path.endswith("/agents/sessions")]


def shared(world: World, **guards: int) -> str:
    """A File of ours, applied, and somebody's store that holds the same upload."""
    world.put("rates.csv", "a,b\n1,2\n")
    head = {**STACK, "spec": {**STACK["spec"], "guards": guards}} if guards else STACK
    code = [{"type": "code_interpreter", "files": ["rates"]}]
    world.write(
        [
            head,
            manifest("File", "rates", path="rates.csv"),
            manifest("Assistant", "a", model="gpt-6.1-terra", tools=code),
        ]
    )
    world.converge()
    (file,) = world.rows("files")
    with world.client as client:
        client.vector_stores.create(name="theirs", file_ids=[file["id"]])
    world.write([head, manifest("Assistant", "a", model="gpt-6.1-terra")])
    return str(file["id"])


def test_a_file_that_somebody_elses_store_holds_is_forgotten(world: World) -> None:
    file = shared(world)
    (theirs,) = world.rows("vector_stores")

    plan = world.plan()

    (change,) = [c for c in plan.changes if c.address.kind == "file"]
    assert change.action.word == "forget"
    assert [r.id for r in change.referrers] == [theirs["id"]]
    assert world.apply(overwrite_drift=True).succeeded
    assert [row["id"] for row in world.rows("files")] == [file]
    assert changes(world.plan()) == []


def test_a_file_that_nobody_may_ask_about_is_left_for_gc(world: World) -> None:
    file = shared(world, max_reads=0)

    report = world.apply(overwrite_drift=True)

    assert report.succeeded, failures(report)
    assert [row["id"] for row in world.rows("files")] == [file]
    (said,) = [one for one in report.diagnostics if one.code.name == "files-left-for-gc"]
    assert file in said.detail
