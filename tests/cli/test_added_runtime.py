"""A runtime is one file and one line: it is planned, applied, asked, loaded, shown, explained.

The file is `tests/support/added_runtime.py`; the line is the one that the fixture adds to the table.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import provisioner
from provisioner import ProvisionerError
from provisioner.runtimes import RUNTIMES
from tests.cli.conftest import Project, project
from tests.support import added_runtime

__all__ = ["project"]  # the fixture

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: new
  targets:
    new: {runtime: replies, server: embedded}
    old: {runtime: assistants, server: embedded, data: old.sqlite}
    far: {runtime: replies, base_url: "http://127.0.0.1:9/v1", api_key_env: KEY}
"""
CLERK = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec: {name: Clerk, model: gpt-6.1-terra, instructions: Be brief.}
"""
CLERK_ADDRESS = "assistant.clerk"


@pytest.fixture
def added(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setitem(RUNTIMES, "replies", added_runtime.RUNTIME)
    monkeypatch.setenv("KEY", "sk-any")
    (project.folder / "manifests" / "helper.yaml").unlink()
    project.write("stack.yaml", STACK)
    project.write("clerk.yaml", CLERK)
    return project


@pytest.fixture
def applied(added: Project) -> Project:
    added.run("apply", "--yes")
    return added


def test_it_is_planned_and_applied(added: Project) -> None:
    assert "1 to create" in added.run("plan").stdout
    added.run("apply", "--yes")

    assert added.run("plan", "--exit-code").exit_code == 0
    added.edit("clerk.yaml", "Be brief.", "Be kind.")
    assert "1 to update" in added.run("plan").stdout
    assert "instructions" in added.run("plan").stdout


def test_what_it_lacks_is_refused_before_anything_is_sent(added: Project) -> None:
    added.edit("clerk.yaml", "name: Clerk,", "name: Clerk, temperature: 0.2,")

    result = added.run("plan", code=1)

    assert "Target `new` (replies) has no" in result.stderr
    assert "temperature" in result.stderr


def test_it_is_asked(applied: Project) -> None:
    result = applied.run("ask", CLERK_ADDRESS, "Who are you?")

    assert "You asked: Who are you?" in result.stdout
    assert "completed" in result.stderr


def test_it_is_loaded_and_another_call_is_refused(applied: Project) -> None:
    clerk = provisioner.load("clerk")
    with applied.live() as client:
        said = client.responses.create(**clerk.params(), store=False, input="Hello?").output_text

    assert "You asked: Hello?" in said
    with pytest.raises(
        ProvisionerError, match=r"runtime replies\. Call instead: client\.responses"
    ):
        clerk.run_params()


def test_it_is_shown(applied: Project) -> None:
    assert "in sync" in applied.run("show").stdout
    shown = json.loads(applied.run("show", CLERK_ADDRESS, "--format", "json").stdout)
    assert shown["id"].startswith("asst_")


def test_it_is_explained(added: Project) -> None:
    held = {"instructions": "replies     stored", "temperature": "replies     unsupported"}
    for field, row in held.items():
        assert row in added.run("explain", f"assistant.{field}").stdout


def test_its_code_is_written(applied: Project) -> None:
    code = applied.run("show", CLERK_ADDRESS, "--as", "python").stdout
    compile(code, "ask.py", "exec")
    assert "client.responses.create(\n" in code
    assert "client.responses.create(**clerk.params(), store=False, input=question)" in code
    assert "/v1/responses" in applied.run("show", CLERK_ADDRESS, "--as", "curl").stdout


def test_one_moves_to_it(added: Project) -> None:
    added.run("apply", "--yes", "--target", "old")

    added.run("migrate", "--from", "old", "--to", "new", "--apply", "--yes")

    assert added.run("plan", "--exit-code").exit_code == 0
    assert "You asked: Hi" in added.run("ask", CLERK_ADDRESS, "Hi").stdout


@pytest.mark.parametrize(
    "args",
    [
        ("ask", CLERK_ADDRESS, "Hello?"),
        ("show", CLERK_ADDRESS, "--as", "python"),
        ("show", CLERK_ADDRESS, "--as", "curl"),
    ],
)
@pytest.mark.parametrize("has_words", [False, True])
def test_without_a_conversation_it_is_refused_in_one_sentence_before_the_first_request(
    added: Project, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], has_words: bool
) -> None:
    """Nothing listens where the target leads: a request would fail in another way."""
    words = added_runtime.RUNTIME.conversation
    assert words
    mute = replace(words, ask=None, code=None) if has_words else None
    monkeypatch.setitem(RUNTIMES, "replies", replace(added_runtime.RUNTIME, conversation=mute))

    result = added.run(*args, "--target", "far", code=1)

    assert "[no-conversation]" in result.stderr
    assert (
        "On the runtime replies assistants are planned and applied, and cannot be" in result.stderr
    )


@pytest.mark.usefixtures("added")
def test_without_a_conversation_an_application_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUNTIMES, "replies", replace(added_runtime.RUNTIME, conversation=None))
    with pytest.raises(ProvisionerError, match="cannot be loaded"):
        provisioner.load("clerk", target="far")
