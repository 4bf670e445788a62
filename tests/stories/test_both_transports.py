"""Every request of plan, apply, adopt and destroy arrives as if the SDK had sent it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.model.overrides import Overrides
from provisioner.providers import client
from provisioner.runtimes import RUNTIMES
from provisioner.verbs.adopt.run import planned_adoption
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from tests.stories.test_runtimes import EDITS, LIBRARY, QA, on
from tests.support.stories import changes, failures
from tests.support.wire import Doubled

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions
    from tests.support.stories import World


@pytest.mark.parametrize("runtime", EDITS)
def test_requests_of_each_runtime_are_those_of_the_sdk(
    world: World, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Doubled, "made", [], raising=False)
    monkeypatch.setattr(client, "HttpConnection", Doubled)
    options = replace(on(world, runtime), parallelism=1)

    adopted(world, runtime, options)
    report = world.apply(options)
    assert report.succeeded, failures(report)
    EDITS[runtime](world)
    report = world.apply(options, overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan(options)) == []
    with planned_destroy(options, overrides=Overrides(unprotect=(QA,))) as found:
        assert applying.apply(found).succeeded

    assert sum(one.compared for one in Doubled.made) > 20
    assert [one.differences for one in Doubled.made if one.differences] == []


def adopted(world: World, runtime: str, options: RunOptions) -> None:
    """Somebody else's object becomes ours: the assistant, or a store where releases are assistants."""
    address, name = QA, "Policy Q&A"
    with world.client as sdk:
        if runtime == "assistants":
            with pytest.deprecated_call():
                id = sdk.beta.assistants.create(model="gpt-6.1-terra", name=name).id
        elif runtime == "agents":
            id = sdk.beta.agents.create(model="gpt-6.1-terra", name=name).id
        else:
            address = LIBRARY
            id = sdk.vector_stores.create(name="policy-library").id
    with planned_adoption(options, address, id) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)


def test_no_runtime_is_left_out() -> None:
    assert EDITS.keys() == RUNTIMES.keys()
