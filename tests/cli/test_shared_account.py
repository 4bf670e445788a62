"""Two targets of one Stack share an account: what the releases of one name, a plan for the other keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Project

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: shop, id: aaaa111122}
spec:
  default_target: classic
  targets:
    classic: {runtime: assistants, server: embedded, data: ../account.sqlite}
    published: {runtime: responses, server: embedded, data: ../account.sqlite, releases: ../releases}
    apart: {runtime: responses, server: embedded, data: ../other.sqlite, releases: ../others}
    unset: {runtime: responses, base_url: "${env:NOT_SET}", api_key_env: NOT_SET}
---
"""
BOT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: bot}
spec:
  model: gpt-6.1-terra
  tools:
    - {type: file_search, vector_store: library}
    - {type: code_interpreter, files: [rates]}
---
"""
KNOWLEDGE = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: library}
spec: {files: [{glob: library.md}]}
---
apiVersion: provisioner/v1
kind: File
metadata: {name: rates}
spec: {path: rates.csv}
---
"""
ANOTHER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: another}
spec: {model: gpt-6.1-terra}
"""


@pytest.fixture
def shared(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project of which both targets have been applied."""
    # The ledger proves that the file is ours. Else `gc` would leave it to a person.
    monkeypatch.setenv("PROVISIONER_LEDGER", str(project.folder / "ledger.db"))
    for file in (project.folder / "manifests").iterdir():
        file.unlink()
    project.write("library.md", "All about leave.")
    project.write("rates.csv", "a,b")
    project.write("stack.yaml", STACK + BOT + KNOWLEDGE + ANOTHER)
    project.run("apply", "--yes", "--target", "classic")
    project.run("apply", "--yes", "--target", "published")
    return project


def test_gc_of_one_target_leaves_the_files_of_the_others_releases(shared: Project) -> None:
    found = shared.run("gc", "--target", "classic").stdout
    assert "No leaks" in found
    swept = ("--class", "dangling", "--older-than", "0s", "--apply", "--yes")
    assert "rates.csv" not in shared.run("gc", "--target", "classic", *swept).stdout
    assert "No changes" in shared.run("plan", "--target", "published").stdout


def test_apply_to_one_target_keeps_the_store_of_the_others_releases(shared: Project) -> None:
    shared.write("stack.yaml", STACK + ANOTHER)
    planned = shared.run("plan", "--target", "classic").stdout
    assert "stays ours, and a later apply deletes it" in planned
    shared.run("apply", "--yes", "--target", "classic")
    shared.write("stack.yaml", STACK + BOT + KNOWLEDGE + ANOTHER)
    assert "No changes" in shared.run("plan", "--target", "published").stdout


def test_a_destroyed_target_leaves_the_others_store_ours(shared: Project) -> None:
    shared.run("destroy", "--yes", "--target", "classic")
    assert "No changes" in shared.run("plan", "--target", "published").stdout
    assert "vector store" in shared.run("gc", "--target", "classic").stdout
    shared.run("destroy", "--yes", "--target", "published")
    assert "vector store" not in shared.run("gc", "--target", "classic").stdout


def test_a_registry_that_cannot_be_read_lets_nothing_be_a_leak(shared: Project) -> None:
    elsewhere = STACK.replace("releases: ../releases", "releases: no-such://bucket/releases")
    shared.write("stack.yaml", elsewhere + BOT + KNOWLEDGE + ANOTHER)
    found = shared.run("gc", "--target", "classic", code=None)
    assert "dangling" not in found.stdout
    assert "--without release" in found.output
