"""The sample manifests: planned, applied, and nothing left to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.model.address import Address
from provisioner.model.errors import PlanRefused
from provisioner.model.overrides import Overrides
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.drift import drift
from provisioner.verbs.plan import planned
from tests.support.stories import changes, failures, in_environment, watched, writes

if TYPE_CHECKING:
    from tests.support.stories import World

ENVIRONMENTS = pytest.mark.parametrize("environment", [None, "dev", "prod"])
OURS = [
    "assistant.order-support",
    "assistant.policy-qa",
    "assistant.product-studio",
    "assistant.sales-analyst",
    "assistant.shop-operator",
    "vector_store.policy-library",
    "vector_store.sales-handbook",
]


@ENVIRONMENTS
def test_the_samples_are_planned_applied_and_then_there_is_nothing_to_do(
    world: World, environment: str | None
) -> None:
    world.copy_samples()
    options = in_environment(world, environment)
    first = changes(world.plan(options))
    assert len(first) == len(OURS) + 3
    assert all(line.startswith("create ") for line in first)

    report = world.apply(options)

    assert report.succeeded, failures(report)
    assert report.counts["created"] == len(first)
    assert world.addresses() == OURS
    assert world.dangling() == set()
    again = world.plan(options)
    assert changes(again) == []
    assert again.undeclared == ()
    assert drift(options).is_empty


@ENVIRONMENTS
def test_a_second_apply_sends_no_write(world: World, environment: str | None) -> None:
    world.copy_samples()
    options = in_environment(world, environment)
    world.apply(options)
    before = world.account()
    faulty = watched(world)

    report = world.apply(options)

    assert set(report.requests) == {"GET"}
    assert writes(faulty) == []
    assert world.account() == before


def test_planning_is_the_same_twice_and_only_reads(world: World) -> None:
    world.copy_samples()
    faulty = watched(world)
    with planned(world.options) as found:
        first = found.plan
        assert set(found.session.provider.requests) == {"GET"}
    assert world.plan() == first
    assert writes(faulty) == []


def test_environments_live_beside_each_other_on_one_account(world: World) -> None:
    world.copy_samples()
    for environment in (None, "dev", "prod"):
        assert world.apply(in_environment(world, environment)).succeeded
    assert world.addresses() == sorted(OURS * 3)
    for environment in (None, "dev", "prod"):
        assert changes(world.plan(in_environment(world, environment))) == []


def test_destroy_takes_one_environment_away_and_leaves_the_other(world: World) -> None:
    world.copy_samples()
    for environment in ("dev", "prod"):
        world.apply(in_environment(world, environment))
    prod = {
        path: row
        for path, row in world.account().items()
        if "prod" in str(row.get("metadata", {}).get("provisioner.owner"))
    }
    with planned_destroy(in_environment(world, "dev")) as found:
        assert found.plan.standing == ()
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert world.addresses() == OURS
    assert {path: world.account()[path] for path in prod} == prod
    assert world.dangling() == set()
    assert changes(world.plan(in_environment(world, "prod"))) == []


def test_destroy_of_the_samples_stops_at_what_is_protected(world: World) -> None:
    world.copy_samples()
    world.apply()
    refused = pytest.raises(PlanRefused, match=r"assistant\.policy-qa: protected")
    with planned_destroy(world.options) as found, refused:
        applying.apply(found)
    lifted = Overrides(unprotect={Address("assistant", "policy-qa")})
    with planned_destroy(world.options, overrides=lifted) as found:
        assert found.plan.standing == ()
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert world.account() == {}


def test_marked_file_names_need_no_second_upload_after_everything_was_forgotten(
    world: World,
) -> None:
    world.copy_samples()
    text = (world.manifests / "stack.yaml").read_text()
    world.put("stack.yaml", text.replace("file_names: plain", "file_names: marked"))
    world.apply()
    files = {row["filename"] for row in world.rows("files")}
    assert all(len(name.split(".")) == 3 for name in files), files
    assert changes(world.plan()) == []


def test_one_document_edited_is_one_upload(world: World) -> None:
    world.copy_samples()
    world.apply()
    path = world.manifests / "knowledge/policies/people/leave.md"
    path.write_text(path.read_text() + "\nOne more day.\n")
    faulty = watched(world)
    assert changes(world.plan()) == [
        "update vector_store.policy-library files[knowledge/policies/people/leave.md]"
    ]
    world.converge()
    uploads = [line for line in writes(faulty) if line == "POST /v1/files"]
    assert len(uploads) == 1
    assert world.dangling() == set()


def test_parallelism_of_one_does_the_same(world: World) -> None:
    world.copy_samples()
    world.options = replace(world.options, parallelism=1)
    world.converge()
    assert world.addresses() == OURS
