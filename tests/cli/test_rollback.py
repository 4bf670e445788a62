"""rollback and show --releases at the terminal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_terminal import Terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Project

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: live
  targets:
    live: {runtime: responses, server: embedded}
    old: {runtime: assistants, server: embedded}
"""
HELPER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec:
  model: gpt-6.1-terra
  instructions: Be brief.
"""
HELPER_ADDRESS = "assistant.helper"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")


@pytest.fixture
def published(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two releases of one assistant, of two revisions."""
    project.write("stack.yaml", STACK)
    project.write("helper.yaml", HELPER)
    monkeypatch.setenv("PATH", "")
    for revision, text in (("1" * 40, "Be brief."), ("2" * 40, "Be very brief.")):
        monkeypatch.setenv("GITHUB_SHA", revision)
        project.write("helper.yaml", HELPER.replace("Be brief.", text))
        project.run("apply", "--yes")
    return project


def test_it_shows_the_edit_and_both_releases(published: Project) -> None:
    result = published.run("rollback", HELPER_ADDRESS, "--yes")

    text = MOMENT.sub("WHEN", result.stdout)
    assert "~ assistant.helper  update\n" in text
    assert '~ instructions  "Be very brief." → "Be brief."\n' in text
    assert "From release 2, published WHEN, revision 222222222222\n" in text
    assert "to release 1, published WHEN, revision 111111111111\n" in text
    assert "Apply: 1 updated" in text
    assert "release 3" in result.stderr


def test_without_a_terminal_it_does_nothing(published: Project) -> None:
    result = published.run("rollback", HELPER_ADDRESS, code=1)

    assert "nobody is there to approve this" in result.stderr
    assert "release 3" not in published.run("show", "--releases", HELPER_ADDRESS).stdout


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\x04", 1)])
def test_on_a_terminal_it_asks(published: Project, answer: str, code: int) -> None:
    terminal = Terminal(published, "rollback", HELPER_ADDRESS)
    assert "Be very brief." in terminal.read("Roll back? [y/N] ")
    terminal.type(answer)

    assert terminal.end() == code
    assert ("release 3" in terminal.seen) is (code == 0)
    assert ("Nothing was changed." in terminal.seen) is (code == 1)


def test_as_json_it_says_what_it_did(published: Project) -> None:
    result = published.run("rollback", HELPER_ADDRESS, "--yes", "--format", "json")

    (outcome,) = json.loads(result.stdout)["outcomes"]
    assert {key: outcome[key] for key in ("address", "action", "status", "release")} == {
        "address": HELPER_ADDRESS,
        "action": "update",
        "status": "done",
        "release": 3,
    }
    assert '"Be very brief." → "Be brief."' in result.stderr


def test_the_same_again_is_nothing_to_do(published: Project) -> None:
    published.run("rollback", HELPER_ADDRESS, "--yes")

    result = published.run("rollback", HELPER_ADDRESS, "--to", "1")

    assert "warning: assistant.helper: there is nothing to roll back" in result.stdout
    assert "No changes." in result.stdout


def test_to_the_current_release_is_nothing_to_do(published: Project) -> None:
    result = published.run("rollback", HELPER_ADDRESS, "--to", "2")

    assert "warning: assistant.helper: there is nothing to roll back" in result.stdout
    assert "Release 2 is the current one" in result.stdout


def test_where_nothing_older_is_kept_it_names_what_there_is(published: Project) -> None:
    published.run("rollback", HELPER_ADDRESS, "--yes")

    result = published.run("rollback", HELPER_ADDRESS, "--yes", code=1)

    assert "No release older than 1 with another content is kept." in result.stderr
    assert "There are: 3, 2, 1." in result.stderr


@pytest.mark.parametrize(
    "command", [("plan",), ("show",), ("show", "--releases", HELPER_ADDRESS), ("apply", "--yes")]
)
def test_a_damaged_release_is_named_once_beside_the_result(
    published: Project, command: tuple[str, ...]
) -> None:
    releases = published.folder / ".provisioner/releases/k3v9q0x7dp/default/helper"
    (releases / "00000009.json").write_text("{", encoding="utf-8")

    result = published.run(*command)

    assert result.stderr.count("warning: a release is damaged [release-damaged]\n") == 1
    assert "helper/00000009.json is ignored" in result.stderr
    assert "damaged" not in result.stdout


def test_then_plan_and_drift_show_it_and_apply_refuses(published: Project) -> None:
    published.run("rollback", HELPER_ADDRESS, "--yes")

    plan = published.run("plan").stdout
    assert "~ assistant.helper  update  drift: rolled back to release 1\n" in plan
    assert "Drift: 1 change overwrites what was changed on the live side." in plan
    published.run("drift", code=3)
    refused = published.run("apply", "--yes", code=1)
    assert "assistant.helper: rolled back to an older release" in refused.stderr
    published.run("apply", "--yes", "--overwrite-drift")
    published.run("drift")


def test_show_says_which_release_it_is(published: Project) -> None:
    published.run("rollback", HELPER_ADDRESS, "--yes")

    text = MOMENT.sub("WHEN", published.run("show", HELPER_ADDRESS).stdout)
    told = json.loads(published.run("show", HELPER_ADDRESS, "--format", "json").stdout)

    assert "3, published WHEN, revision 111111111111, a copy of release 1\n" in text
    assert told["release"]["number"] == 3
    assert told["release"]["rolled_back_to"] == 1
    assert told["release"]["revision"] == "1" * 40


def test_other_runtimes_show_no_release(published: Project) -> None:
    published.run("apply", "--yes", "--target", "old")

    result = published.run("show", HELPER_ADDRESS, "--target", "old", "--format", "json")

    assert json.loads(result.stdout)["release"] is None
    failed = published.run("show", "--releases", HELPER_ADDRESS, "--target", "old", code=1)
    assert "has no releases here" in failed.stderr


def test_the_history_lists_every_release(published: Project) -> None:
    published.run("rollback", HELPER_ADDRESS, "--yes")

    lines = published.run("show", "--releases", HELPER_ADDRESS).stdout.splitlines()
    told = json.loads(
        published.run("show", "--releases", HELPER_ADDRESS, "--format", "json").stdout
    )

    assert [" ".join(MOMENT.sub("WHEN", line).split()) for line in lines] == [
        "RELEASE PUBLISHED REVISION DIGEST",
        f"3 WHEN 111111111111 {head(told, 0)} current, a copy of 1",
        f"2 WHEN 222222222222 {head(told, 1)}",
        f"1 WHEN 111111111111 {head(told, 2)}",
    ]
    assert head(told, 0) == head(told, 2) != head(told, 1)
    assert [one["current"] for one in told["releases"]] == [True, False, False]


def head(told: dict[str, list[dict[str, str]]], index: int) -> str:
    return told["releases"][index]["digest"].removeprefix("sha256:")[:12]


def test_the_history_of_what_is_gone_ends_with_its_deletion(published: Project) -> None:
    published.write("helper.yaml", HELPER.replace("name: helper", "name: other"))
    published.run("apply", "--yes")

    lines = published.run("show", "--releases", HELPER_ADDRESS).stdout.splitlines()

    assert lines[1].startswith("3 ")
    assert lines[1].endswith("deleted")
    assert "current" not in "".join(lines)


def test_the_history_needs_an_address_that_was_published(published: Project) -> None:
    published.run("show", "--releases", code=2)
    result = published.run("show", "--releases", "assistant.nobody", code=1)
    assert "assistant.nobody: it is not declared" in result.stderr
    assert "Did you mean `assistant.helper`?" in result.stderr
    published.write("late.yaml", HELPER.replace("name: helper", "name: late"))
    result = published.run("show", "--releases", "late", code=1)
    assert "assistant.late: it was never published here" in result.stderr
    assert "Apply it first: `provisioner apply`." in result.stderr
