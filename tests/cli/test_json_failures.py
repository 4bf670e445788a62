"""--format json: one JSON document on stdout, however a command ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.verbs._shared import session
from tests.cli.conftest import SECRET
from tests.render.test_findings import check

if TYPE_CHECKING:
    from tests.cli.conftest import Project

COMMANDS = {
    "plan": ["plan"],
    "apply": ["apply", "--yes"],
    "drift": ["drift"],
    "destroy": ["destroy", "--yes"],
    "show": ["show"],
    "ask": ["ask", "assistant.helper", "Hello?"],
    "rollback": ["rollback", "assistant.helper", "--yes"],
    "migrate": ["migrate", "--from", "local", "--to", "remote", "--apply", "--yes"],
}
EVERY = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def told(project: Project, *args: str, code: int) -> dict[str, Any]:
    """The one document that a failing command prints."""
    result = project.run(*args, "--format", "json", code=code)
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.stderr
    return document


def summaries(document: dict[str, Any]) -> list[str]:
    return [one["summary"] for one in document["diagnostics"]]


@EVERY
def test_where_the_stack_is_wrong(project: Project, command: list[str]) -> None:
    project.edit("stack.yaml", "default_target: local", "default_target: locl")

    assert summaries(told(project, *command, code=1))


@EVERY
def test_where_there_is_no_key(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.delenv("REMOTE_KEY")
    there = [] if command[0] == "migrate" else ["--target", "remote"]

    assert "REMOTE_KEY" in json.dumps(told(project, *command, *there, code=1))


@EVERY
def test_where_nobody_expected_it_only_the_kind_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(session, "load", fail)

    assert summaries(told(project, *command, code=1)) == ["something unexpected happened"]


@EVERY
def test_where_it_was_interrupted(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "load", interrupt)

    assert summaries(told(project, *command, code=130)) == ["interrupted"]


def test_where_a_plan_cannot_be_saved_there_is_no_second_document(project: Project) -> None:
    document = told(project, "plan", "--out", "nowhere/plan.json", code=1)

    assert summaries(document) == ["the plan could not be saved"]


def test_what_was_asked_before_it_was_refused_is_counted(applied: Project) -> None:
    applied.edit("stack.yaml", "k3v9q0x7dp", "another0id")

    document = told(applied, "apply", "--yes", code=1)

    assert document["requests"] == {"GET": 2}
    assert len(summaries(document)) == 1


@pytest.mark.parametrize("format", ["sarif", "junit", "github", "gitlab"])
@pytest.mark.parametrize("command", ["validate", "plan", "drift"])
def test_findings_hold_what_stopped_a_command_early(
    project: Project, command: str, format: str
) -> None:
    project.edit("helper.yaml", "temperature", "temperatur")

    text = project.run(command, "--format", format, code=1).stdout

    check(format, text)
    assert "temperatur" in text
    assert "helper.yaml" in text
