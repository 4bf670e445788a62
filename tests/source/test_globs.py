"""Our own globs: the same files on every system, and on every version of Python."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from provisioner.source.globs import NotAGlob, matches, matching

FILES = [
    "a.md",
    "b.txt",
    "kb/c.md",
    "kb/deep/d.md",
    "kb/deep/deeper/e.txt",
    "kb/draft-f.md",
    "kb/[g].md",
    ".hidden/h.md",
    "kb/.hidden.md",
    "kb/~$c.md",
    "kb/c.md~",
    "kb/#c.md#",
    "kb/Thumbs.db",
    "kb/desktop.ini",
    "kb/.DS_Store",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    return tmp_path


KB = ["kb/[g].md", "kb/c.md", "kb/deep/d.md", "kb/deep/deeper/e.txt", "kb/draft-f.md"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("kb/**", KB),
        ("kb/**/*", KB),
        ("kb/**/**", KB),
        ("**", ["a.md", "b.txt", *KB]),
        ("**/*.txt", ["b.txt", "kb/deep/deeper/e.txt"]),
        ("*.md", ["a.md"]),
        ("./*.md", ["a.md"]),
        ("kb/*/*.md", ["kb/deep/d.md"]),
        ("kb/**/deeper/**", ["kb/deep/deeper/e.txt"]),
        ("kb/[[]g].md", ["kb/[g].md"]),
        ("kb/[!c].md", []),
        ("*/?.md", ["kb/c.md"]),
        ("KB/*.md", []),
        ("kb", []),
        ("kb/c.md", ["kb/c.md"]),
        ("none/**", None),
        (".hidden/*", []),
    ],
)
def test_a_pattern_names_the_same_files_everywhere(
    folder: Path, pattern: str, found: list[str] | None
) -> None:
    names = [path.relative_to(folder).as_posix() for path in matching(folder, pattern)]

    assert names == (found or [])
    for name in names:
        assert matches(name, pattern)


@pytest.mark.parametrize("pattern", ["", ".", "/", "k/***", "a**", "**.md"])
def test_what_is_no_pattern_is_refused(folder: Path, pattern: str) -> None:
    with pytest.raises(NotAGlob):
        matching(folder, pattern)


def test_a_pattern_may_leave_its_folder_and_come_back(folder: Path) -> None:
    assert [path.name for path in matching(folder / "kb", "../*.md")] == ["a.md"]


NAME = "Größe.md"
DECOMPOSED = unicodedata.normalize("NFD", NAME)


@pytest.mark.parametrize("name", [NAME, DECOMPOSED], ids=["NFC", "NFD"])
@pytest.mark.parametrize("spelled", [NAME, DECOMPOSED], ids=["NFC", "NFD"])
def test_names_are_compared_in_one_form(tmp_path: Path, name: str, spelled: str) -> None:
    (tmp_path / name).write_text("x", "utf-8")

    assert matching(tmp_path, spelled) == [tmp_path / name]
    assert matching(tmp_path, spelled.replace("e.md", "*")) == [tmp_path / name]


def test_a_link_to_a_folder_is_followed_only_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.md").write_text("x", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert [p.relative_to(tmp_path).as_posix() for p in matching(tmp_path, "**")] == ["real/a.md"]
    assert [p.relative_to(tmp_path).as_posix() for p in matching(tmp_path, "link/*")] == [
        "link/a.md"
    ]
