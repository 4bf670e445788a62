"""Test the output of commands about the kinds that only agents have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.cli.conftest import Project
from tests.stories.hosted_stacks import SKILL, documents

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture
def hosted(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("stack.yaml", "helper.yaml", "handbook.md"):
        (project.folder / "manifests" / name).unlink()
    monkeypatch.setenv("DEPOT_TOKEN", "depot-token-of-a-test")
    project.write("all.yaml", yaml.safe_dump_all(documents(), sort_keys=False))
    project.write("rates.csv", "a,b\n1,2\n")
    project.write("refunds/SKILL.md", SKILL.format("Ask first."))
    return project


@pytest.fixture
def there(hosted: Project) -> Project:
    hosted.run("apply", "--yes")
    return hosted


def valid(text: str, schema: str) -> Any:
    document = json.loads(text)
    jsonschema.validate(document, json.loads((SCHEMAS / schema).read_text("utf-8")))
    return document


def test_validate_counts_them(hosted: Project) -> None:
    said = hosted.run("validate").stdout

    assert "1 automation" in said
    assert "1 environment template" in said


def test_plan_and_outcome_are_as_their_schemas_say(hosted: Project) -> None:
    plan = valid(hosted.run("plan", "--format", "json").stdout, "plan.schema.json")
    assert len(plan["changes"]) == 6
    outcome = valid(hosted.run("apply", "--yes", "--format", "json").stdout, "outcome.schema.json")
    assert outcome["summary"]["created"] == 6
    hosted.edit("refunds/SKILL.md", "Ask first.", "Ask twice.")
    hosted.edit("all.yaml", "tone: dry", "tone: warm")
    valid(hosted.run("plan", "--format", "json").stdout, "plan.schema.json")
    valid(hosted.run("drift", "--format", "json").stdout, "plan.schema.json")
    hosted.run("plan", "--out", "plan.json")
    valid(
        hosted.run("apply", "plan.json", "--yes", "--format", "json").stdout, "outcome.schema.json"
    )
    assert "No changes" in hosted.run("plan").stdout


def test_show_lists_them_and_says_what_is_known_of_each(there: Project) -> None:
    rows = there.run("show").stdout
    assert rows.count("in sync") == 6
    assert "refunds" in rows
    assert "[provisioner" not in rows

    token = there.run("show", "credential.depot").stdout
    assert re.search(r"token_env +\(sensitive\) +\(not shown by the server\) +as desired", token)
    assert re.search(r"State +in sync as far as shown", token)
    assert "vault.shop" in token
    skill = there.run("show", "skill.refunds").stdout
    assert "files[SKILL.md]  refunds/SKILL.md (" in skill
    assert "(not shown by the server)  as desired" in skill
    desk = there.run("show", "environment_template.desk").stdout
    assert "automation.weekly" in desk
    weekly = json.loads(there.run("show", "automation.weekly", "--format", "json").stdout)
    assert weekly["refers_to"].keys() == {
        "assistant.clerk",
        "environment_template.desk",
        "vault.shop",
    }


def test_show_as_environment_names_every_id(there: Project) -> None:
    lines = there.run("show", "--format", "env").stdout.splitlines()

    assert {line.partition("=")[0] for line in lines} == {
        "ASSISTANT_CLERK",
        "AUTOMATION_WEEKLY",
        "CREDENTIAL_DEPOT",
        "ENVIRONMENT_TEMPLATE_DESK",
        "SKILL_REFUNDS",
        "VAULT_SHOP",
    }


def test_a_kind_can_be_selected(there: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    there.edit("all.yaml", "tone: dry", "tone: warm")
    monkeypatch.setenv("DEPOT_TOKEN", "another-token-of-a-test")

    for selected, expected in (("credential.*", "credential.depot"), ("vault.shop", "vault.shop")):
        said = there.run("plan", "--select", selected, "--format", "json").stdout
        changes = json.loads(said)["changes"]
        assert [(c["address"], c["action"]) for c in changes] == [(expected, "update")]
    there.run("apply", "--yes", "--select", "credential.*")
    assert "token_env" not in there.run("plan").stdout


def test_drift_shows_what_moved_there(there: Project) -> None:
    with there.live() as client:
        (automation,) = client.beta.agents.automations.list()
        client.beta.agents.automations.resume(automation.id)
        (template,) = client.beta.agents.environments.templates.list()
        client.beta.agents.environments.templates.update(template.id, files=[])

    said = there.run("drift", code=3).stdout

    assert "~ paused  true → false" in said
    assert "files[/workspace/rates.csv]" in said
    assert "Drift: 2 objects changed." in said


def test_destroy_takes_everything_away(there: Project) -> None:
    said = there.run("destroy", "--yes").output

    assert "6 deleted" in said
    assert there.run("show").stdout.count("would be created") == 6


def test_a_skill_whose_default_version_somebody_moved_back_is_drift(there: Project) -> None:
    file = there.folder / "manifests" / "refunds" / "SKILL.md"
    file.write_text(file.read_text(encoding="utf-8") + "\nAsk first.\n", encoding="utf-8")
    there.run("apply", "--yes")
    with there.live() as client:
        (skill,) = client.skills.list().data
        client.skills.update(skill.id, default_version="1")

    assert "default_version" in there.run("drift", code=3).stdout
    assert "somebody changed default_version" in there.run("apply", "--yes", code=1).stderr
    there.run("apply", "--yes", "--overwrite-drift")
    with there.live() as client:
        (skill,) = client.skills.list().data
        versions = client.skills.versions.list(skill.id).data
    assert (skill.default_version, len(versions)) == ("2", 2)
    assert "No changes." in there.run("plan").stdout


def test_a_credential_that_somebody_rotated_is_drift_and_can_be_sent_again(there: Project) -> None:
    with there.live() as client:
        (vault,) = client.beta.agents.vaults.list().data
        (known,) = client.beta.agents.vaults.credentials.list(vault.id).data

        def rotate() -> None:
            # Moments are whole seconds, and the next one is still ours.
            client.post("/embedded/clock", body={"seconds": 2.1}, cast_to=object)
            client.beta.agents.vaults.credentials.update(
                known.id, vault_id=vault.id, auth={"type": "static_bearer", "token": "theirs"}
            )

        assert "No drift in what the server shows." in there.run("drift").stdout
        rotate()
        said = there.run("drift", code=3).stdout
        assert "token_env" in said
        assert "the object was changed since our last write" in said
        assert there.run("apply", "--yes", code=1).stderr
        there.run("apply", "--yes", "--overwrite-drift")
        assert "No drift in what the server shows." in there.run("drift").stdout
        rotate()
        there.run("apply", "--yes", "--replace", "credential.depot", "--overwrite-drift")
    assert "No drift in what the server shows." in there.run("drift").stdout
