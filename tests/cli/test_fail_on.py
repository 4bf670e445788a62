"""The one gate for pipelines: `--fail-on`, and comments that allow what it would stop for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Project


def changed(project: Project) -> None:
    """Change the model and take a limit away, on what was applied before."""
    project.run("apply", "--yes")
    project.edit("helper.yaml", "model: ${var:model}", "model: gpt-6.1-sol")


@pytest.mark.parametrize("term", ["model-changed", "warning", "note"])
def test_a_plan_fails_on_a_code_or_on_a_severity_after_it_was_printed_as_a_whole(
    project: Project, term: str
) -> None:
    changed(project)
    result = project.run("plan", "--fail-on", term, "--format", "json", code=1)

    plan = json.loads(result.stdout)
    assert plan["summary"]["update"] == 1
    [risk] = [one for one in plan["risks"] if one["code"] == "model-changed"]
    assert (risk["meaning"], risk["severity"], risk["address"], risk["path"]) == (
        "behaviour",
        "warning",
        "assistant.helper",
        "model",
    )
    assert risk["position"]["file"] == "manifests/helper.yaml"
    assert f"--fail-on {term}" in result.stderr
    assert "[model-changed]" in result.stderr


def test_what_does_not_come_up_fails_nothing(project: Project) -> None:
    changed(project)
    project.run("plan", "--fail-on", "contract-broken", "--fail-on", "error")
    project.run("plan", "--fail-on", "contract-broken", "--exit-code", code=3)


def test_a_code_that_there_is_not_is_wrong_usage_and_the_nearest_is_named(
    project: Project,
) -> None:
    for command in ("plan", "drift", "validate"):
        result = project.run(command, "--fail-on", "model-chnged", code=2)
        assert "Did you mean `model-changed`?" in result.stderr


def test_a_plan_that_fails_is_saved_all_the_same_and_can_be_applied(project: Project) -> None:
    changed(project)
    project.run("plan", "--fail-on", "warning", "--out", "p.json", code=1)
    project.run("show", "p.json")
    project.run("apply", "p.json", "--yes")


def test_a_comment_with_a_reason_allows_it_and_is_named_when_it_allows_nothing_more(
    project: Project,
) -> None:
    changed(project)
    allow = "# provisioner: allow model-changed reviewed in the model board"
    project.edit("helper.yaml", "model: gpt-6.1-sol", f"model: gpt-6.1-sol  {allow}")
    result = project.run("plan", "--fail-on", "warning", "--format", "json")
    [risk] = [r for r in json.loads(result.stdout)["risks"] if r["code"] == "model-changed"]
    assert risk["allowed"] == "reviewed in the model board"
    assert "Look first" not in project.run("plan").stdout

    project.run("apply", "--yes")
    after = project.run("plan", "--fail-on", "warning", code=1)
    assert "a comment allows nothing [allows-nothing]" in after.stdout
    assert "allows-nothing" not in project.run("plan", "--select", "assistant.helper").stdout


def test_validate_fails_on_warnings_and_a_comment_allows_one(project: Project) -> None:
    project.edit("stack.yaml", ", id: k3v9q0x7dp", "")
    failed = project.run("validate", "--fail-on", "warning", code=1)
    assert "Valid: " in failed.stdout
    [code] = {
        line.rpartition("[")[2].rstrip("]") for line in failed.stdout.splitlines() if "[" in line
    }

    stack = Path(project.folder, "manifests", "stack.yaml")
    text = f"# provisioner: allow {code} it is a sample\n{stack.read_text('utf-8')}"
    stack.write_text(text, "utf-8")
    result = project.run("validate", "--fail-on", "warning")
    assert f"allowed: the Stack has no id [{code}] it is a sample" in result.stdout


def test_drift_fails_on_what_somebody_did_to_the_live_side(project: Project) -> None:
    project.run("apply", "--yes")
    project.run("drift", "--fail-on", "note")
    with project.live() as client:
        [helper] = client.beta.assistants.list()
        schema = {"type": "object", "properties": {"id": {"type": "string"}, "why": {}}}
        functions = {"lookup": {**schema, "required": ["id", "why"]}, "pay": schema}
        tools: list[Any] = [{"type": "file_search"}, {"type": "code_interpreter"}]
        tools += [
            {"type": "function", "function": {"name": name, "parameters": parameters}}
            for name, parameters in functions.items()
        ]
        client.beta.assistants.update(helper.id, tools=tools)

    result = project.run("drift", "--fail-on", "contract-broken", "--format", "json", code=1)
    told = {(r["code"], r["path"]) for r in json.loads(result.stdout)["risks"]}
    assert told == {
        ("undeclared-tool", "tools[pay]"),
        ("contract-broken", "tools[lookup].parameters.properties.why"),
        ("contract-broken", "tools[lookup].parameters.required"),
    }
    assert "required now: why" in result.stderr
    project.run("drift", "--fail-on", "undeclared-tool", code=1)
    project.run("drift", "--fail-on", "limit-raised", code=3)
