"""Every verb that writes, in one table: shown, asked, saved, shown again, performed, or refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from provisioner.cli._shared import migrate_output, perform
from provisioner.cli.root import COMMANDS, provisioner
from provisioner.emulator import create_app
from provisioner.emulator.core.store import Store
from provisioner.render.markdown.room import LIMIT
from tests.cli.test_adopt import foreign
from tests.cli.test_rollback import HELPER, HELPER_ADDRESS, STACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Project

FILE: Final = "saved.json"
HANDBOOK: Final = """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: handbook}
spec:
  name: Handbook
  files: [handbook.md]
"""
OTHER: Final = """\
    local: {runtime: assistants, server: embedded}
    other: {runtime: assistants, server: embedded, data: other.sqlite}
"""


@dataclass(frozen=True)
class Verb:
    """One verb. `prepare` makes the world and returns the command; `agreed` is what makes it ask.

    `edit` moves the live side. `says` stands in what it shows, and `ends` in the live side after it was performed.
    """

    name: str
    prepare: Callable[[Project], tuple[str, ...]]
    says: str
    ends: Callable[[Project], bool]
    edit: Callable[[Project], None]
    agreed: tuple[str, ...] = ()


def applied(project: Project) -> tuple[str, ...]:
    project.run("apply", "--yes")
    project.edit("helper.yaml", "Be brief.", "Be very brief.")
    return ("plan",)


def destroyed(project: Project) -> tuple[str, ...]:
    project.run("apply", "--yes")
    return ("destroy",)


def adopted(project: Project) -> tuple[str, ...]:
    return ("adopt", HELPER_ADDRESS, foreign(project).id)


def taken_over(project: Project) -> tuple[str, ...]:
    project.run("apply", "--yes")
    project.edit("stack.yaml", "k3v9q0x7dp", "another000")
    return ("adopt", "--owner", "k3v9q0x7dp/default")


def rolled_back(project: Project) -> tuple[str, ...]:
    project.write("stack.yaml", STACK)
    for text in ("Be brief.", "Be very brief."):
        project.write("helper.yaml", HELPER.replace("Be brief.", text))
        project.run("apply", "--yes")
    return ("rollback", HELPER_ADDRESS)


def forgotten(project: Project) -> tuple[str, ...]:
    project.run("apply", "--yes")
    project.write("helper.yaml", HANDBOOK)
    return ("forget", HELPER_ADDRESS)


def collected(project: Project) -> tuple[str, ...]:
    project.run("apply", "--yes")
    project.write("helper.yaml", HANDBOOK)
    return ("gc", "--class", "orphan", "--older-than", "0")


def moved(project: Project) -> tuple[str, ...]:
    project.edit("stack.yaml", OTHER.splitlines(keepends=True)[0], OTHER)
    project.run("apply", "--yes")
    return ("migrate", "--from", "local", "--to", "other")


def helpers(project: Project) -> list[dict[str, object]]:
    with project.live() as client:
        return [one.model_dump() for one in client.beta.assistants.list().data]


def marks(project: Project) -> list[str]:
    rows = [row["metadata"] for row in helpers(project)]
    return [str(row.get("provisioner.owner")) for row in rows if isinstance(row, dict)]


def edited(project: Project) -> None:
    with project.live() as client:
        for one in client.beta.assistants.list().data:
            client.beta.assistants.update(one.id, instructions="Be rude.")


def published(project: Project) -> None:
    project.write("helper.yaml", HELPER.replace("Be brief.", "Be kind."))
    project.run("apply", "--yes")


def history(project: Project) -> str:
    return project.run("show", "--releases", HELPER_ADDRESS).stdout


VERBS: Final = [
    Verb(
        "apply",
        applied,
        "Be very brief.",
        lambda p: helpers(p)[0]["instructions"] == "Be very brief.",
        edited,
        agreed=("apply",),
    ),
    Verb("destroy", destroyed, "2 to delete", lambda p: helpers(p) == [], edited),
    Verb("adopt", adopted, "owner", lambda p: marks(p) == ["k3v9q0x7dp/default;v=2"], edited),
    Verb(
        "adopt-owner", taken_over, "owner", lambda p: marks(p) == ["another000/default;v=2"], edited
    ),
    Verb(
        "rollback",
        rolled_back,
        "to release 1",
        lambda p: "current, a copy of 1" in history(p),
        published,
    ),
    Verb("gc", collected, "1 to delete", lambda p: helpers(p) == [], edited, agreed=("--apply",)),
    Verb("forget", forgotten, "1 to forget", lambda p: marks(p) == ["None"], edited),
    Verb(
        "migrate",
        moved,
        "2 to delete",
        lambda p: helpers(p) == [],
        edited,
        agreed=("--apply",),
    ),
]
each = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


def state(project: Project) -> str:
    """Everything on both accounts and in the registry."""
    releases = sorted(project.folder.glob("**/releases/**/*.json"))
    rows = []
    for data in sorted(project.folder.glob("**/*.sqlite")):
        app = create_app(data)
        store: Store = app._store
        rows += [line for line in store._connection.iterdump() if line.startswith("INSERT")]
        app.close()
    return "\n".join([*rows, *(path.read_text() for path in releases)])


def asking(verb: Verb, command: tuple[str, ...]) -> tuple[str, ...]:
    """The command that asks before it writes."""
    return verb.agreed if verb.name == "apply" else (*command, *verb.agreed)


@each
def test_it_is_shown_asked_saved_shown_again_and_performed_exactly(
    project: Project, monkeypatch: pytest.MonkeyPatch, verb: Verb
) -> None:
    command = verb.prepare(project)
    before = state(project)

    refused = project.run(*asking(verb, command), code=1)
    assert verb.says in refused.stdout
    assert "[nobody-to-ask]" in refused.stderr
    with monkeypatch.context() as patched:
        for module in (perform, migrate_output):
            patched.setattr(module, "interactive", lambda: True)
        declined = CliRunner().invoke(provisioner, asking(verb, command), input="n\n")
    assert declined.exit_code == 1
    assert "Nothing was changed." in declined.stderr
    saved = project.run(*command, "--out", FILE)
    assert verb.says in saved.stdout
    assert f"provisioner apply {FILE}" in saved.stderr
    assert state(project) == before

    assert project.run("show", FILE).stdout == saved.stdout
    told = {}
    for format in ("json", "html", "markdown"):
        told[format] = project.run(*command, "--out", FILE, "--format", format).stdout
        assert project.run("show", FILE, "--format", format).stdout == told[format]
    assert json.loads(told["json"])["format_version"] == 1
    assert told["html"].startswith("<!doctype html>")
    comment = told["markdown"]
    assert comment.startswith("### ")
    assert "`local`" in comment or "`live`" in comment
    assert "handbook" in comment or "helper" in comment
    assert len(comment.encode()) <= LIMIT
    assert state(project) == before

    project.run("apply", FILE, "--yes")
    assert verb.ends(project)
    after = state(project)
    again = project.run("apply", FILE, "--yes", code=1)
    assert "error:" in again.stderr
    assert state(project) == after


@each
def test_it_is_refused_once_the_live_side_moved(project: Project, verb: Verb) -> None:
    command = verb.prepare(project)
    project.run(*command, "--out", FILE)
    verb.edit(project)
    before = state(project)

    result = project.run("apply", FILE, "--yes", code=1)

    assert "[edited]" in result.stderr
    assert state(project) == before


@each
def test_it_is_refused_where_the_file_was_changed(project: Project, verb: Verb) -> None:
    project.run(*verb.prepare(project), "--out", FILE)
    path: Path = project.folder / FILE
    path.write_text(path.read_text().replace("assistant.helper", "assistant.other"))
    before = state(project)

    assert "[broken-plan]" in project.run("apply", FILE, "--yes", code=1).stderr
    assert "[broken-plan]" in project.run("show", FILE, code=1).stderr
    assert state(project) == before


def test_every_verb_that_saves_stands_in_the_table() -> None:
    named = {verb.name.partition("-")[0] for verb in VERBS}
    saving = {
        name
        for name in COMMANDS
        if re.search(
            r"^ +--out FILE", CliRunner().invoke(provisioner, [name, "--help"]).stdout, re.MULTILINE
        )
    }

    assert saving - {"plan"} == named - {"apply"}
