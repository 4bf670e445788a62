"""Drift is the part of a plan that undoes an edit on the live side."""

from dataclasses import replace

from provisioner.engine.drift import drift_of
from provisioner.model.address import Address
from provisioner.model.plan import Action, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import RemoteId
from provisioner.render.drift import drift_document, drift_text
from tests.engine import build
from tests.engine.build import LIBRARY, QA, SEARCH, applied, assistant, desired, edited, store

SHELF = store(build.document("a.md"))


def drift(*pairs: tuple[Resource, RemoteObject | None]) -> tuple[list[str], list[str], int]:
    """The fields that drifted, what is absent and who still names it, and how many were read."""
    live = build.live(*(there for _, there in pairs if there))
    found = drift_of(build.plan(desired(*(wanted for wanted, _ in pairs)), live), live)
    fields = [
        f"{change.address} {path}"
        for change in found.plan.changes
        for path in (
            *(field.path for field in change.fields),
            *(f"files[{document.path}]" for document in change.documents),
        )
    ]
    absent = [f"{one.address} {[str(name) for name in one.named_by]}" for one in found.absent]
    return fields, absent, found.read


def test_only_what_moved_on_the_live_side_is_drift() -> None:
    there = edited(applied(assistant(temperature=0.2, description="old")), temperature=0.9)
    wanted = assistant(temperature=0.2, description="new")
    assert drift((wanted, there)) == ([f"{QA} temperature"], [], 1)


def test_a_change_of_the_manifest_alone_is_none() -> None:
    assert drift((assistant(temperature=0.9), applied(assistant(temperature=0.2)))) == ([], [], 1)


def test_a_document_that_somebody_detached_is_drift() -> None:
    there = replace(applied(SHELF), documents={})
    assert drift((SHELF, there)) == ([f"{LIBRARY} files[a.md]"], [], 1)


def test_an_object_that_somebody_deleted_is_absent_and_whoever_names_it_is_named() -> None:
    user = assistant(tools={"file_search": SEARCH})
    gone = RemoteId("vector_store", "vs_gone", gone=True)
    there = edited(applied(user), tools={"file_search": {**SEARCH, "vector_store": gone}})

    fields, absent, read = drift((user, there), (SHELF, None))

    assert fields == [f"{QA} tools[file_search].vector_store"]
    assert absent == [f"{LIBRARY} ['{QA}']"]
    assert read == 1


def test_an_expired_object_is_drift_as_a_whole() -> None:
    there = applied(SHELF, expired=True)
    live = build.live(there)
    found = drift_of(build.plan(desired(SHELF), live), live)
    (change,) = found.plan.changes
    assert (change.address, change.reason, change.fields) == (LIBRARY, Reason.EXPIRED, ())
    assert change.action in (Action.CREATE, Action.REPLACE)
    assert Address("assistant", "qa") not in {c.address for c in found.plan.changes}


def test_orphans_and_twins_are_counted_by_their_reason() -> None:
    one = applied(assistant("a"))
    there = replace(
        build.live(one, applied(assistant("gone"))), surplus=(replace(one, id="asst_twin"),)
    )

    found = drift_of(build.plan(desired(assistant("a")), there), there)

    assert found.others == {Reason.DUPLICATE: 1, Reason.ORPHAN: 1}
    assert found.is_empty
    text = drift_text(found)
    assert "2 more live objects carry our mark and stand for no declared resource" in text
    assert "(1 duplicate, 1 orphan)" in text
    assert drift_document(found)["others"] == {"duplicate": 1, "orphan": 1}


def test_nothing_is_said_where_every_object_was_compared() -> None:
    there = build.live(applied(assistant("a")))

    found = drift_of(build.plan(desired(assistant("a")), there), there)

    assert found.others == {}
    assert "more live object" not in drift_text(found)


def test_a_long_text_that_somebody_rewrote_is_shown_up_to_the_fold() -> None:
    ours, theirs = ("\n".join(f"{who} {n}" for n in range(12)) for who in ("ours", "theirs"))
    there = edited(applied(assistant(instructions=ours)), instructions=theirs)
    live = build.live(there)
    found = drift_of(build.plan(desired(assistant(instructions=ours)), live), live)

    text = drift_text(found)

    assert [n for n in range(12) if f"theirs {n}" not in text] == []
