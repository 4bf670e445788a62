"""Files that are not their content are errors, those of one folder all at once."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioner.source.flaws import flaw_of
from provisioner.source.syntax import parse
from provisioner.source.trees import NotYaml
from tests.source.folders import STACK, Folder, errors, only, places

if TYPE_CHECKING:
    from provisioner.source import Loaded

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
CONFLICT = b"Hello.\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> other\n"
STORE = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: library}
spec:
  files: [ENTRY]
"""


def load(folder: Folder, entry: str, **files: bytes) -> Loaded:
    folder.write(**files)
    return folder.write(**{"stack.yaml": STACK, "s.yaml": STORE.replace("ENTRY", entry)}).load()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    Path("manifests").mkdir()
    return Folder(Path("manifests"))


def test_every_flawed_file_of_a_glob_is_named_at_once(folder: Folder) -> None:
    files = {
        "kb/a.md": POINTER,
        "kb/b.md": CONFLICT,
        "kb/c.md": b"Gr\xf6\xdfe\n",
        "kb/d.md": b"fine\n",
        "kb/e.pdf": b"%PDF\xff\0",
    }
    found = errors(load(folder, '{glob: "kb/**"}', **files))

    assert {(item.code.name, item.detail.split("`")[1]) for item in found} == {
        ("lfs-pointer", "kb/a.md"),
        ("conflict-markers", "kb/b.md"),
        ("not-utf8", "kb/c.md"),
    }
    assert {str(item.position) for item in found} == {"manifests/s.yaml:5:18"}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.md", POINTER, "lfs-pointer"),
        ("a.pdf", POINTER.replace(b"\n", b"\r\n"), "lfs-pointer"),
        ("a.md", CONFLICT, "conflict-markers"),
        ("a.csv", CONFLICT.replace(b"\n", b"\r\n"), "conflict-markers"),
        ("a.md", CONFLICT.replace(b"=======", b"||||||| base\nold\n======="), "conflict-markers"),
        ("a.TXT", b"\xff\xfe\xff", ""),
        ("a.TXT", b"a\xff", "not-utf8"),
        ("a.csv", b"a\xff", ""),
        ("a.md", b"a\0b", "nul-in-text"),
        ("a.pdf", b"a\0b", ""),
        ("a\udcff.pdf", b"a", "name-not-utf8"),
        ("a.md", "BOM and more".encode("utf-16"), ""),
        ("a.md", b"Title\n=======\n", ""),
        ("a.md", b"<<<<<<< not\nalone\n", ""),
        ("a.md", b"Git LFS: version https://git-lfs.github.com/spec/v1\noid sha256:x", ""),
    ],
)
def test_what_is_not_its_content_is_told_from_what_is(name: str, data: bytes, code: str) -> None:
    found = flaw_of(
        data.replace(b"\r\n", b"\n") if name == "a.pdf" else data, name, is_searched=True
    )

    assert (found[0].name if found else "") == code


@pytest.mark.parametrize(
    ("data", "code"),
    [(POINTER, "lfs-pointer"), (CONFLICT, "conflict-markers"), (b"a\0b", "nul-in-text")],
)
def test_a_prompt_is_looked_at_too(folder: Folder, data: bytes, code: str) -> None:
    assistant = """\
    apiVersion: provisioner/v1
    kind: Assistant
    metadata: {name: qa}
    spec: {model: m, instructions: {file: prompt.md}}
    """
    files: dict[str, str | bytes] = {"stack.yaml": STACK, "a.yaml": assistant, "prompt.md": data}

    assert [item.code.name for item in errors(folder.write(**files).load())] == [code]


def test_a_merge_that_nobody_finished_in_a_manifest_is_called_that() -> None:
    with pytest.raises(NotYaml) as raised:
        list(parse(CONFLICT.decode().replace("Hello.", "a: 1")))

    assert "unresolved merge conflict" in raised.value.flaw.detail


def test_a_glob_leaves_out_what_is_excluded(folder: Folder) -> None:
    entry = '{glob: "kb/**", exclude: ["**/draft-*", "kb/old/**"]}'
    files = dict.fromkeys(("kb/a.md", "kb/draft-b.md", "kb/old/c.md", "kb/n/draft-d.md"), b"x\n")

    assert [*only(load(folder, entry, **files), "vector_store.library").documents] == ["kb/a.md"]


def test_a_glob_of_which_everything_is_excluded_matches_nothing(folder: Folder) -> None:
    found = places(load(folder, '{glob: "kb/*", exclude: ["kb/*"]}', **{"kb/a.md": b"x\n"}))

    assert [summary for _, summary in found] == ["a glob matches nothing"]


def test_exclude_belongs_to_a_glob(folder: Folder) -> None:
    found = errors(load(folder, "{path: a.md, exclude: [b.md]}", **{"a.md": b"x\n"}))

    assert [item.code.name for item in found] == ["exclude-without-glob"]


def test_documents_are_known_by_their_path_in_one_form(folder: Folder) -> None:
    on_disk = unicodedata.normalize("NFD", "kb/Größe.md")
    documents = only(
        load(folder, '{glob: "kb/*"}', **{on_disk: b"x\n"}), "vector_store.library"
    ).documents

    assert [*documents] == [unicodedata.normalize("NFC", on_disk)]
    assert [document.path for document in documents.values()] == [*documents]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_checkout_with_other_line_endings_has_the_same_documents(
    folder: Folder, ending: bytes
) -> None:
    files = {"a.md": b"one\ntwo\n".replace(b"\n", ending)}
    (document,) = only(load(folder, "a.md", **files), "vector_store.library").documents.values()

    assert document.said == hashlib.sha256(b"one\ntwo\n").hexdigest()
    assert document.sha256 == hashlib.sha256(files["a.md"]).hexdigest()
