"""Marked file names: whose a file is, of which path, holding what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.engine.classify import classify
from provisioner.engine.file_names import marked_name, read_name, unmarked_name
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.plan import DocumentAction
from tests.engine.build import BINDINGS, OWNER, applied, change_of, desired, document, store

A = replace(document("kb/a.md"), sha256="a" * 64)
B = replace(document("kb/b.md"), sha256="b" * 64)


@pytest.mark.parametrize("path", ["kb/a.md", "a", "a.b.c.txt", ".env", "ä ö.md", "x-y_z.md"])
def test_a_name_says_what_it_was_made_from(path: str) -> None:
    made = replace(A, path=path)

    tag = read_name(marked_name(OWNER, made))

    assert tag
    assert tag.is_of(OWNER)
    assert not tag.is_of(Owner("k3v9", "prod"))
    assert tag.document([B, made]) == made
    assert made.sha256.startswith(tag.sha256)


@pytest.mark.parametrize("name", ["a.md", "", "a.abcdef-abcdef.md", "report-2026-08-07-final.pdf"])
def test_other_names_say_nothing(name: str) -> None:
    assert read_name(name) is None


@pytest.mark.parametrize("path", ["kb/a.md", "a", "a.b.c.txt", "ä ö.md"])
@pytest.mark.parametrize("environment", ["default", "default.candidate-3f9a01bc"])
def test_a_marked_name_gives_the_name_of_the_document_back(path: str, environment: str) -> None:
    made = replace(A, path=path)

    assert unmarked_name(marked_name(Owner("k3v9", environment), made)) == made.name
    assert unmarked_name(made.name) == made.name


def test_the_name_of_a_candidates_upload_proves_beside_which_stack_it_was_made() -> None:
    candidate = Owner(OWNER.stack, f"{OWNER.environment}.candidate-3f9a01bc")
    name = marked_name(candidate, A)

    tag = read_name(name)

    assert tag
    assert tag.is_of(candidate)
    assert tag.candidate_beside(OWNER) == candidate
    assert not tag.is_of(OWNER)
    for other in (Owner("other", OWNER.environment), Owner(OWNER.stack, "prod"), candidate):
        assert tag.candidate_beside(other) is None
    # The readable part alone proves nothing, and the name of a live upload says of no candidate.
    forged = read_name(name.replace("3f9a01bc", "3f9a01bd"))
    live = read_name(marked_name(OWNER, A))
    assert forged
    assert live
    assert forged.candidate_beside(OWNER) is None
    assert live.candidate_beside(OWNER) is None


def test_one_content_at_two_paths_has_two_names() -> None:
    assert marked_name(OWNER, A) != marked_name(OWNER, replace(A, path="other/a.md"))


def inventory(*names: str, status: str = "completed") -> Inventory:
    """A store of ours whose documents have lost their attributes, by the names of their files."""
    shelf = applied(store(A, B))
    row = {"id": shelf.id, "name": "library", "metadata": shelf.metadata, "created_at": 1}
    files = [{"id": f"file-{n}", "filename": name} for n, name in enumerate(names)]
    held = [
        {"id": file["id"], "created_at": n, "status": status, "attributes": {}}
        for n, file in enumerate(files)
    ]
    return Inventory({"vector_store": (row,), "file": tuple(files)}, {shelf.id: tuple(held)})


def changes(found: Inventory) -> dict[str, DocumentAction]:
    live = classify(found, BINDINGS, OWNER, desired(store(A, B)))
    change = change_of(store(A, B), live.objects[store().address])
    return {d.path: d.action for d in change.documents} if change else {}


def test_documents_without_attributes_are_known_by_their_names() -> None:
    assert changes(inventory(marked_name(OWNER, A), marked_name(OWNER, B))) == {}


def test_a_document_that_holds_something_else_is_a_change() -> None:
    old = replace(B, sha256="c" * 64)

    found = changes(inventory(marked_name(OWNER, A), marked_name(OWNER, old)))

    assert found == {"kb/b.md": DocumentAction.CHANGE}


def test_a_path_that_no_manifest_declares_goes() -> None:
    gone = replace(A, path="kb/gone.md")
    names = (marked_name(OWNER, document) for document in (A, B, gone))

    (path,) = changes(inventory(*names)).items()

    assert path[0].startswith("~")
    assert path[1] is DocumentAction.REMOVE


def test_files_of_others_stay_foreign() -> None:
    other = marked_name(Owner("other", "default"), A)

    live = classify(inventory(other, "a.md"), BINDINGS, OWNER, desired(store(A, B)))

    assert live.objects[store().address].documents == {}
    assert live.objects[store().address].foreign_documents == ("file-0", "file-1")
