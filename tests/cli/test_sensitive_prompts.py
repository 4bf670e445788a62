"""A sensitive variable inside of a prompt: the prompt stays readable, the value is in no output."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from provisioner.render.format import Shape
from provisioner.render.formats import names_for

if TYPE_CHECKING:
    from tests.cli.conftest import Project

FIRST, SECOND = "Kx7/quoted-first", "Wn3 spaced-é-second"
PROMPT = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec:
  model: gpt-6.1-terra
  instructions: |
    You answer for the warehouse.
    Send the code ${var:code} with each order.
    Refund up to 100 euros.
"""


class Shell:
    """The command in a project, with one secret or another, and all that it ever printed."""

    def __init__(self, project: Project) -> None:
        self.project, self.printed, self.secret = project, "", FIRST

    def run(self, *args: str, code: int = 0) -> str:
        result = self.project.run(*args, "--var", f"code={self.secret}", code=code)
        self.printed += result.output
        return result.stdout

    def everywhere(self) -> str:
        """Every output: text, whole, JSON, a saved plan and what `show` prints of it."""
        shown = [
            self.run("plan"),
            self.run("plan", "--all"),
            self.run("plan", "--format", "json"),
            self.run("plan", "--out", "plan.json"),
            self.run("show", "plan.json"),
            self.run("show", "plan.json", "--format", "json"),
            self.run("show", "assistant.clerk"),
            self.run("show", "assistant.clerk", "--format", "json"),
        ]
        self.printed += (self.project.folder / "plan.json").read_text("utf-8")
        return "\n".join(shown)


@pytest.fixture
def shell(project: Project) -> Shell:
    project.edit("stack.yaml", "  variables:\n", "  variables:\n    code: {sensitive: true}\n")
    project.write("clerk.yaml", PROMPT)
    return Shell(project)


def assert_nowhere(printed: str) -> None:
    for secret in (FIRST, SECOND):
        spelled = {secret, json.dumps(secret)[1:-1], base64.b64encode(secret.encode()).decode()}
        assert not [one for one in spelled if one in printed]


def test_the_words_around_a_secret_are_reviewed(shell: Shell) -> None:
    created = shell.everywhere()
    assert "Send the code (sensitive) with each order." in created
    shell.run("apply", "plan.json", "--yes")
    shown = shell.everywhere()
    assert "No changes" in shown

    shell.project.edit("clerk.yaml", "up to 100", "up to 900")
    edited = shell.everywhere()
    assert "Refund up to [-100-]{+900+} euros." in edited
    assert "changed)" not in edited

    shell.secret = SECOND
    assert "Send the code [-(sensitive)-]{+(sensitive, changed)+} with" in shell.everywhere()
    shell.run("apply", "--yes", "-vv")
    shell.project.edit("clerk.yaml", "    Send the code ${var:code} with each order.\n", "")
    gone = shell.everywhere()
    assert "- Send the code (sensitive) with each order." in gone.replace(" │ ", " ")
    shell.run("apply", "--yes", "--format", "json")
    shell.run("destroy", "--yes")

    assert_nowhere(shell.printed)


def test_what_somebody_writes_around_a_secret_by_hand_is_seen(shell: Shell) -> None:
    shell.run("apply", "--yes")
    with shell.project.live() as client:
        (clerk,) = (one for one in client.beta.assistants.list() if one.name == "clerk")
        text = str(clerk.instructions)
        client.beta.assistants.update(clerk.id, instructions=text.replace("100", "9,000"))

        drift = shell.run("drift", code=3) + shell.run("drift", "--format", "json", code=3)
        assert "Refund up to [-100-]{+9,000+} euros." in drift
        assert "Refund up to [-9,000-]{+100+} euros." in shell.everywhere()

        # By hand and with another secret: nobody knows any more where the one of before stands.
        shell.secret = SECOND
        told = shell.everywhere() + shell.run("drift", code=3)
        assert "You answer for the warehouse." in told
        assert "(possibly sensitive)" in told
        shell.run("apply", "--yes", code=1)

        client.beta.assistants.update(clerk.id, instructions=text.replace(FIRST, "rotated"))
        told = shell.everywhere() + shell.run("drift", code=3)
        assert "rotated" not in told

    assert_nowhere(shell.printed)


EVERYWHERE = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec:
  model: gpt-6.1-terra
  instructions: "Send the code ${var:code} with each order."
  metadata: {hint: "code ${var:code}"}
  tools:
    - type: function
      function:
        name: look-up
        description: Takes ${var:code}, an id.
        parameters: {type: object, properties: {id: {type: string, description: "not ${var:code}"}}}
"""
TARGETS = """\
    local-releases: {runtime: responses, server: embedded, data: ../r.sqlite, releases: ../releases}
    local-agents: {runtime: agents, server: embedded, data: ../a.sqlite}
"""


@pytest.mark.parametrize("target", ["local", "local-releases", "local-agents"])
def test_no_runtime_and_no_format_shows_a_secret_and_each_shows_the_words_around_it(
    shell: Shell, target: str
) -> None:
    for name in ("helper.yaml", "handbook.md"):
        (shell.project.folder / "manifests" / name).unlink()
    shell.project.write("clerk.yaml", EVERYWHERE)
    shell.project.edit("stack.yaml", "  targets:\n", f"  targets:\n{TARGETS}")
    on = ("--target", target)
    shell.run("apply", "--yes", *on)
    shell.secret = SECOND

    for format in names_for(Shape.PLAN):
        told = shell.run("plan", "--format", format, *on)
        assert "with each" in told
        assert "an id" in told
        assert "changed)" in told
    shell.run("show", "assistant.clerk", *on)
    shell.run("show", "assistant.clerk", "--format", "json", *on)
    shell.run("drift", *on)
    shell.run("plan", "--out", "plan.json", *on)
    shell.printed += (shell.project.folder / "plan.json").read_text("utf-8")
    for to in {"local", "local-releases", "local-agents"} - {target}:
        shell.run("migrate", "--from", target, "--to", to, "--format", "json")

    assert_nowhere(shell.printed)
