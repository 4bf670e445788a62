"""`compare`: environments, targets, folders and runs, offline and live."""

import json
import shutil

import jsonschema
import pytest

from provisioner.verbs.schema import schemas
from tests.cli.conftest import Project

SECRET = "sk-very-secret-word"  # noqa: S105 - what must never be shown


def differences(project: Project, *words: str) -> dict[str, list[str]]:
    """Address -> the paths that differ, or the side that alone has it. The document has to be valid."""
    told = json.loads(project.run("compare", *words, "--format", "json").stdout)
    jsonschema.validate(told, json.loads(schemas()["comparison"]))
    return {
        one["address"]: [
            *(field["path"] for field in one["fields"]),
            *(d["path"] for d in one["documents"]),
        ]
        or [one["side"]]
        for one in told["differences"]
    }


def test_environments_are_compared_offline_as_they_are_resolved(project: Project) -> None:
    result = project.run("compare", "default", "dev", "--exit-code", code=3)

    assert '~ model  "gpt-6.1-terra" → "gpt-6.1-luna"' in result.stdout
    assert result.stdout.endswith(
        "Compared: 1 different, 0 only in default, 0 only in dev, 1 alike.\n"
    )
    assert not (project.folder / ".provisioner").exists()
    same = project.run("compare", "dev", "dev", "--exit-code")
    assert same.stdout.endswith("Nothing differs: 2 resources are alike.\n")


def test_one_address_or_a_term_is_compared(project: Project) -> None:
    assert differences(project, "default", "dev", "assistant.*") == {"assistant.helper": ["model"]}
    assert differences(project, "default", "dev", "vector_store.handbook") == {}


@pytest.mark.parametrize("live", [(), ("--live",)])
def test_an_address_that_neither_side_has_is_wrong_usage(
    project: Project, live: tuple[str, ...]
) -> None:
    project.run("apply", "--yes")
    for wrong in ("assistant.helpr", "helpr", "file.*"):
        told = project.run("compare", "default", "dev", wrong, *live, code=2).stderr
        assert f"{wrong} matches nothing: neither side has a resource at this address." in told
        assert ("Did you mean `assistant.helper`?" in told) is wrong.endswith(".helpr")
    assert "helper" in project.run("compare", "default", "dev", "helper", *live).stdout


def test_folders_are_compared_documents_included(project: Project) -> None:
    shutil.copytree(project.folder / "manifests", project.folder / "older")
    project.write("handbook.md", "# Handbook\n\nEverybody has 30 days off a year.\n")
    project.edit("helper.yaml", "temperature: 0.2", "temperature: 0.7")

    assert differences(project, "older", "manifests") == {
        "assistant.helper": ["temperature"],
        "vector_store.handbook": ["handbook.md"],
    }
    markdown = project.run("compare", "older", "manifests", "--format", "markdown").stdout
    assert markdown.startswith("### Compared: 2 different")
    assert "! files[handbook.md]" in markdown


def test_live_sides_are_read_and_a_run_is_what_the_ledger_recorded(project: Project) -> None:
    ledger = ("--ledger", "ledger.db")
    project.run("apply", "--yes", *ledger)
    run = json.loads(project.run("history", "--format", "json", *ledger).stdout)["runs"][0]["id"]
    project.run("apply", "--yes", "--env", "dev", "--new", *ledger)
    with project.live() as client:
        [helper] = [a for a in client.beta.assistants.list() if a.model == "gpt-6.1-terra"]
        client.beta.assistants.update(helper.id, temperature=0.9)

    assert differences(project, "default", "dev") == {"assistant.helper": ["model"]}
    live = differences(project, "default", "dev", "--live")
    assert live == {"assistant.helper": ["model", "temperature"]}
    project.edit("helper.yaml", "temperature: 0.2", "temperature: 0.4")
    assert differences(project, run, "default", *ledger) == {"assistant.helper": ["temperature"]}
    assert differences(project, run, "default", "--live", *ledger) == {
        "assistant.helper": ["temperature"]
    }


def test_what_only_one_side_has_is_named_with_that_side(project: Project) -> None:
    project.run("apply", "--yes")
    result = project.run("compare", "default", "dev", "--live")

    assert "- assistant.helper  only in default" in result.stdout
    assert "Compared: 0 different, 2 only in default, 0 only in dev, 0 alike." in result.stdout


def test_no_secret_is_shown_and_that_it_differs_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", SECRET)
    project.edit(
        "stack.yaml",
        "  variables:\n",
        '  variables:\n    word: {type: string, sensitive: true, default: "${env:WORD}"}\n',
    )
    project.edit("helper.yaml", "Be brief.", "Be brief ${var:word} and kind.")
    project.run("apply", "--yes")
    project.run("apply", "--yes", "--env", "dev", "--new", "--var", f"word={SECRET}2")

    for words in (("default", "dev"), ("default", "dev", "--live")):
        for shape in ("text", "json", "markdown"):
            told = project.run("compare", *words, "--format", shape).output
            assert SECRET not in told
            assert "assistant.helper" in told


def test_a_word_that_names_nothing_is_wrong_usage(project: Project) -> None:
    result = project.run("compare", "dev", "prd", code=2)
    assert "Environments: `dev`." in result.stderr
