"""Drift: what counts as moved, and what a missing object says of itself."""

from dataclasses import replace

import pytest

from provisioner.model.address import Address
from provisioner.model.drift import Absent, Drift
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Plan, Since, Undeclared

QA, KB = Address("assistant", "qa"), Address("vector_store", "kb")
PLAN = Plan("acme", "", "local")


def undeclared(since: Since) -> Plan:
    return replace(PLAN, undeclared=(Undeclared(QA, "top_p", 1, since),))


@pytest.mark.parametrize(
    ("found", "is_empty"),
    [
        (Drift(PLAN), True),
        (Drift(undeclared(Since.UNKNOWN)), True),
        (Drift(undeclared(Since.MOVED)), False),
        (Drift(PLAN, absent=(Absent(KB),)), False),
        (Drift(replace(PLAN, changes=(Change(QA, Action.UPDATE),))), False),
    ],
)
def test_what_moved_counts_and_what_nobody_knows_does_not(found: Drift, is_empty: bool) -> None:
    assert found.is_empty is is_empty
    assert (found.changes, found.diagnostics) == (found.plan.changes, ())


def test_an_object_was_deleted_where_another_one_still_names_it() -> None:
    assert Absent(KB, named_by=(QA,)).deleted
    assert not Absent(KB).deleted


def test_no_guard_is_lifted_by_itself() -> None:
    assert Overrides() == Overrides((), False, (), False, False, None, ())
