"""Test the provenance of a release."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from provisioner.model.stack import Stack, Target
from provisioner.verbs._shared.provenance import CI_VARIABLES, provenance, revision_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from provisioner.model.diagnostic import Diagnostic

COMMIT = "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c"
NO_GIT = {"PATH": ""}
WITH_GIT = {"PATH": os.environ.get("PATH", "")}


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *who, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=clean())
    return done.stdout.strip()


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with `manifests` in it, everything committed."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "stack.yaml").write_text("kind: Stack\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def test_the_revision_is_the_commit_of_the_repository(repository: Path) -> None:
    environ = {**WITH_GIT, "GITHUB_SHA": "somebody-elses"}

    assert revision_of(repository / "manifests", environ) == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["stack.yaml", "new.yaml"])
def test_what_is_not_committed_below_the_folder_makes_it_dirty(repository: Path, name: str) -> None:
    (repository / "manifests" / name).write_text("kind: Other\n", encoding="utf-8")

    head = git(repository, "rev-parse", "HEAD")
    assert revision_of(repository / "manifests", WITH_GIT) == f"{head}+dirty"


def test_what_is_not_committed_elsewhere_does_not(repository: Path) -> None:
    (repository / "README.md").write_text("Hello.\n", encoding="utf-8")

    assert not revision_of(repository / "manifests", WITH_GIT).endswith("+dirty")


def test_the_releases_themselves_are_no_manifests(repository: Path) -> None:
    manifests = repository / "manifests"
    for name in ("releases", ".provisioner"):
        (manifests / name).mkdir()
        (manifests / name / "00000001.json").write_text("{}", encoding="utf-8")

    assert not revision_of(manifests, WITH_GIT, [manifests / "releases"]).endswith("+dirty")


def test_a_hook_of_another_repository_does_not_lead_astray(repository: Path) -> None:
    environ = {**WITH_GIT, "GIT_DIR": str(repository / "elsewhere"), "GIT_WORK_TREE": "elsewhere"}

    assert revision_of(repository / "manifests", environ) == git(repository, "rev-parse", "HEAD")


@pytest.mark.parametrize("variable", CI_VARIABLES)
def test_without_git_the_pipeline_is_asked(tmp_path: Path, variable: str) -> None:
    assert revision_of(tmp_path, {**NO_GIT, variable: COMMIT}) == COMMIT


def test_the_first_variable_that_is_set_counts(tmp_path: Path) -> None:
    environ = {**NO_GIT, "GITHUB_SHA": "", "CI_COMMIT_SHA": COMMIT, "GIT_COMMIT": "2" * 40}

    assert revision_of(tmp_path, environ) == COMMIT


@pytest.mark.parametrize("environ", [NO_GIT, WITH_GIT], ids=["no git", "no repository"])
def test_where_nobody_knows_there_is_none(tmp_path: Path, environ: dict[str, str]) -> None:
    assert revision_of(tmp_path, environ) == ""


def in_words(said: str) -> Callable[[Path], None]:
    """Return what puts a git that says this, in place of `{}` the checkout, into `bin`."""

    def put(folder: Path) -> None:
        program = folder / "bin" / "git"
        program.parent.mkdir()
        told = said.format(folder.resolve())
        program.write_text(f'#!/bin/sh\necho "{told}" >&2\nexit 128\n', encoding="utf-8")
        program.chmod(0o755)

    return put


def as_it_is(folder: Path) -> None:
    """Give the whole checkout to another user, which only root can do. Git itself is asked then."""
    nobody = 65534
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody, nobody)


REFUSING = {
    "git 2.45": in_words("fatal: detected dubious ownership in repository at '{}'"),
    "git 2.35": in_words("fatal: unsafe repository ('{}' is owned by someone else)"),
    **({"git itself": as_it_is} if os.getuid() == 0 else {}),
}


@pytest.mark.parametrize("refuse", REFUSING.values(), ids=REFUSING)
@pytest.mark.parametrize(("environ", "told"), [({}, ["no-revision"]), ({"GITHUB_SHA": COMMIT}, [])])
def test_a_checkout_of_another_user_is_told_where_no_pipeline_says_the_commit(
    repository: Path, environ: dict[str, str], told: list[str], refuse: Callable[[Path], None]
) -> None:
    refuse(repository)
    stack = Stack("acme", "k3v9q0x7dp", repository / "manifests", "", Target("local", "responses"))
    path = f"{repository / 'bin'}{os.pathsep}{WITH_GIT['PATH']}"
    warnings: list[Diagnostic] = []

    found = provenance(stack, {"PATH": path, **environ}, warnings.append)

    assert [one.code.name for one in warnings] == told
    assert all(f"safe.directory {repository.resolve()}`" in one.detail for one in warnings)
    assert found.get("revision", "") == environ.get("GITHUB_SHA", "")
