"""`--release ENV:N`: exactly the tested release of another environment, with the ids of this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Project

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: local
  targets: {local: {runtime: responses, server: embedded, releases: releases}}
  variables: {model: {type: string, default: gpt-6.1-terra}, word: {type: string, sensitive: true, default: x}}
  environments:
    staging: {}
    prod: {variables: {model: gpt-6.1-sol}, patches: [{address: assistant.helper, spec: {temperature: 0}}]}
    bare: {without: [vector_store.handbook], patches: [{address: assistant.helper, spec: {tools: null}}]}
"""
HELPER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec:
  model: ${var:model}
  instructions: Be brief.
  temperature: 0.2
  tools:
    - {type: file_search, vector_store: handbook}
    - type: function
      function:
        name: lookup
        parameters: {type: object, properties: {z: {type: string}, a: {type: string}}, required: [z]}
  lifecycle: {prevent_destroy: true}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: handbook}
spec: {files: [handbook.md]}
"""


@pytest.fixture
def staged(project: Project) -> Project:
    """A project whose staging has two releases: Be brief, and Be kind."""
    project.write("stack.yaml", STACK)
    project.write("helper.yaml", HELPER)
    project.run("apply", "--env", "staging", "--yes")
    project.edit("helper.yaml", "Be brief.", "Be kind.")
    project.run("apply", "--env", "staging", "--yes")
    return project


def release(project: Project, environment: str, number: int) -> dict[str, Any]:
    folder = Path(project.folder, "manifests/releases/k3v9q0x7dp", environment, "helper")
    found: dict[str, Any] = json.loads((folder / f"{number:08}.json").read_text("utf-8"))
    return found


def without_ids(params: dict[str, Any]) -> dict[str, Any]:
    tools = [
        {**tool, "vector_store_ids": []} if "vector_store_ids" in tool else tool
        for tool in params["tools"]
    ]
    return {**params, "tools": tools}


def test_the_tested_release_is_published_with_the_ids_of_this_environment(staged: Project) -> None:
    words = ("--env", "prod", "--new", "--release", "staging:1")
    plan = json.loads(staged.run("plan", *words, "--format", "json").stdout)
    assert [(c["address"], c["action"]) for c in plan["changes"]] == [
        ("assistant.helper", "create"),
        ("vector_store.handbook", "create"),
    ]
    staged.run("apply", *words, "--yes")

    tested, made = release(staged, "staging", 1), release(staged, "prod", 1)
    assert json.dumps(without_ids(made["params"])) == json.dumps(without_ids(tested["params"]))
    assert made["params"]["tools"] != tested["params"]["tools"]
    assert made["params"]["instructions"] == "Be brief."
    assert made["provenance"]["promoted_from"] == "k3v9q0x7dp/staging/helper#1"
    assert made["provenance"]["promoted_digest"] == tested["digest"]
    assert "protect" in made["metadata"]["provisioner.owner"]
    again = staged.run("plan", "--env", "prod", "--release", "staging:1", "--exit-code")
    assert "No changes." in again.stdout
    assert "model-changed" in staged.run("plan", "--env", "prod").stdout


def test_a_saved_plan_of_a_release_publishes_it_with_its_origin(staged: Project) -> None:
    staged.run("plan", "--env", "prod", "--new", "--release", "staging", "--out", "plan.json")
    staged.edit("helper.yaml", "Be kind.", "Be anything.")
    staged.run("apply", "plan.json", "--yes")

    made = release(staged, "prod", 1)
    assert made["params"]["instructions"] == "Be kind."
    assert made["provenance"]["promoted_from"] == "k3v9q0x7dp/staging/helper#2"
    assert staged.run("apply", "plan.json", "--release", "staging:1", "--yes", code=2)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("staging:9",), 1, "The releases that are kept: 2, 1."),
        (("staging:x",), 2, "[no-release-name]"),
        (("nowhere:1",), 1, "The Stack has no environment `nowhere`."),
        (("prod:1",), 1, "The releases that are kept: none."),
    ],
)
def test_what_is_no_release_is_refused(
    staged: Project, words: tuple[str, ...], code: int, told: str
) -> None:
    result = staged.run("plan", "--env", "bare", "--new", "--release", *words, code=code)
    assert told in result.stderr


def test_a_store_that_is_not_declared_here_is_refused(staged: Project) -> None:
    result = staged.run("plan", "--env", "bare", "--new", "--release", "staging:1", code=1)
    assert "vector_store.handbook: not declared in this environment." in result.stderr
    assert "[not-mapped]" in result.stderr


def test_a_release_that_names_what_is_not_ours_is_refused(staged: Project) -> None:
    with staged.live() as client:
        [store] = client.vector_stores.list()
        client.vector_stores.delete(store.id)
    result = staged.run("plan", "--env", "prod", "--new", "--release", "staging:1", code=1)
    assert f"The release refers to {store.id}. No object of this stack" in result.stderr


def test_a_number_is_of_one_assistant_and_select_names_it(staged: Project) -> None:
    staged.write("other.yaml", HELPER.partition("---")[0].replace("name: helper", "name: other"))
    result = staged.run("plan", "--env", "prod", "--new", "--release", "staging:1", code=2)
    assert "2 assistants are selected" in result.stderr
    chosen = ("--select", "helper", "--select", "vector_store.*")
    staged.run("plan", "--env", "prod", "--new", "--release", "staging:1", *chosen)


def test_a_release_without_a_seal_or_with_a_secret_is_refused(staged: Project) -> None:
    staged.edit("helper.yaml", "Be kind.", "Be kind, ${var:word}.")
    staged.run("apply", "--env", "staging", "--yes")
    secret = staged.run("plan", "--env", "prod", "--new", "--release", "staging:3", code=1)
    assert "The release has a secret of its environment" in secret.stderr

    file = Path(staged.folder, "manifests/releases/k3v9q0x7dp/staging/helper/00000002.json")
    data = json.loads(file.read_text("utf-8"))
    del data["provenance"]["seal"]
    file.write_text(json.dumps(data), "utf-8")
    result = staged.run("plan", "--env", "prod", "--new", "--release", "staging:2", code=1)
    assert "[not-sealed]" in result.stderr


def test_other_documents_than_those_of_the_test_are_named(staged: Project) -> None:
    staged.write("handbook.md", "# Handbook\n\nSomething else.\n")
    result = staged.run("plan", "--env", "prod", "--new", "--release", "staging:1")
    assert "vector_store.handbook: handbook.md differ." in result.stdout
    assert "[other-knowledge]" in result.stdout
