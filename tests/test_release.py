"""The files that make a release: locks, workflows, hooks and the Containerfile.

`python -m tests.packaging` runs all of them."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from provisioner.cli.root import provisioner
from tests.locks import LOCKS, ROOT, SOURCES
from tests.packaging.containerfile import instructions
from tests.release import named

if TYPE_CHECKING:
    from pathlib import Path

LOCKED = re.compile(
    r"^([a-z0-9.-]+)==(\S+)[^\\\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[ \\\n]*)+)", re.MULTILINE
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def locked(name: str) -> dict[str, str]:
    text = (LOCKS / name).read_text("utf-8")
    found = {one[1]: one[2] for one in LOCKED.finditer(text)}
    lines = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert len(found) == len(lines), "each package has a version and hashes"
    return found


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize("lock", SOURCES)
def test_a_lock_agrees_with_the_constraints(lock: str) -> None:
    ours, tested = locked(lock), constraints()

    assert ours
    assert {n: v for n, v in ours.items() if tested.get(n, v) != v} == {}


@pytest.mark.parametrize(
    ("lock", "extras"), [("runtime.txt", ()), ("container.txt", ("foundry", "postgres", "s3"))]
)
def test_a_lock_has_every_dependency_of_the_project(lock: str, extras: tuple[str, ...]) -> None:
    wanted = [*PROJECT["dependencies"]]
    wanted += [one for extra in extras for one in PROJECT["optional-dependencies"][extra]]
    ours = locked(lock)

    for one in map(Requirement, wanted):
        assert ours[canonicalize_name(one.name)] in one.specifier, one


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_the_schema_and_names_actions_by_their_commits(path: Path) -> None:
    text = path.read_text("utf-8")
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/github-workflows.json"
    parsed: Any = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - strings only: `on` stays a word

    # YAML 1.1 reads the key `on` as true, which the schema does not have.
    jsonschema.validate(
        yaml.safe_load(text.replace("\non:", '\n"on":')), json.loads(schema.read_text("utf-8"))
    )
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert all(
        action.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action + more)
        for action, more in uses
    )
    assert parsed["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in parsed["on"]
    assert "secrets." not in text


def test_only_the_job_that_publishes_and_the_one_that_attests_get_a_token() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]

    may = {name: set(job.get("permissions", ())) for name, job in jobs.items()}
    assert {n: p for n, p in may.items() if p} == {
        "attach": {"contents", "id-token", "attestations"},
        "publish": {"id-token"},
    }
    assert "INDEX_NAME == needs.make.outputs.name" in jobs["publish"]["if"]
    assert jobs["publish"]["needs"] == ["make", "attach"]


@pytest.mark.parametrize(
    ("tag", "changes", "why"),
    [
        ("v1.2.3", "## [1.2.3] - 2026-12-01\n", None),
        ("1.2.3", "## [1.2.3] - 2026-12-01\n", "The tag is 1.2.3"),
        ("v1.2.4", "## [1.2.4] - 2026-12-01\n", "has version 1.2.3"),
        ("v1.2.3", "## [Unreleased]\n", "has no heading"),
        ("v1.2.3", "## [1x2.3] - 2026-12-01\n", "has no heading"),
        ("v1.2.3", "see ## [1.2.3] - 2026-12-01\n", "has no heading"),
    ],
)
def test_a_tag_is_released_where_version_and_changelog_say_the_same(
    tmp_path: Path, tag: str, changes: str, why: str | None
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(changes)

    assert (why or "") in (named.refusal(tag, tmp_path) or "")
    assert (named.refusal(tag, tmp_path) is None) == (why is None)


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(
        (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    )
    return found


def test_the_hooks_begin_the_program_and_need_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner()
    monkeypatch.chdir(tmp_path)
    runner.invoke(provisioner, ["init"], catch_exceptions=False)

    for hook in hooks():
        program, *words = shlex.split(hook["entry"])
        done = runner.invoke(provisioner, [*words, *hook.get("args", ())])
        assert (program, done.exit_code) == ("provisioner", 0), done.output
        assert not hook["pass_filenames"]
        assert hook["language"] == "python"
    (tmp_path / "manifests" / "broken.yaml").write_text("kind: Assistent\n")
    assert runner.invoke(provisioner, ["validate"]).exit_code == 1


def test_the_container_installs_what_is_locked_and_runs_without_rights() -> None:
    found = instructions((ROOT / "Containerfile").read_text("utf-8"))

    installs = [argument for name, argument in found if "pip install" in argument]
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    last = dict(found[-4:])
    assert last["USER"] == "10001"
    assert last["ENTRYPOINT"] == '["provisioner"]'
    assert not [a for n, a in found if n in {"ARG", "ENV"} and re.search("KEY|TOKEN|SECRET", a)]
    assert [a for n, a in found if n == "FROM"] == ["${PYTHON} AS build", "${PYTHON}"]


def test_the_version_stands_once_more_in_the_package() -> None:
    from provisioner import __version__

    assert PROJECT["version"] == __version__
