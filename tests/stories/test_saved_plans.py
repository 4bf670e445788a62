"""A saved plan does what was reviewed, to what it was reviewed against, or nothing."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.saved import body_digest
from provisioner.engine.sealing import LONG
from provisioner.model.errors import PlanRefused, ProvisionerError
from provisioner.verbs._shared.plan_file.write import save
from provisioner.verbs.plan import planned
from tests.stories.stacks import PLACES, TEXTS, documents, first, replaced, updated, written
from tests.support.stories import STACK, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.verbs._shared.session import RunOptions
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
FILE = Path("p.json")


def saved(world: World, options: RunOptions | None = None) -> dict[str, Any]:
    with planned(options or world.options) as found:
        save(found, FILE)
    document: dict[str, Any] = json.loads(FILE.read_text())
    return document


def refused(world: World, match: str | None = None, options: RunOptions | None = None) -> None:
    """Nothing is written, and the refusal says why."""
    before, faulty = world.account(), watched(world)
    with pytest.raises((PlanRefused, ProvisionerError), match=match):
        world.apply_file(FILE, options)
    assert writes(faulty) == []
    assert world.account() == before


@pytest.mark.parametrize("steps", [(first,), (first, updated), (first, replaced)])
def test_a_saved_plan_does_exactly_what_it_shows(
    world: World, steps: tuple[Callable[[World], None], ...]
) -> None:
    *before, last = steps
    for step in before:
        step(world)
        world.converge()
    last(world)
    saved(world)
    report = world.apply_file(FILE)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    assert world.addresses() == PLACES


@pytest.mark.parametrize("steps", [(first,), (first, updated), (first, replaced)])
def test_a_plan_applied_twice_is_refused_the_second_time(
    world: World, steps: tuple[Callable[[World], None], ...]
) -> None:
    for step in steps:
        step(world)
        saved(world)
        assert world.apply_file(FILE).succeeded
    refused(world)


def test_an_edit_of_a_touched_object_is_refused_and_shown(world: World) -> None:
    first(world)
    world.converge()
    updated(world)
    saved(world)
    with world.client as client:
        client.beta.assistants.update(world.ids()["assistants/clerk"], description="Theirs.")
    refused(world, r"assistant\.clerk: edited since this plan was made")


def test_an_edit_of_an_untouched_object_does_not_matter(world: World) -> None:
    first(world)
    world.converge()
    made_of = documents()
    made_of[-1]["spec"]["description"] = "Computes."
    written(world, made_of, TEXTS)
    saved(world)
    with world.client as client:
        client.beta.assistants.update(world.ids()["assistants/clerk"], description="Theirs.")
    report = world.apply_file(FILE)
    assert report.succeeded, failures(report)
    rows = {row["name"]: row["description"] for row in world.rows("assistants")}
    assert rows == {"clerk": "Theirs.", "analyst": "Computes."}


def test_a_document_changed_on_disk_is_refused(world: World) -> None:
    first(world)
    saved(world)
    world.put("docs/a.md", "Something else.\n")
    refused(world, "has changed since this plan was made")


def test_a_plan_is_applied_from_a_checkout_with_other_line_endings(world: World) -> None:
    first(world)
    saved(world)
    for name in ("docs/a.md", "docs/rates.csv"):
        data = (world.manifests / name).read_bytes()
        world.put(name, data.replace(b"\n", b"\r\n"))

    report = world.apply_file(FILE)

    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    sizes = {row["filename"]: row["bytes"] for row in world.rows("files")}
    assert sizes["a.md"] == (world.manifests / "docs/a.md").stat().st_size


def test_drift_that_the_plan_shows_is_overwritten(world: World) -> None:
    first(world)
    world.converge()
    with world.client as client:
        client.beta.assistants.update(world.ids()["assistants/clerk"], instructions="Theirs.")
    saved(world)
    assert world.apply_file(FILE).succeeded
    assert {row["instructions"] for row in world.rows("assistants")} == {"Be brief.\n"}


def _other_target(head: dict[str, Any]) -> None:
    head["target"] = "other"


def _other_environment(head: dict[str, Any]) -> None:
    head["environment"] = "prod"


def _other_stack(head: dict[str, Any]) -> None:
    head["stack"] = "elsewhere"


def _other_root(head: dict[str, Any]) -> None:
    head["root"] = "../elsewhere"


def _absolute_root(head: dict[str, Any]) -> None:
    head["root"] = "/etc"


def _other_id(head: dict[str, Any]) -> None:
    head["changes"][0]["live"]["id"] = head["changes"][1]["live"]["id"]


def _foreign_id(head: dict[str, Any]) -> None:
    head["changes"][0]["live"]["id"] = "asst_somebodyelses"


def _other_address(head: dict[str, Any]) -> None:
    head["changes"][0]["address"] = "assistant.other"


def _swapped_addresses(head: dict[str, Any]) -> None:
    one, two = head["changes"][:2]
    one["address"], two["address"] = two["address"], one["address"]


def _flipped_action(head: dict[str, Any]) -> None:
    head["changes"][0]["action"] = "delete"


def _delete_in_disguise(head: dict[str, Any]) -> None:
    head["changes"][0] |= {"action": "delete", "reason": "orphan", "desired": None}


def _other_settings(head: dict[str, Any]) -> None:
    head["settings"] = "0" * LONG


def _document_outside(head: dict[str, Any]) -> None:
    store = next(c for c in head["changes"] if c["address"].startswith("vector_store"))
    store["desired"]["documents"][0]["path"] = "../../../etc/hostname"


TAMPERINGS = [
    _other_target,
    _other_environment,
    _other_stack,
    _other_root,
    _absolute_root,
    _other_id,
    _foreign_id,
    _other_address,
    _swapped_addresses,
    _flipped_action,
    _other_settings,
    _document_outside,
]


@pytest.mark.parametrize("recomputed", [False, True], ids=["as-it-was", "digest-recomputed"])
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda change: change.__name__.strip("_"))
def test_a_tampered_plan_reaches_no_other_host_and_no_other_object(
    world: World, tampering: Callable[[dict[str, Any]], None], recomputed: bool
) -> None:
    first(world)
    world.converge()
    updated(world)
    document = saved(world)
    tampered = deepcopy(document)
    tampering(tampered["apply"])
    if recomputed:
        body = {key: value for key, value in tampered["apply"].items() if key != "digest"}
        tampered["apply"]["digest"] = body_digest(body)
    assert tampered != document
    FILE.write_text(json.dumps(tampered))
    refused(world)


def test_a_plan_turned_into_a_delete_can_at_most_delete_what_is_ours(world: World) -> None:
    """A forged plan with its digest can ask only for changes that the verbs can make."""
    first(world)
    world.converge()
    updated(world)
    document = saved(world)
    _delete_in_disguise(document["apply"])
    FILE.write_text(json.dumps(document))
    refused(world, "digest")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"apply": []}', '{"apply": {}}', "x"])
def test_what_is_no_plan_is_refused(world: World, text: str) -> None:
    first(world)
    FILE.write_text(text)
    refused(world, "not a saved plan|cannot be used")


def with_secret(world: World) -> None:
    stack = deepcopy(STACK)
    stack["spec"]["variables"] = {"phone": {"type": "string", "sensitive": True}}
    clerk = manifest(
        "Assistant", "clerk", model="gpt-6.1-terra", instructions="Call ${var:phone} at night."
    )
    world.write([stack, clerk])


def test_a_sensitive_variable_survives_and_is_not_in_the_file(world: World) -> None:
    with_secret(world)
    options = replace(world.options, variables={"phone": "555-0199-secret"})
    saved(world, options)
    assert "555-0199" not in FILE.read_text()
    assert world.apply_file(FILE, options).succeeded
    assert world.rows("assistants")[0]["instructions"] == "Call 555-0199-secret at night."
    assert changes(world.plan(options)) == []


@pytest.mark.parametrize("variables", [{}, {"phone": "555-0100"}])
def test_a_sensitive_variable_that_is_not_the_same_is_refused(
    world: World, variables: dict[str, str]
) -> None:
    with_secret(world)
    saved(world, replace(world.options, variables={"phone": "555-0199-secret"}))
    refused(world, options=replace(world.options, variables=variables))


@pytest.mark.parametrize("way", ["path", "link", "folder"])
def test_a_document_outside_of_the_manifest_folder_is_never_read(world: World, way: str) -> None:
    first(world)
    (world.root / "outside.md").write_text("Not for others.\n")
    document = saved(world)
    store = next(c for c in document["apply"]["changes"] if c["address"].startswith("vector_store"))
    entry = store["desired"]["documents"][0]
    entry |= {"sha256": sha256(b"Not for others.\n").hexdigest(), "size": 16}
    if way == "path":
        entry["path"] = "../outside.md"
    elif way == "link":
        entry["path"] = "inside.md"
        (world.manifests / "inside.md").symlink_to(world.root / "outside.md")
    else:
        entry["path"] = "docs-of-others/outside.md"
        (world.manifests / "docs-of-others").symlink_to(world.root)
    body = {key: value for key, value in document["apply"].items() if key != "digest"}
    document["apply"]["digest"] = body_digest(body)
    FILE.write_text(json.dumps(document))
    refused(world, r"\[document-outside\]")
