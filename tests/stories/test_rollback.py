"""rollback: an older release counts again, and the next plan says that the manifests differ."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import provisioner
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.verbs.rollback import RolledBack, rollback
from tests.stories.test_runtimes import on
from tests.support.stories import changes

if TYPE_CHECKING:
    from provisioner.verbs.session import Setup
    from tests.support.stories import World

QA = Address("assistant", "policy-qa")


@pytest.fixture
def setup(world: World) -> Setup:
    """Three releases of one assistant."""
    made = on(world, "responses")
    prompt = world.manifests / "prompts" / "policy-qa.md"
    for number in (1, 2, 3):
        prompt.write_text(f"Prompt {number}.\n", encoding="utf-8")
        assert world.apply(made).succeeded
    return made


@pytest.mark.parametrize(("to", "says"), [(None, 2), (1, 1)])
def test_an_older_release_counts_again(
    world: World, setup: Setup, to: int | None, says: int
) -> None:
    assert rollback(setup, QA, to) == RolledBack(QA, 4, says)

    loaded = provisioner.load("policy-qa", target="new")
    assert loaded.params()["instructions"] == f"Prompt {says}.\n"
    assert changes(world.plan(setup)) == ["update assistant.policy-qa instructions"]


def test_a_release_that_is_not_kept_is_named(setup: Setup) -> None:
    with pytest.raises(ProvisionerError, match="no release 9"):
        rollback(setup, QA, 9)


def test_where_there_is_only_one_there_is_nothing_to_go_back_to(setup: Setup) -> None:
    with pytest.raises(ProvisionerError, match="no release to go back to"):
        rollback(setup, Address("assistant", "order-support"))


def test_other_runtimes_have_no_releases(setup: Setup) -> None:
    with pytest.raises(ProvisionerError, match="has no releases here"):
        rollback(replace(setup, target=None), QA)
