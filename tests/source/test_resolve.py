"""References among resources that go round, and links among manifests that lead out."""

from itertools import pairwise
from pathlib import Path

from provisioner.model.address import Address
from provisioner.source.references import cycles
from tests.source.folders import STACK, Folder, places

A, B, C, D = (Address("agent", name) for name in "abcd")
ASSISTANT = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: a}\nspec: {model: m}\n"


def test_a_circle_is_named_in_the_order_of_its_references() -> None:
    (circle,) = cycles({A: {B}, B: {C}, C: {A}, D: {A}})

    assert circle[0] == circle[-1]
    assert {*circle} == {A, B, C}
    assert {*pairwise(circle)} == {(A, B), (B, C), (C, A)}


def test_what_refers_to_itself_is_a_circle() -> None:
    assert list(cycles({A: {A}})) == [[A, A]]


def test_what_goes_round_nowhere_is_none() -> None:
    assert list(cycles({A: {B, C}, B: {D}, C: {D}})) == []


def test_manifests_behind_a_link_that_leads_out_are_refused(folder: Folder) -> None:
    outside = Path("outside")
    outside.mkdir()
    (outside / "b.yaml").write_text(ASSISTANT)
    folder.write(**{"s.yaml": STACK, "a.yaml": ASSISTANT})
    Path("manifests/folder").symlink_to(outside.resolve())
    Path("manifests/file.yaml").symlink_to((outside / "b.yaml").resolve())

    assert places(folder.load()) == [
        ("file.yaml:1:1", "a path leaves the manifest folder"),
        ("folder:1:1", "a path leaves the manifest folder"),
    ]


def test_a_broken_link_is_an_error(folder: Folder) -> None:
    folder.write(**{"s.yaml": STACK, "a.yaml": ASSISTANT})
    Path("manifests/b.yaml").symlink_to(Path("manifests/gone.yaml").resolve())

    assert places(folder.load()) == [("b.yaml:1:1", "cannot read a manifest")]
