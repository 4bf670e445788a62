"""The result of a migration: the obstacles, and the changes that would be agreed to."""

import pytest

from provisioner.model.address import Address
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    Migration,
    ResourceEffect,
    ResourceMigration,
    Side,
    Verdict,
)
from provisioner.model.runtime import Level, Support

STORED, LACKING = Support(Level.STORED), Support(Level.UNSUPPORTED)
SIDES = Side("old", "assistants"), Side("new", "responses")
QA, KB = Address("assistant", "qa"), Address("vector_store", "kb")


def field(effect: FieldEffect, *, agreed: bool = False) -> FieldMigration:
    return FieldMigration("top_p", effect, STORED, LACKING, agreed=agreed, drop="top_p")


def migration(
    *fields: FieldMigration, effect: ResourceEffect = ResourceEffect.STAYS, agreed: bool = False
) -> Migration:
    store = ResourceMigration(KB, effect, agreed=agreed, drop="vector_store")
    return Migration("acme", "", *SIDES, (AssistantMigration(QA, fields),), (store,))


@pytest.mark.parametrize(
    ("found", "verdict", "missing"),
    [
        (migration(), Verdict.READY, ()),
        (migration(field(FieldEffect.EXACT)), Verdict.READY, ()),
        (migration(field(FieldEffect.CHANGED)), Verdict.CHANGED, ()),
        (migration(field(FieldEffect.LOST, agreed=True)), Verdict.CHANGED, ()),
        (migration(field(FieldEffect.LOST)), Verdict.BLOCKED, ("top_p",)),
        (migration(effect=ResourceEffect.LOST), Verdict.BLOCKED, ("vector_store",)),
        (migration(effect=ResourceEffect.LOST, agreed=True), Verdict.CHANGED, ()),
        (migration(effect=ResourceEffect.REBUILT), Verdict.READY, ()),
    ],
)
def test_a_loss_blocks_until_somebody_agreed_to_it(
    found: Migration, verdict: Verdict, missing: tuple[str, ...]
) -> None:
    assert (found.verdict, found.missing) == (verdict, missing)


def test_fields_are_found_by_what_becomes_of_them() -> None:
    lost, kept = field(FieldEffect.LOST), field(FieldEffect.EXACT)

    assert AssistantMigration(QA, (lost, kept)).of(FieldEffect.LOST) == (lost,)
