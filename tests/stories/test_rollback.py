"""rollback: an older release counts again, and from then on it is drift."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import provisioner
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.verbs._shared.history import history
from provisioner.verbs.apply import run as applying
from provisioner.verbs.drift import drift
from provisioner.verbs.rollback.release import planned_rollback
from tests.stories.test_runtimes import cut_anew, on, registry, states, stores
from tests.support.stories import (
    STACK,
    Refused,
    causes,
    changes,
    copy_of,
    failures,
    manifest,
    new_world,
    paths,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioner.verbs._shared.session import RunOptions
    from tests.support.stories import World

QA, LIBRARY = Address("assistant", "policy-qa"), Address("vector_store", "policy-library")
ANALYST, RATES = Address("assistant", "sales-analyst"), Address("file", "sales-orders")
STORE = "tools[file_search].vector_store"
NAME = "Acme policy library"
RELEASED = {
    **STACK,
    "spec": {"targets": {"new": {"runtime": "responses", "server": "embedded"}}},
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, RunOptions]]:
    """Three releases of one assistant, in a world that is copied for each story."""
    with pytest.MonkeyPatch.context() as patch:
        world = new_world(tmp_path_factory.mktemp("released"), patch)
        made = on(world, "responses")
        for number in (1, 2, 3):
            prompt(world, number)
            assert world.apply(made).succeeded
    yield world, made
    world.server.close()


@pytest.fixture
def options(released: tuple[World, RunOptions], world: World) -> RunOptions:
    """Three releases of one assistant."""
    first, made = released
    shutil.copytree(first.root, world.root, dirs_exist_ok=True)
    world.server.close()
    world.server = world.app = copy_of(first.server)
    return made


def prompt(world: World, number: int) -> None:
    path = world.manifests / "prompts" / "policy-qa.md"
    path.write_text(f"Prompt {number}.\n", encoding="utf-8")


def back(options: RunOptions, to: int | None = None, address: Address = QA) -> tuple[int, int]:
    """Roll back, as `rollback --yes` does: the number of the copy, and of the original."""
    with planned_rollback(options, address, to) as found:
        assert not found.plan.is_empty
        report = applying.apply(found)
        assert report.succeeded, failures(report)
        (outcome,) = report.outcomes
        return outcome.release, int(found.plan.arguments["to"])


@pytest.mark.parametrize(("to", "says"), [(None, 2), (1, 1)])
def test_an_older_release_counts_again(
    world: World, options: RunOptions, to: int | None, says: int
) -> None:
    assert back(options, to) == (4, says)

    loaded = provisioner.load("policy-qa", target="new")
    assert loaded.params()["instructions"] == f"Prompt {says}.\n"
    assert changes(world.plan(options)) == ["update assistant.policy-qa instructions"]


def test_what_becomes_different_is_shown_before(options: RunOptions) -> None:
    with planned_rollback(options, QA, 1) as found:
        (change,) = found.plan.changes

    assert [(f.path, f.live, f.desired) for f in change.fields] == [
        ("instructions", "Prompt 3.\n", "Prompt 1.\n")
    ]


def test_a_rollback_is_drift_that_a_plain_apply_does_not_undo(
    world: World, options: RunOptions
) -> None:
    back(options, 1)

    found = drift(options).plan
    assert changes(found) == ["update assistant.policy-qa instructions"]
    assert causes(found) == {"drift"}
    with pytest.raises(
        Refused, match=r"assistant\.policy-qa: rolled back to an older release"
    ) as why:
        world.apply(options)
    for way in ("into the manifest", "--overwrite-drift", "plan --out"):
        assert way in str(why.value)
    assert provisioner.load("policy-qa", target="new").params()["instructions"] == "Prompt 1.\n"

    assert world.apply(options, overwrite_drift=True).succeeded
    assert changes(world.plan(options)) == []
    assert provisioner.load("policy-qa", target="new").params()["instructions"] == "Prompt 3.\n"
    assert history(options, QA)[0].published.rolled_back_to == 0


def test_a_manifest_that_says_what_was_rolled_back_to_is_no_drift(
    world: World, options: RunOptions
) -> None:
    back(options, 1)
    prompt(world, 1)

    assert changes(world.plan(options)) == []
    assert world.apply(options).succeeded
    assert drift(options).is_empty


def test_a_saved_plan_that_shows_it_may_undo_it(world: World, options: RunOptions) -> None:
    back(options, 1)
    file = world.root / "plan.json"
    world.save(file, options)

    assert world.apply_file(file).succeeded
    assert changes(world.plan(options)) == []


def test_a_rollback_after_a_plan_was_saved_makes_that_plan_void(
    world: World, options: RunOptions
) -> None:
    prompt(world, 4)
    file = world.root / "plan.json"
    world.save(file, options)
    back(options, 1)

    with pytest.raises(ProvisionerError, match="instructions"):
        world.apply_file(file)


def test_every_field_that_came_back_is_drift_and_goes_again(world: World) -> None:
    options = replace(world.options, target="new")
    lookup = {"type": "function", "function": {"name": "lookup"}}
    world.write(
        [
            RELEASED,
            manifest(
                "Assistant",
                "policy-qa",
                model="gpt-6.1-terra",
                description="Answers.",
                temperature=0.2,
                response_format={"type": "json_object"},
                tools=[lookup],
                metadata={"owner": "people-ops", "tier": "one"},
            ),
        ]
    )
    assert world.apply(options).succeeded
    before = provisioner.load("policy-qa", target="new").params()
    bare = manifest(
        "Assistant", "policy-qa", model="gpt-6.1-terra", top_p=1, metadata={"tier": "two"}
    )
    world.write([RELEASED, bare])
    assert world.apply(options).succeeded
    after = provisioner.load("policy-qa", target="new").params()

    back(options)

    assert provisioner.load("policy-qa", target="new").params() == before
    found = drift(options).plan
    assert causes(found) == {"drift"}
    assert paths(found) == {
        *("description", "temperature", "top_p", "response_format.type", "tools[lookup]"),
        *("metadata.owner", "metadata.tier"),
    }
    with pytest.raises(Refused, match="rolled back to an older release"):
        world.apply(options)
    assert world.apply(options, overwrite_drift=True).succeeded
    params = provisioner.load("policy-qa", target="new").params()
    assert {name: value for name, value in params.items() if value != []} == {
        name: value for name, value in after.items() if value != []
    }
    assert changes(world.plan(options)) == []


def test_a_rollback_to_a_replaced_store_is_drift_too(world: World) -> None:
    options = on(world, "responses", ", retire_after: 0s")
    world.apply(options)
    (old,) = stores(world, NAME)
    cut_anew(world)
    assert world.apply(options).succeeded

    back(options)

    found = drift(options).plan
    assert (changes(found), causes(found)) == ([f"update assistant.policy-qa {STORE}"], {"drift"})
    with pytest.raises(Refused, match="rolled back to an older release"):
        world.apply(options)
    registry(world).prune(keep=1, younger_than=0)
    assert changes(world.plan(options)) == [f"update assistant.policy-qa {STORE}"]
    assert states(options, LIBRARY)[old] == "retired"
    assert world.apply(options, overwrite_drift=True).succeeded
    assert changes(world.plan(options)) == []


def test_an_old_store_is_let_go_once_the_manifest_says_what_came_back_with_it(
    world: World,
) -> None:
    options = on(world, "responses")
    prompt(world, 1)
    world.apply(options)
    prompt(world, 2)
    cut_anew(world)
    assert world.apply(options).succeeded
    back(options)
    assert paths(drift(options).plan) == {"instructions", STORE}

    prompt(world, 1)

    plan = world.plan(options)
    assert (changes(plan), causes(plan)) == ([f"update assistant.policy-qa {STORE}"], {"reference"})
    report = world.apply(options)
    assert report.succeeded, failures(report)
    assert changes(world.plan(options)) == []


def test_a_rollback_to_a_file_that_was_changed_is_drift_until_the_file_is_as_it_was(
    world: World,
) -> None:
    options = on(world, "responses")
    world.apply(options)
    upload, targets = code_files("sales-analyst")
    path = rates(world)
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    report = world.apply(options)
    assert report.succeeded, failures(report)
    assert upload not in code_files("sales-analyst")

    back(options, address=ANALYST)

    assert code_files("sales-analyst") == [upload, targets]
    found = drift(options).plan
    assert causes(found) == {"drift"}
    assert paths(found) == {f"tools[code_interpreter].files[{RATES.name}]"}
    path.write_bytes(before)
    # Who was not rolled back still works on the other file.
    assert changes(world.plan(options)) == [
        f"update assistant.product-studio tools[code_interpreter].files[{RATES.name}]"
    ]


def rates(world: World) -> Path:
    return world.manifests / "knowledge" / "sales" / "orders.csv"


def code_files(name: str) -> list[str]:
    tools = provisioner.load(name, target="new").params()["tools"]
    (code,) = [tool for tool in tools if tool["type"] == "code_interpreter"]
    return list(code["container"]["file_ids"])


def test_a_rollback_of_a_rollback_goes_further_back_and_to_undo_it_names_the_number(
    world: World, options: RunOptions
) -> None:
    assert back(options) == (4, 2)
    assert back(options) == (5, 1)
    with (
        pytest.raises(ProvisionerError, match="no release to go back to"),
        planned_rollback(options, QA),
    ):
        pass
    assert back(options, 3) == (6, 3)
    assert changes(world.plan(options)) == []
    assert [entry.published.rolled_back_to for entry in history(options, QA)] == [3, 1, 2, 0, 0, 0]


def test_rolling_back_twice_to_the_same_changes_nothing(options: RunOptions) -> None:
    back(options, 1)

    with planned_rollback(options, QA, 1) as found:
        assert found.plan.is_empty
    assert len(history(options, QA)) == 4


def test_a_rollback_of_what_somebody_else_has_published_is_refused(options: RunOptions) -> None:
    with planned_rollback(options, QA, 1) as found:
        back(options, 2)
        report = applying.apply(found)
    assert "somebody else published in the meantime" in failures(report)
    assert len(history(options, QA)) == 4


def test_a_release_that_is_not_kept_is_named(options: RunOptions) -> None:
    with (
        pytest.raises(
            ProvisionerError, match=r"assistant\.policy-qa release 9: there is no such release"
        ) as why,
        planned_rollback(options, QA, 9),
    ):
        pass
    assert "The releases that are kept: 3, 2, 1." in str(why.value)


def test_a_deleted_assistant_is_not_rolled_back(world: World, options: RunOptions) -> None:
    registry(world).delete("k3v9q0x7dp/default/policy-qa")

    with (
        pytest.raises(ProvisionerError, match=r"assistant\.policy-qa: it was deleted"),
        planned_rollback(options, QA, 1),
    ):
        pass
    assert world.apply(options).succeeded
    with pytest.raises(ProvisionerError, match="is a deletion"), planned_rollback(options, QA, 4):
        pass
    assert back(options, 1) == (6, 1)


def test_a_release_whose_store_is_gone_is_refused_and_says_which(world: World) -> None:
    options = on(world, "responses")
    world.apply(options)
    (old,) = stores(world, NAME)
    cut_anew(world)
    world.apply(options)
    with world.client as client:
        client.vector_stores.delete(old)

    with (
        pytest.raises(
            ProvisionerError, match="release 1: the release names what is not there"
        ) as why,
        planned_rollback(options, QA),
    ):
        pass
    assert f"{STORE} ({old})" in str(why.value)


def test_a_release_whose_file_is_gone_is_refused_and_says_which(world: World) -> None:
    options = on(world, "responses")
    world.apply(options)
    upload, _ = code_files("sales-analyst")
    path = rates(world)
    path.write_bytes(path.read_bytes() + b"\n")
    world.apply(options)
    with world.client as client:
        client.files.delete(upload)

    with (
        pytest.raises(
            ProvisionerError, match="release 1: the release names what is not there"
        ) as why,
        planned_rollback(options, ANALYST),
    ):
        pass
    assert f"files[{RATES.name}] ({upload})" in str(why.value)


def test_where_there_is_only_one_there_is_nothing_to_go_back_to(options: RunOptions) -> None:
    with (
        pytest.raises(ProvisionerError, match="no release to go back to"),
        planned_rollback(options, Address("assistant", "order-support")),
    ):
        pass


def test_other_runtimes_have_no_releases(options: RunOptions) -> None:
    with (
        pytest.raises(ProvisionerError, match="has no releases here"),
        planned_rollback(replace(options, target=None), QA),
    ):
        pass
