"""--out saves what any verb would do and writes nothing; `apply FILE` does exactly that, once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_adopt import foreign, retrieved
from tests.cli.test_rollback import HELPER_ADDRESS, published

if TYPE_CHECKING:
    from tests.cli.conftest import Project

__all__ = ["published"]
FILE = "saved.json"


def digest_of(text: str) -> str:
    found = re.search(r"^Digest: (\S+)$", text, re.MULTILINE)
    assert found
    return found[1]


def head() -> dict[str, object]:
    from pathlib import Path

    found: dict[str, object] = json.loads(Path(FILE).read_text())["apply"]
    return found


class TestDestroy:
    def test_saved_deletes_nothing_and_applied_deletes_all(self, applied: Project) -> None:
        result = applied.run("destroy", "--out", FILE)

        assert f"provisioner apply {FILE}" in result.stderr
        assert head()["verb"] == "destroy"
        assert "No changes." in applied.run("plan").stdout
        applied.run("apply", FILE, "--yes")
        with applied.live() as client:
            assert client.beta.assistants.list().data == []
            assert client.vector_stores.list().data == []
        applied.run("apply", FILE, "--yes", code=1)

    def test_is_refused_once_something_was_edited(self, applied: Project) -> None:
        applied.run("destroy", "--out", FILE)
        with applied.live() as client:
            (helper,) = client.beta.assistants.list().data
            client.beta.assistants.update(helper.id, description="Theirs.")

        assert "[edited]" in applied.run("apply", FILE, "--yes", code=1).stderr
        assert retrieved(applied, helper.id).description == "Theirs."


class TestAdopt:
    def test_saved_writes_nothing_and_applied_writes_the_mark(self, project: Project) -> None:
        made = foreign(project)
        project.run("adopt", HELPER_ADDRESS, made.id, "--out", FILE)

        assert head()["verb"] == "adopt"
        assert retrieved(project, made.id).metadata == {}
        assert made.instructions is not None
        assert made.instructions not in json.dumps(head())
        project.run("apply", FILE, "--yes")
        metadata = retrieved(project, made.id).metadata
        assert metadata is not None
        assert metadata["provisioner.address"] == HELPER_ADDRESS

    def test_is_refused_once_the_object_was_edited(self, project: Project) -> None:
        made = foreign(project)
        project.run("adopt", HELPER_ADDRESS, made.id, "--out", FILE)
        with project.live() as client:
            client.beta.assistants.update(made.id, instructions="Be rude.")

        assert "[edited]" in project.run("apply", FILE, "--yes", code=1).stderr
        assert retrieved(project, made.id).metadata == {}


class TestRollback:
    def test_saved_publishes_nothing_and_applied_publishes(self, published: Project) -> None:
        published.run("rollback", HELPER_ADDRESS, "--out", FILE)

        assert head()["verb"] == "rollback"
        assert "release 3" not in published.run("show", "--history", HELPER_ADDRESS).stdout
        published.run("apply", FILE, "--yes")
        history = published.run("show", "--history", HELPER_ADDRESS).stdout
        assert "current, a copy of 1" in history

    def test_is_refused_once_somebody_published(self, published: Project) -> None:
        published.run("rollback", HELPER_ADDRESS, "--out", FILE)
        published.edit("helper.yaml", "very brief", "kind")
        published.run("apply", "--yes")

        published.run("apply", FILE, "--yes", code=1)
        assert "release 4" not in published.run("show", "--history", HELPER_ADDRESS).stdout


class TestExpect:
    def test_the_plan_that_was_reviewed_is_applied(self, project: Project) -> None:
        digest = digest_of(project.run("plan").stdout)

        assert json.loads(project.run("plan", "--format", "json").stdout)["digest"] == digest
        project.run("apply", "--yes", "--expect", digest)
        assert "No changes." in project.run("plan").stdout

    @pytest.mark.parametrize("way", ["manifest", "live"])
    def test_any_other_is_shown_and_refused(self, applied: Project, way: str) -> None:
        digest = digest_of(applied.run("plan").stdout)
        if way == "manifest":
            applied.edit("helper.yaml", "0.2", "0.3")
        else:
            with applied.live() as client:
                (helper,) = client.beta.assistants.list().data
                client.beta.assistants.update(helper.id, temperature=0.9)

        result = applied.run("apply", "--yes", "--expect", digest, code=1)

        assert "[other-digest]" in result.stderr
        assert "temperature" in result.stdout


class TestShow:
    @pytest.mark.parametrize("format", ["text", "json"])
    def test_prints_a_saved_plan_as_plan_did(self, project: Project, format: str) -> None:
        printed = project.run("plan", "--out", FILE, "--format", format).stdout

        assert project.run("show", FILE, "--format", format).stdout == printed

    def test_prints_updates_drift_and_documents_as_plan_did(self, applied: Project) -> None:
        applied.edit("helper.yaml", "0.2", "0.3")
        with applied.live() as client:
            (helper,) = client.beta.assistants.list().data
            client.beta.assistants.update(helper.id, instructions="Theirs.", top_p=0.5)
        applied.write("handbook.md", "Another text.")
        printed = applied.run("plan", "--out", FILE).stdout

        assert "instructions" in printed
        assert applied.run("show", FILE).stdout == printed

    def test_prints_no_plan_that_was_changed(self, project: Project) -> None:
        project.run("plan", "--out", FILE)
        text = (project.folder / FILE).read_text()
        (project.folder / FILE).write_text(text.replace("assistant.helper", "assistant.other", 1))

        assert "[broken-plan]" in project.run("show", FILE, code=1).stderr
        assert "[broken-plan]" in project.run("apply", FILE, "--yes", code=1).stderr

    def test_takes_an_address_for_an_address_though_a_file_is_called_so(
        self, applied: Project
    ) -> None:
        (applied.folder / HELPER_ADDRESS).write_text("no plan")

        assert "in sync" in applied.run("show", HELPER_ADDRESS).stdout
