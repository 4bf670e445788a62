"""Files that are applied from here and that git ignores: nobody else has them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.validate import validate
from tests.verbs.test_provenance import git

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec: {targets: {local: {runtime: assistants, server: embedded}}}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: library}
spec: {files: [{glob: "docs/**", exclude: [EXCLUDED]}]}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec: {model: gpt-6.1-terra, instructions: {file: prompts/tone.md}}
"""
FILES = ("docs/a.md", "docs/build/b.md", "docs/größe.local.md", "prompts/tone.md")
OPTIONS = RunOptions(environ={"PATH": os.environ.get("PATH", "")})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        file = Path("manifests", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x\n")
    Path("manifests", "stack.yaml").write_text(STACK)
    Path(".gitignore").write_text("build/\n*.local.md\n")
    return tmp_path


def warned(options: RunOptions = OPTIONS) -> list[str]:
    result = validate(options)
    assert result.valid
    assert {one.code.name for one in result.diagnostics} <= {"ignored-by-git"}
    return [one.detail for one in result.diagnostics]


def test_files_that_git_ignores_are_named(folder: Path) -> None:
    git(folder, "init", "--quiet")

    (told,) = warned()

    assert told.startswith("`docs/build/b.md`, `docs/größe.local.md`: commit ")


def test_a_prompt_is_such_a_file_too(folder: Path) -> None:
    git(folder, "init", "--quiet")
    (folder / ".gitignore").write_text("prompts\n")

    assert [told.partition(":")[0] for told in warned()] == ["`prompts/tone.md`"]


def test_what_was_committed_all_the_same_or_is_left_out_is_not_named(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", "manifests/docs/build/b.md")
    (folder / "manifests" / "stack.yaml").write_text(STACK.replace("EXCLUDED", '"**/*.local.md"'))

    assert warned() == []


def test_of_many_files_some_are_named_and_all_counted(folder: Path) -> None:
    git(folder, "init", "--quiet")
    for number in range(20):
        (folder / f"manifests/docs/build/c{number:02}.md").write_text("x\n")

    assert " and 17 more: " in warned()[0]


def test_without_a_repository_or_without_git_nothing_is_said(folder: Path) -> None:
    assert warned() == []
    git(folder, "init", "--quiet")
    assert warned(replace(OPTIONS, environ={"PATH": ""})) == []
