"""migrate: the report for people, programs and pull requests; and the move, with approval only."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from provisioner import emulator
from provisioner.verbs._shared import lifecycle
from provisioner.verbs.schema import schemas
from tests.cli.conftest import Project
from tests.support.faults import Fault, Faulty, creating, fail

if TYPE_CHECKING:
    from provisioner.emulator import App

ROUTE = ("migrate", "--from", "local", "--to", "openai")
APPLY = (*ROUTE, "--apply", "--yes")
TARGETS = """\
    local: {runtime: assistants, server: embedded}
    openai: {runtime: responses, server: embedded, drop: [max_prompt_tokens, truncation_strategy]}
    bare: {runtime: responses, server: embedded, releases: bare}
    other: {runtime: assistants, server: embedded, data: other.sqlite}
    twin: {runtime: assistants, server: embedded, drop: [temperature]}
"""


@pytest.fixture
def moving(project: Project) -> Project:
    project.edit("stack.yaml", "    local: {runtime: assistants, server: embedded}\n", TARGETS)
    return project


@pytest.fixture
def living(moving: Project) -> Project:
    moving.run("apply", "--yes")
    return moving


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    jsonschema.validate(found, json.loads(schemas()["migration"]))
    return found


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def names(project: Project) -> list[str]:
    with project.live() as client:
        return [str(assistant.name) for assistant in client.beta.assistants.list().data]


def test_the_report_says_what_becomes_of_everything(moving: Project) -> None:
    result = moving.run(*ROUTE)

    assert "From   local · assistants · embedded" in result.stdout
    assert "assistant.helper  ready, with changes" in result.stdout
    assert "- max_prompt_tokens" in result.stdout
    assert "manifests/helper.yaml:16:3 · in `drop:` of openai" in unwrapped(result.stdout)
    assert "= vector_store.handbook" in result.stdout
    assert "Migration: 1 assistant: 0 ready, 1 ready with changes, 0 blocked." in result.stdout
    assert "To migrate: provisioner migrate --from local --to openai --apply" in result.stderr


def test_what_blocks_exits_1_and_says_what_to_write(moving: Project) -> None:
    result = moving.run("migrate", "--from", "local", "--to", "bare", code=1)

    assert "assistant.helper  blocked" in result.stdout
    assert "✗ truncation_strategy" in result.stdout
    last = result.stdout.splitlines()[-1]
    assert last == '  drop: ["truncation_strategy=last_messages", max_prompt_tokens]'
    moving.edit("stack.yaml", "releases: bare}", f"releases: bare, {last.strip()}}}")
    moving.run("migrate", "--from", "local", "--to", "bare")


def test_the_report_needs_no_key_and_no_network(
    moving: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REMOTE_KEY")
    result = moving.run("migrate", "--from", "remote", "--to", "openai")
    assert "± vector_store.handbook" in result.stdout
    assert "Rebuilt from the manifests: 1 document uploaded." in unwrapped(result.stdout)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--from", "local", "--to", "local"), "source and new target are the same"),
        (("--from", "local", "--to", "opnai"), "Did you mean `openai`?"),
        (("--from", "lokal", "--to", "openai"), "Did you mean `local`?"),
        (("--from", "local", "--to", "twin"), "both targets lead to one place"),
        (("--from", "local", "--to", "openai", "--select", "assistant.x"), "matches nothing"),
        (("--from", "local"), "Missing option '--to'"),
    ],
)
def test_a_route_that_makes_no_sense_exits_2(
    moving: Project, args: tuple[str, ...], says: str
) -> None:
    result = moving.run("migrate", *args, code=2)
    assert says in result.stderr
    assert result.stdout == ""


def test_the_report_as_json_fits_its_schema(moving: Project) -> None:
    found = document(moving.run(*ROUTE, "--format", "json").stdout)

    assert found["verdict"] == "ready, with changes"
    assert found["move"] is None
    (helper,) = found["assistants"]
    lost = [field for field in helper["fields"] if field["becomes"] == "lost"]
    assert {field["path"]: field["blocks"] for field in lost} == {
        "max_prompt_tokens": False,
        "truncation_strategy": False,
    }
    blocked = document(
        moving.run("migrate", "--from", "local", "--to", "bare", "--format", "json", code=1).stdout
    )
    assert blocked["drop_to_add"] == ["truncation_strategy=last_messages", "max_prompt_tokens"]


def test_the_report_as_markdown_is_a_table(moving: Project) -> None:
    text = moving.run(*ROUTE, "--format", "markdown").stdout

    assert "| `assistant.helper` | ready, with changes |" in text
    assert "| - | `max_prompt_tokens` | lost |" in text


def test_without_a_terminal_and_without_yes_nothing_is_moved(living: Project) -> None:
    result = living.run(*ROUTE, "--apply", code=1)

    assert "nobody is there to approve this" in result.stderr
    assert names(living) == ["Helper"]
    assert "Plan: 1 to create" in living.run("plan", "--target", "openai").stdout


def test_the_move_shows_both_sides_and_where_each_assistant_is_now(living: Project) -> None:
    result = living.run(*APPLY)

    first, then = (
        result.stdout.index("First, on openai:"),
        result.stdout.index("Then, once everything"),
    )
    assert first < result.stdout.index("+ assistant.helper  create") < then
    assert "- assistant.helper  delete  migrated: it lives on another target now" in result.stdout
    assert "✓ openai verified: 1 live, nothing left to change" in result.stderr
    assert "assistant.helper  asst_" in result.stdout
    assert "k3v9q0x7dp/default/helper" in result.stdout
    assert names(living) == []
    assert "No changes." in living.run("plan", "--target", "openai").stdout
    again = living.run(*ROUTE, "--apply")
    assert "Nothing to do" in again.stdout


def test_with_keep_source_it_lives_on_both_sides(living: Project) -> None:
    result = living.run(*APPLY, "--keep-source")
    assert "Then, once everything" not in result.stdout
    assert names(living) == ["Helper"]
    assert "Nothing to do" in living.run(*APPLY, "--keep-source").stdout


def test_the_move_as_json_is_one_document_and_text_goes_to_stderr(living: Project) -> None:
    result = living.run(*APPLY, "--format", "json")

    move = document(result.stdout)["move"]
    assert move["state"] == "done"
    assert move["verified"] is True
    assert move["applied"]["summary"]["created"] == 1
    assert move["retired"]["summary"]["deleted"] == 1
    assert [change["reason"] for change in move["retire"]["changes"]] == ["migrated"]
    assert move["ids"]["assistant.helper"]["to"] == "k3v9q0x7dp/default/helper"
    assert "First, on openai:" in result.stderr
    again = document(living.run(*APPLY, "--format", "json").stdout)["move"]
    assert again["state"] == "nothing to do"


FORMATS = {"markdown": "### Apply", "html": "<!doctype html>", "junit": "<?xml"}


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_a_move_prints_its_outcome_in_the_format_that_was_asked_for(
    living: Project, format: str
) -> None:
    refused = living.run(*ROUTE, "--apply", "--format", format, code=1)
    assert refused.stdout.lower().startswith(FORMATS[format].lower())
    assert "nobody is there to approve this" in refused.stdout

    result = living.run(*APPLY, "--format", format)

    assert result.stdout.lower().startswith(FORMATS[format].lower())
    assert "1 created, 1 deleted" in result.stdout
    for id in ("asst_", "k3v9q0x7dp/default/helper"):
        assert id in result.stdout
    assert "First, on openai:" not in result.stdout
    assert "First, on openai:" in result.stderr
    assert "nothing was done" in living.run(*APPLY, "--format", format).stdout


@pytest.mark.parametrize("format", FORMATS)
def test_a_saved_move_prints_its_outcome_in_the_format_that_was_asked_for(
    living: Project, format: str
) -> None:
    living.run(*ROUTE, "--out", "move.json")

    result = living.run("apply", "move.json", "--yes", "--format", format)

    assert result.stdout.lower().startswith(FORMATS[format].lower())
    assert "assistant.helper" in result.stdout
    assert "First, on openai:" not in result.stdout


def test_a_format_of_the_environment_does_not_stop_a_move(
    living: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISIONER_FORMAT", "markdown")
    assert living.run(*APPLY).stdout.startswith("### Apply")


def test_a_refused_move_exits_1_and_shows_what_was_changed_by_hand(living: Project) -> None:
    with living.live() as client:
        helper = client.beta.assistants.list().data[0]
        client.beta.assistants.update(helper.id, temperature=1.5)

    result = living.run(*APPLY, code=1)

    assert "Changed by hand on local since the last apply:" in result.stdout
    assert "1.5 → 0.2" in result.stdout
    assert "assistant.helper: changed on the live side" in result.stderr
    assert "--overwrite-drift" in result.stderr
    assert names(living) == ["Helper"]
    told = document(living.run(*APPLY, "--format", "json", code=1).stdout)["move"]
    assert told["state"] == "refused"
    assert [change["address"] for change in told["drift"]["changes"]] == ["assistant.helper"]
    living.run(*APPLY, "--overwrite-drift")
    assert names(living) == []


def test_what_cannot_be_made_exits_1_and_retires_nothing(
    living: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = emulator.create_app

    def faulty(data: Path) -> "App | Faulty":
        app = real(data)
        if data.stem == "other":
            fault = Fault(creating("assistants"), fail(400, performed=False), times=9)
            wrapped = Faulty(app, fault)
            monkeypatch.setattr(wrapped, "close", app.close, raising=False)
            return wrapped
        return app

    args = ("migrate", "--from", "local", "--to", "other", "--apply", "--yes")
    with monkeypatch.context() as patched:
        patched.setattr(emulator, "create_app", faulty)
        result = living.run(*args, code=1)
        told = document(living.run(*args, "--format", "json", code=1).stdout)["move"]
    assert "✗ + assistant.helper  create failed" in result.stderr
    assert "local: nothing was retired on the source" in result.stderr
    assert (told["state"], told["verified"], told["retired"]) == ("failed", False, None)
    assert names(living) == ["Helper"]
    living.run(*args)
    assert names(living) == []


def test_what_is_blocked_is_reported_and_nothing_is_sent(living: Project) -> None:
    args = ("migrate", "--from", "local", "--to", "bare", "--apply", "--yes")
    result = living.run(*args, code=1)
    assert "assistant.helper  blocked" in result.stdout
    assert "bare: not everything can live on the target" in result.stderr
    told = json.loads(living.run(*args, "--format", "json", code=1).stdout)
    assert told["diagnostics"][0]["summary"] == "not everything can live on the target"
    assert names(living) == ["Helper"]


@pytest.mark.usefixtures("hasty")
def test_a_server_that_cannot_be_reached_is_no_permission(moving: Project) -> None:
    args = ("migrate", "--from", "remote", "--to", "openai", "--apply", "--yes")
    result = moving.run(*args, "--timeout", "1", code=1)
    assert "does not prove that it is gone" in result.stderr
    assert "provisioner apply --target openai" in result.stderr
    assert "Plan: 2 to create" in moving.run("plan", "--target", "openai").stdout


def test_a_borrowed_id_is_named_where_the_target_reaches_another_account(moving: Project) -> None:
    manifests = moving.folder / "manifests"
    (manifests / "theirs.yaml").write_text(
        "apiVersion: provisioner/v1\nkind: VectorStore\nmetadata: {name: theirs}\nspec: {id: vs_1}\n"
        "---\napiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: asker}\n"
        "spec: {model: m, tools: [{type: file_search, vector_store: theirs}]}\n",
        encoding="utf-8",
    )
    told = "vector_store.theirs: a borrowed id has to exist on the target too"

    other = moving.run("migrate", "--from", "local", "--to", "other").stdout
    assert told in unwrapped(other)
    assert "vs_1 is an id on local, and a migration does not move that object" in unwrapped(other)
    twin = ("migrate", "--from", "local", "--to", "other", "--select", "assistant.helper")
    assert told not in unwrapped(moving.run(*twin).stdout)
    assert told not in unwrapped(moving.run(*ROUTE).stdout)


VENDOR = "    vendor: {runtime: responses, releases: v, drop: [max_prompt_tokens, truncation_strategy]}\n"


@pytest.mark.parametrize(
    ("model", "says", "verdict"),
    [
        ("gpt-4-turbo", "gpt-4-turbo ended on 2026-10-23", "blocked"),
        ("o3", "o3 ends on 2026-12-11", "ready, with changes"),
        ("gpt-4o", "OpenAI names gpt-6-luna as its replacement.", "ready, with changes"),
    ],
)
def test_a_model_that_has_an_end_on_the_target_is_named_with_its_replacement(
    moving: Project, monkeypatch: pytest.MonkeyPatch, model: str, says: str, verdict: str
) -> None:
    """Offline: only the vendor's own announcements are known, and no other host's."""
    code = int(verdict == "blocked")
    monkeypatch.setattr(lifecycle, "today", lambda: date(2026, 11, 26))
    moving.edit("stack.yaml", "    bare:", f"{VENDOR}    bare:")
    moving.edit("helper.yaml", "${var:model}", model)
    route = ("migrate", "--from", "local", "--to", "vendor")

    for format in ("text", "markdown"):
        told = unwrapped(moving.run(*route, "--format", format, code=code).stdout)
        assert says in told.replace("\\", "")
    found = document(moving.run(*route, "--format", "json", code=code).stdout)
    assert len(found["diagnostics"]) == 1
    assert model in found["diagnostics"][0]["detail"]
    (helper,) = found["assistants"]
    (field,) = [one for one in helper["fields"] if one["path"] == "model"]
    assert (helper["verdict"], field["blocks"]) == (verdict, bool(code))
    assert says in field["note"]
    assert document(moving.run(*ROUTE, "--format", "json").stdout)["diagnostics"] == []
