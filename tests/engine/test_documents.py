"""A store's documents, file by file: what is added, changed and removed, and why."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.diff import diff
from provisioner.engine.documents import content_of, document_changes, is_filled, new_documents
from provisioner.kinds import KINDS
from provisioner.model.plan import Action, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Document
from tests.engine.build import (
    BINDINGS,
    OWNER,
    applied,
    applied_document,
    change_of,
    desired,
    document,
    file,
    store,
)

A, B = document("docs/a.md"), document("docs/b.md", audience="staff")


def summary(*wanted: Document, there: RemoteObject) -> list[tuple[str, str, str]]:
    changes = document_changes(store(*wanted), there)
    return [(c.path, c.action.value, c.cause.value) for c in changes]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B], []),
        ([A], [A, B], [("docs/b.md", "add", "manifest")]),
        ([A, B], [A], [("docs/b.md", "remove", "manifest")]),
        ([A], [document("docs/a.md", "longer")], [("docs/a.md", "change", "manifest")]),
        ([B], [document("docs/b.md", audience="all")], [("docs/b.md", "change", "manifest")]),
        ([A], [document("new/a.md")], [("docs/a.md", "remove", "manifest"), ("new/a.md", "add", "manifest")]),
        ([A], [document("docs/a.md", source="a")], [("docs/a.md", "change", "manifest")]),
        ([document("docs/a.md", source="a")], [A], [("docs/a.md", "change", "manifest")]),
        ([document("n", pages=1)], [document("n", pages=1.0)], []),
    ],
)  # fmt: skip
def test_documents_follow_the_manifest(
    before: list[Document], after: list[Document], expected: list[tuple[str, str, str]]
) -> None:
    assert summary(*after, there=applied(store(*before))) == expected


@pytest.mark.parametrize(
    ("there", "wanted", "cause"),
    [
        ({"audience": "all"}, {"audience": "staff"}, Reason.DRIFT),
        ({"audience": "staff"}, {"audience": "board"}, Reason.MANIFEST),
        ({"audience": "all"}, {"audience": "board"}, Reason.BOTH),
    ],
)
def test_attributes_are_attributed_by_their_own_digest(
    there: dict[str, str], wanted: dict[str, str], cause: Reason
) -> None:
    live = applied(store(B))
    live = replace(live, documents={B.path: applied_document(B, attributes=there)})

    change = document_changes(store(document("docs/b.md", **wanted)), live)[0]

    assert (change.cause, change.content, change.note) == (cause, False, "attributes")


def test_a_document_that_somebody_detached_is_drift() -> None:
    live = replace(applied(store(A, B)), documents={A.path: applied_document(A)})

    assert summary(A, B, there=live) == [("docs/b.md", "add", "drift")]
    change = change_of(store(A, B), live)
    assert change
    assert (change.action, change.reason, change.drifts) == (Action.UPDATE, Reason.DRIFT, True)


def test_a_document_that_never_arrived_is_not_drift() -> None:
    whole = applied(store(A, B))
    assert whole.mark
    live = replace(whole, documents={}, mark=replace(whole.mark, applied={}))

    assert not is_filled(live.mark)
    assert is_filled(whole.mark)
    assert {cause for _, _, cause in summary(A, B, there=live)} == {"manifest"}


@pytest.mark.parametrize(
    ("facts", "content", "note"),
    [
        ({"status": "failed", "error": "too odd"}, True, "ingestion failed: too odd"),
        ({"status": "failed"}, True, "ingestion failed"),
        ({"status": "cancelled"}, True, "ingestion cancelled"),
        ({"status": "in_progress"}, False, "still being ingested"),
    ],
)
def test_a_document_that_is_not_completed_is_seen_to(
    facts: dict[str, Any], content: bool, note: str
) -> None:
    live = replace(applied(store(A)), documents={A.path: applied_document(A, **facts)})

    change = document_changes(store(A), live)[0]

    assert (change.content, change.note, change.file_id) == (content, note, "file-a.md")


def test_a_left_over_copy_goes() -> None:
    left = applied_document(A, file_id="file-older")
    live = replace(applied(store(A)), surplus_documents=(left,))

    change = document_changes(store(A), live)[0]

    assert (change.path, change.action.value, change.file_id) == (A.path, "remove", "file-older")
    assert change.note == "left over"


def test_a_new_store_is_filled_and_a_file_is_not() -> None:
    assert [c.path for c in new_documents(store(B, A))] == ["docs/a.md", "docs/b.md"]
    (change,) = diff(desired(file("f")), Live(), KINDS, BINDINGS, OWNER)
    assert change.documents == ()


def test_documents_as_plain_data_hold_all_that_can_move() -> None:
    content = content_of(applied(store(B)))

    assert content == {B.path: [B.sha256, {"audience": "staff"}, "completed", "file-b.md"]}


WINDOWS = replace(A, sha256="b" * 64, content="c" * 64, windows="d" * 64)
"""A document that was checked out with other line endings than its content has."""


@pytest.mark.parametrize("recorded", ["b" * 64, "c" * 64, "d" * 64], ids=["bytes", "LF", "CRLF"])
def test_a_document_in_another_spelling_is_the_same_document(recorded: str) -> None:
    """Nothing is uploaded for it, nor are its attributes rewritten."""
    there = applied(store(A))
    there = replace(there, documents={A.path: applied_document(A, sha256=recorded)})

    assert summary(WINDOWS, there=there) == []


def test_a_document_that_says_something_else_is_a_change() -> None:
    there = applied(store(A))
    there = replace(there, documents={A.path: applied_document(A, sha256="e" * 64)})

    assert summary(WINDOWS, there=there) == [(A.path, "change", "manifest")]


def test_a_document_that_was_detached_is_known_by_each_spelling_of_the_set() -> None:
    """The set was recorded on Linux; that somebody detached it is drift on Windows too."""
    recorded = replace(A, sha256="c" * 64)
    there = replace(applied(store(recorded)), documents={})

    assert summary(WINDOWS, there=there) == [(A.path, "add", "drift")]


def test_a_path_that_was_recorded_from_another_folder_is_the_same_document() -> None:
    """Version 0.1.0 recorded it from the folder that was named on the command line."""
    there = applied(store(A))
    here = replace(A, path=A.path, recorded="a.md")

    assert document_changes(replace(store(A), documents={here.key: here}), there) == ()
