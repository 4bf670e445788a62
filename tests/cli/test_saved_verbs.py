"""--out saves what any verb would do and writes nothing; `apply FILE` does exactly that, once."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from provisioner.engine.saved import body_digest
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

    def test_names_the_guards_that_have_to_be_lifted_again(self, applied: Project) -> None:
        applied.edit(
            "helper.yaml",
            "spec:\n  name: Helper",
            "spec:\n  lifecycle: {prevent_destroy: true}\n  name: Helper",
        )
        applied.run("apply", "--yes")

        told = applied.run("destroy", "--out", FILE, "--unprotect", HELPER_ADDRESS).stderr
        (command,) = re.findall(r"To carry it out: provisioner (.*)$", told, re.MULTILINE)

        assert "prevent_destroy" in applied.run("apply", FILE, "--yes", code=1).stderr
        applied.run(*shlex.split(command), "--yes")
        with applied.live() as client:
            assert client.beta.assistants.list().data == []

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
        assert "release 3" not in published.run("show", "--releases", HELPER_ADDRESS).stdout
        published.run("apply", FILE, "--yes")
        history = published.run("show", "--releases", HELPER_ADDRESS).stdout
        assert "current, a copy of 1" in history

    def test_is_refused_once_somebody_published(self, published: Project) -> None:
        published.run("rollback", HELPER_ADDRESS, "--out", FILE)
        published.edit("helper.yaml", "very brief", "kind")
        published.run("apply", "--yes")

        published.run("apply", FILE, "--yes", code=1)
        assert "release 4" not in published.run("show", "--releases", HELPER_ADDRESS).stdout


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


class TestMigrate:
    ROUTE = ("migrate", "--from", "local", "--to", "other")

    @pytest.fixture
    def living(self, project: Project) -> Project:
        local = "    local: {runtime: assistants, server: embedded}\n"
        other = "    other: {runtime: assistants, server: embedded, data: other.sqlite}\n"
        project.edit("stack.yaml", local, local + other)
        project.run("apply", "--yes")
        return project

    def test_both_plans_are_shown_and_no_deletion_is_hidden(self, living: Project) -> None:
        living.run(*self.ROUTE, "--out", FILE)

        text = living.run("show", FILE).stdout
        first, then = text.split("Then, once everything on other is verified, on local:")
        assert "First, on other:" in first
        assert "+ assistant.helper  create" in first
        assert "- assistant.helper  delete" in then
        assert "- vector_store.handbook  delete" in then
        move = json.loads(living.run("show", FILE, "--format", "json").stdout)["move"]
        assert move["state"] == "planned"
        assert [change["action"] for change in move["retire"]["changes"]] == ["delete", "delete"]
        targets = [(one["verb"], one["target"]) for one in head()["parts"]]  # type: ignore[attr-defined]  # JSON
        assert targets == [("migrate", "other"), ("migrate", "local")]

    def test_is_refused_once_somebody_applied_to_the_new_side(self, living: Project) -> None:
        living.run(*self.ROUTE, "--out", FILE)
        living.run("apply", "--yes", "--target", "other")

        refused = living.run("apply", FILE, "--yes", code=1)

        assert "Nothing was changed." in refused.stderr
        with living.live() as client:
            assert len(client.beta.assistants.list().data) == 1

    def test_is_refused_where_a_target_leads_elsewhere_by_now(self, living: Project) -> None:
        living.run(*self.ROUTE, "--out", FILE)
        living.edit("stack.yaml", "other.sqlite", "third.sqlite")

        assert "[other-settings]" in living.run("apply", FILE, "--yes", code=1).stderr
        assert "[other-target]" in living.run("apply", FILE, "--target", "local", code=1).stderr

    def test_a_guard_of_the_side_that_is_left_holds_twice(self, living: Project) -> None:
        living.edit(
            "helper.yaml",
            "spec:\n  name: Helper",
            "spec:\n  lifecycle: {prevent_destroy: true}\n  name: Helper",
        )
        living.run("apply", "--yes")

        refused = living.run(*self.ROUTE, "--out", FILE, code=1)
        assert "[protected]" in refused.stderr
        assert not (living.folder / FILE).exists()
        unprotect = ("--unprotect", HELPER_ADDRESS)
        living.run(*self.ROUTE, "--out", FILE, *unprotect)
        assert "[protected]" in living.run("apply", FILE, "--yes", code=1).stderr
        living.run("apply", FILE, "--yes", *unprotect)
        with living.live() as client:
            assert client.beta.assistants.list().data == []

    def test_drift_that_the_file_shows_may_be_left_behind(self, living: Project) -> None:
        with living.live() as client:
            (helper,) = client.beta.assistants.list().data
            client.beta.assistants.update(helper.id, temperature=0.9)

        saved = living.run(*self.ROUTE, "--out", FILE)

        assert "Changed by hand on local since the last apply:" in saved.stdout
        living.run("apply", FILE, "--yes")
        with living.live() as client:
            assert client.beta.assistants.list().data == []

    def test_kept_on_both_sides_nothing_is_retired(self, living: Project) -> None:
        living.run(*self.ROUTE, "--keep-source", "--out", FILE)

        living.run("apply", FILE, "--yes")

        with living.live() as client:
            assert len(client.beta.assistants.list().data) == 1
        assert "No changes." in living.run("plan", "--target", "other").stdout


@pytest.mark.parametrize("arguments", [{}, {"address": "no address", "id": "x"}, {"owner": "/"}])
def test_a_forged_question_is_refused(project: Project, arguments: dict[str, str]) -> None:
    made = foreign(project)
    project.run("adopt", HELPER_ADDRESS, made.id, "--out", FILE)
    path = project.folder / FILE
    document = json.loads(path.read_text())
    forged = {**document["apply"], "arguments": arguments}
    del forged["digest"]
    document["apply"] = {**forged, "digest": body_digest(forged)}
    path.write_text(json.dumps(document))

    assert "[other-outcome]" in project.run("apply", FILE, "--yes", code=1).stderr
    assert retrieved(project, made.id).metadata == {}


def test_a_saved_rename_that_was_performed_says_that_nothing_of_it_is_left(
    applied: Project,
) -> None:
    applied.edit("helper.yaml", "name: helper,", "name: clerk, formerly: [helper],")
    applied.run("plan", "--out", FILE)
    applied.run("apply", FILE, "--yes")

    again = applied.run("apply", FILE, "--yes", code=1)

    assert (
        "The saved plan would update assistant.clerk, which is not needed any more" in again.stderr
    )
    assert "Plan again" in again.stderr
