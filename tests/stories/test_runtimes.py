"""The sample manifests, unchanged but for the target, on every runtime of the embedded server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.providers.releases import open_registry
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.drift import drift
from provisioner.verbs.show.run import show_all
from tests.runtimes.test_samples import DROPS
from tests.support.stories import causes, changes, failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.providers.releases import Registry
    from provisioner.verbs._shared.session import RunOptions
    from tests.support.stories import World

QA, LIBRARY = Address("assistant", "policy-qa"), Address("vector_store", "policy-library")
HANDBOOK = Address("vector_store", "sales-handbook")
ASSISTANTS = {"assistant.order-support", "assistant.policy-qa", "assistant.sales-analyst"}
OTHERS = "Answer in verse."


def on(world: World, runtime: str, settings: str = "") -> RunOptions:
    """The samples, with one more target, chosen."""
    world.copy_samples()
    drop = f"drop: {json.dumps(DROPS[runtime])}"
    target = f"    new: {{runtime: {runtime}, server: embedded, {drop}{settings}}}\n"
    stack = world.manifests / "stack.yaml"
    text = stack.read_text("utf-8").replace("  targets:\n", f"  targets:\n{target}", 1)
    stack.write_text(text, "utf-8")
    return replace(world.options, target="new")


def registry(world: World) -> Registry:
    return open_registry(world.root / ".provisioner" / "releases")


def edit_assistant(world: World) -> None:
    with world.client as client:
        ids = {row["name"]: row["id"] for row in world.rows("assistants")}
        with pytest.deprecated_call():
            client.beta.assistants.update(ids["Policy Q&A"], instructions=OTHERS)


def edit_release(world: World) -> None:
    releases = registry(world)
    (current,) = releases.current("k3v9q0x7dp/default/policy-qa").values()
    releases.publish(replace(current, params={**current.params, "instructions": OTHERS}))


def edit_agent(world: World) -> None:
    with world.client as client:
        (agent,) = (a for a in client.beta.agents.list() if a.name == "Policy Q&A")
        client.beta.agents.update(agent.id, instructions=OTHERS)


EDITS = {"assistants": edit_assistant, "responses": edit_release, "agents": edit_agent}


@pytest.mark.parametrize(("runtime", "edit"), EDITS.items(), ids=EDITS)
def test_the_samples_live_and_go_again(
    world: World, runtime: str, edit: Callable[[World], None]
) -> None:
    options = on(world, runtime)
    world.mark_names()
    first = changes(world.plan(options))
    assert all(line.startswith("create ") for line in first)
    assert {f"create {address}" for address in ASSISTANTS} <= set(first)

    report = world.apply(options)
    assert report.succeeded, failures(report)
    assert changes(world.plan(options)) == []
    assert drift(options).is_empty

    edit(world)
    found = drift(options).plan
    assert changes(found) == ["update assistant.policy-qa instructions"]
    assert causes(found) == {"drift"}
    report = world.apply(options, overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan(options)) == []

    with planned_destroy(options, overrides=Overrides(unprotect={QA})) as end:
        assert end.plan.standing == ()
        assert len(end.plan.changes) == len(first)
        assert applying.apply(end).succeeded
    assert world.account() == {}
    assert changes(world.plan(options)) == first


@pytest.mark.parametrize("runtime", EDITS)
def test_what_is_protected_stays(world: World, runtime: str) -> None:
    options = on(world, runtime)
    world.apply(options)

    with planned_destroy(options) as end:
        (refusal,) = end.plan.standing

    assert refusal.told == "assistant.policy-qa: protected, and this plan would delete it"


def cut_anew(world: World) -> None:
    """A change that no store can be updated to."""
    path = world.manifests / "knowledge.yaml"
    text = path.read_text("utf-8")
    assert "max_chunk_size_tokens: 800" in text
    path.write_text(text.replace("max_chunk_size_tokens: 800", "max_chunk_size_tokens: 900"))


def stores(world: World, name: str) -> list[str]:
    return [row["id"] for row in world.rows("vector_stores") if row["name"] == name]


def states(options: RunOptions, address: Address) -> dict[str, str]:
    return {row.id: row.state for row in show_all(options) if row.address == address}


@pytest.mark.parametrize(
    ("retire_after", "kept_releases", "stays"),
    [
        pytest.param("24h", 1, True, id="for it was replaced a moment ago"),
        pytest.param("0s", 10, True, id="for a retained release names it"),
        pytest.param("0s", 1, False, id="no longer, for neither is so"),
    ],
)
def test_a_replaced_store_stays_as_long_as_applications_may_use_it(
    world: World, retire_after: str, kept_releases: int, stays: bool
) -> None:
    options = on(world, "responses", f", retire_after: {retire_after}")
    world.apply(options)
    (old,) = stores(world, "Acme policy library")
    cut_anew(world)

    report = world.apply(options)

    assert report.succeeded, failures(report)
    assert report.counts["replaced"] == 1
    assert old in stores(world, "Acme policy library")
    assert len(stores(world, "Acme policy library")) == 2
    registry(world).prune(keep=kept_releases, younger_than=0)
    assert changes(world.plan(options)) == ([] if stays else ["delete vector_store.policy-library"])
    assert states(options, LIBRARY)[old] == "retired"
    assert world.apply(options).succeeded
    assert (old in stores(world, "Acme policy library")) is stays
    assert len(stores(world, "Acme policy library")) == 1 + stays


def test_a_store_of_no_manifest_stays_while_a_release_names_it(world: World) -> None:
    options = on(world, "responses")
    world.apply(options)
    (old,) = stores(world, "Sales handbook")
    for name in ("sales-analyst", "product-studio"):
        (world.manifests / "assistants" / f"{name}.yaml").unlink()
    knowledge = world.manifests / "knowledge.yaml"
    documents = knowledge.read_text("utf-8").split("\n---\n")
    kept = [text for text in documents if "name: sales-handbook" not in text]
    assert len(kept) == len(documents) - 1
    knowledge.write_text("\n---\n".join(kept), "utf-8")

    report = world.apply(options, max_delete_percent=100)

    assert report.succeeded, failures(report)
    assert list(states(options, HANDBOOK).items()) == [(old, "retired")]
    assert changes(world.plan(options)) == []
    registry(world).prune(keep=1, younger_than=0)
    assert changes(world.plan(options)) == [
        "delete file.metrics",
        "delete vector_store.sales-handbook",
    ]


def test_an_apply_keeps_the_ten_newest_releases(world: World) -> None:
    options = on(world, "responses", ", retire_after: 0s")
    prompt = world.manifests / "prompts" / "policy-qa.md"

    for number in range(12):
        prompt.write_text(f"Answer in {number + 1} words.\n", encoding="utf-8")
        assert world.apply(options).succeeded

    numbers = registry(world).numbers("k3v9q0x7dp/default")
    assert numbers["k3v9q0x7dp/default/policy-qa"] == [*range(3, 13)]
    assert numbers["k3v9q0x7dp/default/order-support"] == [1]


def test_a_retired_store_does_not_keep_everything_from_being_destroyed(world: World) -> None:
    options = on(world, "responses")
    world.mark_names()
    world.apply(options)
    cut_anew(world)
    world.apply(options)

    with planned_destroy(options, overrides=Overrides(unprotect={QA})) as end:
        assert end.plan.standing == ()
        assert applying.apply(end).succeeded

    assert world.account() == {}
