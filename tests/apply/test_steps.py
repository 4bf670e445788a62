"""A step that lacks what it needs is refused, and sends nothing."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from provisioner.apply.run import StepFailed
from provisioner.apply.steps import Steps
from provisioner.engine.order import Phase, Step
from provisioner.model.address import Address
from provisioner.model.plan import Action, Change
from provisioner.runtimes import RUNTIMES

QA, LIBRARY = Address("assistant", "qa"), Address("vector_store", "library")
BINDINGS = RUNTIMES["assistants"].bindings
# These steps are refused before a provider is asked, so nothing else of a run is there to be used.
RUN: Any = SimpleNamespace(binding=lambda address: BINDINGS[address.kind])


@pytest.mark.parametrize(
    ("change", "phase", "why"),
    [
        (Change(QA, Action.UPDATE, blocked="a skill is missing"), Phase.MAKE, "a skill is missing"),
        (Change(QA, Action.UPDATE), Phase.MAKE, "the change has no desired side"),
        (Change(LIBRARY, Action.CREATE), Phase.MAKE, "the change has no desired side"),
        (Change(QA, Action.DELETE), Phase.REMOVE, "the change has no live object to remove"),
    ],
)
def test_a_step_without_what_it_needs_is_refused(change: Change, phase: Phase, why: str) -> None:
    steps = Steps(RUN, cast("Any", None), cast("Any", None))

    with pytest.raises(StepFailed, match=why):
        steps.do(Step(change, phase))
