"""An upgrade: what an earlier version left is in sync, one edit is that edit, and drift is drift."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.saved import check_whole
from provisioner.model.codes import registries as codes
from provisioner.model.errors import PlanRefused
from provisioner.providers.releases import open_registry
from provisioner.verbs.drift import drift
from provisioner.verbs.migrate.plan import planned_migration
from provisioner.verbs.migrate.report import Route
from tests.support.hosted import listed
from tests.support.stories import causes, changes, failures
from tests.support.upgrades import FIXTURES, planned_then, scene

if TYPE_CHECKING:
    from pathlib import Path

    from provisioner.providers.releases.registry import Registry
    from tests.support.stories import World

SCENES = sorted(path.parent.name for path in (FIXTURES / "0.1.0").glob("*/account.json"))
RELEASES = [name for name in SCENES if name.endswith("responses")]
OBJECTS = [name for name in SCENES if name not in RELEASES]
ORDERED = ".properties"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return scene(request.param, tmp_path, monkeypatch)


def then(name: str) -> list[str]:
    """Return the plan of 0.1.0 for a scene, in short."""
    return [
        f"{change['action']} {change['address']} {field['path']}"
        for change in planned_then(name)["changes"]
        for field in change["fields"]
    ]


def registry(world: World) -> Registry:
    return open_registry(world.root / ".provisioner" / "releases")


def live(world: World, collection: str) -> list[dict[str, Any]]:
    return listed(world, collection) if collection == "agents" else world.rows(collection)


def send(world: World, path: str, body: dict[str, Any]) -> None:
    """Change an object by hand."""
    headers = {"OpenAI-Beta": "agents=v1" if path.startswith("agents") else "assistants=v2"}
    with world.client as client:
        client.post(f"/{path}", cast_to=object, body=body, options={"headers": headers})


def edit(world: World, name: str, old: str, new: str) -> None:
    path = world.manifests / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("world", OBJECTS, indirect=True)
def test_after_an_upgrade_the_plan_is_empty(world: World) -> None:
    assert changes(world.plan()) == []
    assert drift(world.options).is_empty


@pytest.mark.parametrize(("world", "name"), [(n, n) for n in RELEASES], indirect=["world"])
def test_only_releases_that_hold_sorted_properties_are_published_anew(
    world: World, name: str
) -> None:
    plan = world.plan()
    ordered = [line for line in changes(plan) if line.endswith(ORDERED)]

    assert [line for line in changes(plan) if line not in ordered] == then(name)
    assert ordered
    assert {f.cause.value for c in plan.changes for f in c.fields if f.path.endswith(ORDERED)} == {
        "manifest"
    }
    assert [d.code for d in plan.diagnostics].count(codes.SORTED_PROPERTIES) == 1


@pytest.mark.parametrize("world", ["odd-responses"], indirect=True)
def test_published_anew_a_release_holds_the_order_of_the_manifest(world: World) -> None:
    report = world.apply()

    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    (release,) = registry(world).current().values()
    schema = release.params["text"]["format"]["schema"]
    assert [*schema["properties"]] == ["zz_reasoning", "answer", "source"]
    first = release.params["tools"][0]["parameters"]
    assert [*first["properties"]] == ["zz_reasoning", "answer", "source"]


@pytest.mark.parametrize("world", ["odd-responses"], indirect=True)
def test_a_migration_says_where_the_release_of_its_source_was_sorted(world: World) -> None:
    stack = world.manifests / "all.yaml"
    text = stack.read_text("utf-8")
    (line,) = (one for one in text.splitlines() if "targets: {main:" in one)
    other = "next: {runtime: responses, server: embedded, releases: ../.provisioner/next}"
    stack.write_text(text.replace(line, f"{line[:-1]}, {other}}}"), "utf-8")

    with planned_migration(world.options, Route("main", "next")) as found:
        notes = [note for note in found.notes if note.code == codes.SORTED_PROPERTIES]

    assert len(notes) == 1
    assert (
        "assistant.clerk: an earlier version of provisioner sorted the properties"
        in notes[0].detail
    )


READ_BY_0_1_0 = {
    *("number", "name", "description", "address", "owner", "params", "metadata", "provenance"),
    *("created_at", "deleted", "digest"),
}
"""The fields of a release's file that version 0.1.0 knows. It takes no other."""


@pytest.mark.parametrize("world", ["odd-responses"], indirect=True)
def test_the_version_before_reads_the_new_registry(world: World) -> None:
    assert world.apply().succeeded

    files = sorted((world.root / ".provisioner" / "releases").rglob("*.json"))
    assert [path.stem for path in files] == ["00000001", "00000002"]
    for path in files:
        written = json.loads(path.read_text("utf-8"))
        assert written.keys() == READ_BY_0_1_0
        assert all(isinstance(value, str) for value in written["provenance"].values())
        assert all(isinstance(value, str) for value in written["metadata"].values())
        spelled = json.dumps(
            written["params"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert written["digest"] == f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"


EDITS = {
    "odd-assistants": ("all.yaml", "name: clerk\n  model", "name: Clerk\n  model"),
    "odd-agents": ("all.yaml", "name: clerk\n  model", "name: Clerk\n  model"),
    "samples-local": ("assistants/policy-qa.yaml", "name: Policy", "name: Policies"),
    "samples-local-agents": ("assistants/policy-qa.yaml", "name: Policy", "name: Policies"),
}


@pytest.mark.parametrize(("world", "name"), [(n, n) for n in EDITS], indirect=["world"])
def test_one_edit_is_that_edit_and_rewrites_the_mark(world: World, name: str) -> None:
    """The tool and the text that this server keeps otherwise than sent stay known."""
    edit(world, *EDITS[name])
    (line,) = changes(world.plan())
    assert line.startswith("update assistant.")
    assert line.endswith(" name")

    report = world.apply()

    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    assert drift(world.options).is_empty


ODD = ["odd-assistants", "odd-agents"]


@pytest.mark.parametrize("world", ODD, indirect=True)
def test_swapping_two_properties_is_a_change_of_the_manifest(world: World) -> None:
    path = world.manifests / "all.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "answer: {type" in line)
    lines[at : at + 2] = reversed(lines[at : at + 2])
    path.write_text("".join(lines), "utf-8")

    plan = world.plan()

    # With a unit that changes, what the server keeps otherwise in it is shown too.
    assert {line.rpartition(".")[2] for line in changes(plan)} == {"properties", "$schema"}
    assert causes(plan) == {"manifest"}
    assert world.apply().succeeded
    assert changes(world.plan()) == []


LIVE_EDITS: dict[str, tuple[str, dict[str, Any]]] = {
    "odd-assistants": ("assistants", {"temperature": 0.1, "instructions": "Be rude."}),
    "odd-agents": ("agents", {"instructions": "Be rude."}),
}


@pytest.mark.parametrize(("world", "name"), [(n, n) for n in ODD], indirect=["world"])
def test_drift_after_an_upgrade_is_that_drift_and_no_more(world: World, name: str) -> None:
    collection, body = LIVE_EDITS[name]
    clerk = next(row for row in live(world, collection) if row["name"] == "clerk")
    send(world, f"{collection}/{clerk['id']}", body)

    plan = world.plan()

    assert changes(plan) == ["update assistant.clerk instructions"]
    assert causes(plan) == {"drift"}


@pytest.mark.parametrize("world", SCENES, indirect=True)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["unix", "windows"])
def test_another_checkout_of_the_same_commit_uploads_nothing(world: World, ending: bytes) -> None:
    before = changes(world.plan())
    for path in world.manifests.rglob("*"):
        if path.is_file() and b"\0" not in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", ending))

    assert changes(world.plan()) == before


@pytest.mark.parametrize("name", SCENES)
def test_a_plan_file_of_an_earlier_version_is_refused(name: str) -> None:
    saved = json.loads((FIXTURES / "0.1.0" / name / "saved-plan.json").read_text("utf-8"))

    with pytest.raises(PlanRefused, match="Make a new plan"):
        check_whole(saved["apply"])
