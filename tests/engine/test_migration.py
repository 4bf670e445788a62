"""An object may be deleted after a migration if it is ours, has moved, and nobody else needs it."""

from dataclasses import replace
from typing import Any

from provisioner.engine.migration import (
    Retirement,
    retirement,
    stranded,
    taken_along,
    used_by_source,
    with_references,
)
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.plan import Reason
from provisioner.model.remote import FileProvenance, Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId
from tests.engine.build import (
    LIBRARY,
    QA,
    SEARCH,
    applied,
    assistant,
    desired,
    document,
    file,
    live,
    plan,
    store,
)

RATES = Address("file", "rates")
TOOLS: dict[str, Any] = {"file_search": SEARCH}
ASKING = assistant(tools=TOOLS)
OTHER = assistant("other", tools=TOOLS)
KNOWING = store(document("a.md"), document("rates.csv", source="rates"))
EVERYTHING = {QA, LIBRARY, RATES}


def goes(
    source: Live,
    target: Live | None = None,
    *,
    moved: set[Address] | None = None,
    named: dict[str, str] | None = None,
    one_account: bool = False,
) -> Retirement:
    target = target or Live()
    return retirement(
        moved or EVERYTHING, source, target, named or {}, KINDS, one_account=one_account
    )


def gone(found: Retirement) -> list[str]:
    assert {change.reason for change in found.changes} <= {Reason.MIGRATED}
    return [str(change.address) for change in found.changes]


def kept(found: Retirement) -> dict[str, str]:
    return {str(one.address): one.why for one in found.stays}


def test_what_moved_goes_with_what_only_it_referred_to() -> None:
    source = live(applied(ASKING), applied(KNOWING), applied(file("rates")))
    assert gone(goes(source, moved={QA})) == [
        "assistant.qa",
        "file.rates",
        "vector_store.library",
    ]


def test_what_was_not_moved_stays_with_all_that_it_refers_to() -> None:
    source = live(applied(ASKING), applied(OTHER), applied(KNOWING), applied(file("rates")))
    found = goes(source)
    assert gone(found) == ["assistant.qa"]
    assert kept(found) == {
        "vector_store.library": "assistant.other stays and refers to it",
        "file.rates": "vector_store.library stays and refers to it",
    }


def test_older_generations_and_duplicates_go_too() -> None:
    older = replace(applied(KNOWING), id="older")
    asking = applied(ASKING)
    pointing = replace(asking, id="twin", spec={"x": RemoteId("vector_store", "older", LIBRARY)})
    source = live(asking, applied(KNOWING), surplus=(older, pointing))
    assert sorted(goes(source).ids) == ["id-library", "id-qa", "older", "twin"]


def test_one_object_on_both_sides_is_never_touched() -> None:
    shared = applied(KNOWING)
    found = goes(live(applied(ASKING), shared), live(applied(ASKING, "elsewhere"), shared))
    assert gone(found) == ["assistant.qa"]
    assert kept(found) == {"vector_store.library": "the other target uses the same object"}


def test_an_id_that_two_servers_gave_is_not_one_object() -> None:
    target = live(replace(applied(KNOWING), created_at=5.0))
    assert gone(goes(live(applied(ASKING), applied(KNOWING)), target)) == [
        "assistant.qa",
        "vector_store.library",
    ]


def test_files_that_the_new_side_uses_stay_also_as_documents_of_a_store_that_goes() -> None:
    rates = applied(file("rates"), "file-rates.csv")
    provenance = FileProvenance("file-rates.csv", RATES, "sha")
    target = live(replace(applied(OTHER, "new"), file_provenance=(provenance,)))
    found = goes(live(applied(KNOWING), rates), target, one_account=True)

    assert gone(found) == ["vector_store.library"]
    (change,) = found.changes
    assert change.live
    assert list(change.live.documents) == ["a.md"]
    assert list(kept(found)) == ["file.rates"]
    elsewhere = goes(live(applied(KNOWING), rates), target, one_account=False)
    assert gone(elsewhere) == ["file.rates", "vector_store.library"]


def test_what_a_kept_release_or_a_stranger_names_stays_for_now() -> None:
    retained = replace(applied(KNOWING), retained=True)
    rates = applied(file("rates"))
    found = goes(live(applied(ASKING), retained, rates), named={"id-rates": "asst_theirs"})
    assert gone(found) == ["assistant.qa"]
    assert all(one.later for one in found.stays)
    assert kept(found) == {
        "file.rates": "asst_theirs refers to it",
        "vector_store.library": "a kept release refers to it",
    }


def test_an_assistant_that_a_stranger_names_goes_all_the_same() -> None:
    assert gone(goes(live(applied(ASKING)), named={"id-qa": "auto_theirs"})) == ["assistant.qa"]


def using(name: str) -> RemoteObject:
    """Something of ours that refers to an assistant, of whatever kind."""
    return replace(applied(assistant(name)), spec={"uses": Reference(QA)})


def test_an_assistant_that_something_left_behind_needs_cannot_go() -> None:
    source = live(applied(ASKING), using("clock"))
    (refusal,) = stranded(goes(source, moved={QA}), {QA}, KINDS)
    assert refusal.told == "assistant.qa: cannot be retired on the source"
    assert "Assistant.clock stays and refers to it" in refusal.detail
    clock = Address("assistant", "clock")
    assert stranded(goes(source, moved={QA, clock}), {QA, clock}, KINDS) == []


def test_two_names_of_one_place_are_no_move() -> None:
    source = live(applied(ASKING))
    (refusal,) = stranded(goes(source, source), {QA}, KINDS)
    assert "Both targets lead to the same place" in refusal.detail


def test_what_the_other_side_uses_is_not_taken_away_before_it_is_left() -> None:
    source = live(applied(ASKING), applied(KNOWING))
    other = store(document("a.md"), chunking_strategy={"type": "auto"})
    cut = replace(applied(other), spec={"name": "library", "chunking_strategy": {"type": "x"}})
    changes = plan(desired(other), live(cut)).changes

    (refusal,) = used_by_source(changes, source)

    assert refusal.told == "vector_store.library: would be deleted while the source still uses it"
    assert used_by_source(changes, live(applied(KNOWING))) == []


def test_a_file_with_the_declared_content_is_taken_along_and_no_other() -> None:
    wanted = desired(file("rates", "new"))
    same, other = applied(file("rates", "new")), applied(file("rates", "old"))
    assert taken_along(wanted, live(same), Live(), {"file"}).objects == {RATES: same}
    assert taken_along(wanted, live(other), Live(), {"file"}).objects == {}
    assert taken_along(wanted, live(same), Live(), set()).objects == {}


def test_an_older_generation_that_is_kept_there_is_not_deleted_from_here() -> None:
    old = replace(applied(KNOWING), id="older")
    source = live(applied(KNOWING), surplus=(replace(old, retained=True),))
    target = taken_along({}, source, live(applied(KNOWING), surplus=(old,)), set())
    assert [found.retained for found in target.surplus] == [True]
    pointing = replace(applied(ASKING), spec={"x": RemoteId("vector_store", "older", LIBRARY)})
    target = taken_along({}, live(pointing), live(applied(KNOWING), surplus=(old,)), set())
    assert [found.retained for found in target.surplus] == [True]


def test_with_what_is_selected_comes_what_it_refers_to() -> None:
    declared = desired(ASKING, KNOWING, file("rates"), assistant("alone"))
    assert with_references({QA}, declared) == {QA, LIBRARY, RATES}


def test_with_what_is_selected_comes_what_lies_inside_of_it() -> None:
    vault = Address("vault", "v")
    inner = [Resource(Address("credential", n), {"vault": Reference(vault)}) for n in "ab"]
    declared = desired(Resource(vault, {}), *inner, ASKING)
    assert with_references({vault}, declared) == {vault}
    every = with_references({vault}, declared, {"credential": "vault"})
    assert every == {vault, *(one.address for one in inner)}
