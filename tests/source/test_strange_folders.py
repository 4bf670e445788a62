"""Folders that no careful person would make: each ends with a place, a reason and a way out.

What a file holds is tested where it is read (`test_syntax`, `test_values`, `test_contents`); here is
what a file system can put in the way.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.source.folders import STACK, Folder, places

ASSISTANT: Final = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: a}
spec: {model: m, instructions: {file: a.md}}
"""
STORE: Final = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: s}
spec: {files: [{glob: "k/**"}]}
"""
NO_FILE: Final = "a file does not exist"
UNREADABLE: Final = "cannot read a file"
NOBODY: Final = 65534
"""The user to whom nothing belongs."""


def link(name: str, target: str) -> Callable[[], None]:
    return lambda: Path("manifests", name).symlink_to(target)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        pytest.param(link("b.yaml", "b.yaml"), ("b.yaml:1:1", "cannot read a manifest"), id="loop"),
        pytest.param(
            link("b.yaml", "none"), ("b.yaml:1:1", "cannot read a manifest"), id="dangling"
        ),
        pytest.param(link("k/b.md", "b.md"), ("s.yaml:4:23", NO_FILE), id="document loop"),
        pytest.param(link("k/b.md", "none"), ("s.yaml:4:23", NO_FILE), id="document dangling"),
        pytest.param(link("k/deep", "deep"), ("s.yaml:4:23", NO_FILE), id="folder loop"),
        pytest.param(link("up", "."), None, id="folder within itself"),
        pytest.param(lambda: Path("manifests/b.yaml").mkdir(), None, id="folder with a suffix"),
        pytest.param(lambda: os.mkfifo("manifests/k/pipe.md"), None, id="pipe among documents"),
    ],
)
def test_what_stands_in_a_folder_beside_its_files(
    folder: Folder, make: Callable[[], Any], found: tuple[str, str] | None
) -> None:
    folder.write(**{"stack.yaml": STACK, "a.yaml": ASSISTANT, "a.md": "Hi.", "s.yaml": STORE})
    folder.write(**{"k/a.md": "A"})
    make()

    assert places(folder.load()) == ([found] if found else [])


@pytest.mark.parametrize(
    ("name", "summary", "told"),
    [
        ("k", "not a file", "`k` is a folder. Name a file in it."),
        ("loop.md", UNREADABLE, "Too many levels of symbolic links"),
        ("nowhere.md", NO_FILE, "a symbolic link to a file that does not exist"),
        ("A.MD", NO_FILE, "`a.md` is there: upper and lower case count."),
        ("k/B.md", NO_FILE, "`k/b.md` is there: upper and lower case count."),
        ("k/bb.md", NO_FILE, "Did you mean `k/b.md`?"),
        ("none/b.md", NO_FILE, "Paths are relative to the manifest that names them."),
        ("none.md", NO_FILE, "no `none.md` in the folder `manifests`"),
        ("x" * 5000, UNREADABLE, "x…`: File name too long"),
        ("a.md/b.md", NO_FILE, "no `a.md/b.md`"),
    ],
)
def test_what_a_manifest_names_and_cannot_be_read(
    folder: Folder, name: str, summary: str, told: str
) -> None:
    folder.write(**{"stack.yaml": STACK, "a.yaml": ASSISTANT.replace("a.md", name), "k/b.md": "B"})
    folder.write(**{"a.md": "A"})
    link("loop.md", "loop.md")()
    link("nowhere.md", "gone.md")()

    (found,) = folder.load().diagnostics
    assert (found.code.summary, str(found.position)) == (summary, "manifests/a.yaml:4:39")
    assert told in found.detail
    assert len(found.detail) < 200


@contextmanager
def without_rights() -> Iterator[None]:
    """Run as a user whom the system refuses something. It refuses root nothing."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.yaml", [("a.yaml:1:1", "cannot read a manifest")]),
        ("a.md", [("a.yaml:4:39", UNREADABLE)]),
        ("k/a.md", [("s.yaml:4:23", UNREADABLE)]),
        ("k", [("k:1:1", "cannot read a folder"), ("s.yaml:4:23", UNREADABLE)]),
        ("k/deep", [("k/deep:1:1", "cannot read a folder"), ("s.yaml:4:23", UNREADABLE)]),
        ("other", [("other:1:1", "cannot read a folder")]),
    ],
)
def test_what_this_user_may_not_read_is_an_error(
    folder: Folder, name: str, found: list[tuple[str, str]]
) -> None:
    folder.write(**{"stack.yaml": STACK, "a.yaml": ASSISTANT, "a.md": "Hi.", "s.yaml": STORE})
    folder.write(**{"k/a.md": "A", "k/deep/b.md": "B", "other/c.yaml": "# nothing"})
    Path().absolute().chmod(0o755)
    path = Path("manifests", name)
    path.chmod(0)
    try:
        with without_rights():
            assert places(folder.load()) == found
    finally:
        path.chmod(0o755)
