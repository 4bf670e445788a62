"""A fleet over HTTP: brackets in addresses survive marks, releases, plan files, commands and `load`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import provisioner
from provisioner.cli.root import provisioner as command
from tests.support.stories import changes

if TYPE_CHECKING:
    from tests.support.stories import World

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec:
  default_target: local
  guards: {max_delete_percent: 100}
  targets:
    local: {runtime: assistants, server: embedded}
    published: {runtime: responses, server: embedded, releases: ../published}
"""
MANIFESTS = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: kb}
for_each: {file: tenants.csv}
spec: {files: ["docs/${each.key}.md"]}
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: lookup}
for_each: {file: tenants.csv}
spec: {description: "Look up at ${each.name}."}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: support, labels: {tenant: "${each.key}"}}
for_each: {file: tenants.csv}
spec:
  model: gpt-4.1
  temperature: ${each.temperature}
  instructions: {parts: [{file: tone.md}, {file: who.md, variables: true}]}
  tools:
    - {type: file_search, vector_store: "kb[${each.key}]"}
    - {type: function, ref: "lookup[${each.key}]"}
"""
ROWS = ["acme,Acme Inc,0.1", "globex,Globex,0.2", "initech,Initech,0.3"]
ACME = "assistant.support[acme]"


def table(world: World, rows: list[str]) -> None:
    world.put("tenants.csv", "\n".join(["key,name,temperature", *rows]))


@pytest.fixture
def fleet(world: World) -> World:
    world.put("stack.yaml", STACK)
    world.put("fleet.yaml", MANIFESTS)
    world.put("tone.md", "Be friendly.\n")
    world.put("who.md", "You work for ${each.name}.\n")
    for row in ROWS:
        world.put(f"docs/{row.partition(',')[0]}.md", row)
    table(world, ROWS)
    return world


def run(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(command, args)
    assert result.exit_code == code, result.output
    return result.output


def test_a_fleet_lives_by_its_rows(fleet: World) -> None:
    fleet.converge()
    before = fleet.ids()
    assert fleet.addresses() == [
        f"{kind}[{key}]"
        for kind in ("assistant.support", "vector_store.kb")
        for key in ("acme", "globex", "initech")
    ]

    table(fleet, ROWS[::-1])
    assert changes(fleet.plan()) == []

    table(fleet, ROWS[:0:-1])
    assert changes(fleet.plan()) == [f"delete {ACME}", "delete vector_store.kb[acme]"]
    fleet.converge()

    fleet.put("tone.md", "Be kind.\n")
    assert changes(fleet.plan()) == [
        "update assistant.support[globex] instructions",
        "update assistant.support[initech] instructions",
    ]
    fleet.converge()
    after = fleet.ids()
    assert after == {name: id for name, id in before.items() if "acme" not in name}
    assert {row["instructions"] for row in fleet.rows("assistants")} == {
        "Be kind.\n\nYou work for Globex.",
        "Be kind.\n\nYou work for Initech.",
    }


def test_one_row_is_meant_by_its_address(fleet: World) -> None:
    def planned(*terms: str) -> list[str]:
        options = [option for term in terms for option in ("--select", term)]
        found = json.loads(run("plan", "--format", "json", *options))
        return [change["address"] for change in found["changes"]]

    assert planned("vector_store.kb[*]", "assistant.support[acme]")[0] == ACME
    assert len(planned("vector_store.kb[*]", "assistant.support[acme]")) == 1 + len(ROWS)
    assert planned("vector_store.kb[*]", "tenant=globex")[0] == "assistant.support[globex]"

    assert "assistant.support[*]" in run("plan", "--select", "assistant.support", code=2)

    fleet.converge()
    assert "support[acme]" in run("show", ACME)
    shown = json.loads(run("show", "--format", "json"))
    assert ACME in json.dumps(shown)
    assert "ASSISTANT_SUPPORT_ACME_=" in run("show", "--format", "env")
    assert provisioner.load("support[acme]").id in fleet.ids().values()
    assert run("ask", ACME, "Who are you?").strip()


def test_a_saved_plan_of_a_fleet_is_applied_as_it_was_shown(fleet: World) -> None:
    file = fleet.root / "plan.json"
    shown = run("plan", "--out", str(file))
    assert "each with the values of its row, in 2 more: assistant.support[globex]," in shown
    assert run("show", str(file)).splitlines()[:12] == shown.splitlines()[:12]

    assert fleet.apply_file(file).succeeded
    assert changes(fleet.plan()) == []


def test_each_row_has_its_releases(fleet: World) -> None:
    options = replace(fleet.options, target="published")
    assert fleet.apply(options).succeeded
    assert changes(fleet.plan(options)) == []

    registry = fleet.root / "published"
    assert (registry / "k3v9q0x7dp" / "default" / "support[acme]").is_dir()
    loaded = provisioner.load("support[acme]", releases=registry, owner="k3v9q0x7dp/default")
    assert loaded.params()["temperature"] == 0.1
    assert provisioner.load("support[globex]", releases=registry).params()["temperature"] == 0.2
    assert "1  " in run("show", "--releases", ACME, "--target", "published")

    table(fleet, ROWS[1:])
    assert "delete assistant.support[acme]" in changes(fleet.plan(options))
    assert fleet.apply(options).succeeded
    with pytest.raises(provisioner.ProvisionerError):
        provisioner.load("support[acme]", releases=registry, owner="k3v9q0x7dp/default")
