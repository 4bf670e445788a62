"""The result of a migration: the obstacles, and the changes that would be agreed to."""

import pytest

from provisioner.model.address import Address
from provisioner.model.migration import (
    AssistantMigration,
    Fate,
    FieldMigration,
    Meaning,
    Migration,
    ResourceMigration,
    Side,
    Verdict,
)
from provisioner.model.runtime import Level, Support

STORED, LACKING = Support(Level.STORED), Support(Level.UNSUPPORTED)
SIDES = Side("old", "assistants"), Side("new", "responses")
QA, KB = Address("assistant", "qa"), Address("vector_store", "kb")


def field(meaning: Meaning, *, agreed: bool = False) -> FieldMigration:
    return FieldMigration("top_p", meaning, STORED, LACKING, agreed=agreed, drop="top_p")


def migration(*fields: FieldMigration, fate: Fate = Fate.STAYS, agreed: bool = False) -> Migration:
    store = ResourceMigration(KB, fate, agreed=agreed, drop="vector_store")
    return Migration("acme", "", *SIDES, (AssistantMigration(QA, fields),), (store,))


@pytest.mark.parametrize(
    ("found", "verdict", "missing"),
    [
        (migration(), Verdict.READY, ()),
        (migration(field(Meaning.EXACT)), Verdict.READY, ()),
        (migration(field(Meaning.CHANGED)), Verdict.CHANGED, ()),
        (migration(field(Meaning.LOST, agreed=True)), Verdict.CHANGED, ()),
        (migration(field(Meaning.LOST)), Verdict.BLOCKED, ("top_p",)),
        (migration(fate=Fate.LOST), Verdict.BLOCKED, ("vector_store",)),
        (migration(fate=Fate.LOST, agreed=True), Verdict.CHANGED, ()),
        (migration(fate=Fate.REBUILT), Verdict.READY, ()),
    ],
)
def test_a_loss_blocks_until_somebody_agreed_to_it(
    found: Migration, verdict: Verdict, missing: tuple[str, ...]
) -> None:
    assert (found.verdict, found.missing) == (verdict, missing)


def test_fields_are_found_by_what_becomes_of_them() -> None:
    lost, kept = field(Meaning.LOST), field(Meaning.EXACT)

    assert AssistantMigration(QA, (lost, kept)).of(Meaning.LOST) == (lost,)
