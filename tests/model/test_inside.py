"""Only files in the folder of the manifests are uploaded, whatever a plan or a link names."""

from pathlib import Path

import pytest

from provisioner.model.errors import PlanRefused
from provisioner.model.inside import inside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of manifests, with a secret beside it and links in it that lead in and out."""
    root = tmp_path / "manifests"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "a.md").write_text("ours")
    (tmp_path / "secret.md").write_text("not ours")
    (tmp_path / "manifests-of-others").mkdir()
    (tmp_path / "manifests-of-others" / "a.md").write_text("not ours")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "twice.md").symlink_to(root / "link.md")
    (root / "folder").symlink_to(tmp_path)
    (root / "neighbour").symlink_to(tmp_path / "manifests-of-others")
    (root / "within.md").symlink_to(root / "docs" / "a.md")
    return root


@pytest.mark.parametrize("name", ["docs/a.md", "within.md"])
def test_what_is_inside_is_read(root: Path, name: str) -> None:
    assert inside(root, name).read_text() == "ours"


@pytest.mark.parametrize(
    "name",
    [
        "link.md",
        "twice.md",
        "folder/secret.md",
        "neighbour/a.md",
        "../secret.md",
        "docs/../../secret.md",
        "folder/missing.md",
        "a\0.md",
    ],
)
def test_what_leads_out_is_refused(root: Path, name: str) -> None:
    with pytest.raises(PlanRefused):
        inside(root, name)


def test_a_whole_path_is_refused_even_of_a_file_inside(root: Path) -> None:
    with pytest.raises(PlanRefused):
        inside(root, str(root / "docs" / "a.md"))


def test_a_folder_that_is_a_link_itself_is_no_way_out(root: Path, tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(root)

    assert inside(tmp_path / "here", "docs/a.md").read_text() == "ours"
    with pytest.raises(PlanRefused):
        inside(tmp_path / "here", "link.md")
