"""apply and destroy: nothing without approval, exactly the plan with it, and the right exit code."""

import json
from typing import Any

import jsonschema
import pytest

from provisioner import emulator
from provisioner.verbs.schema import schemas
from tests.cli.conftest import Project
from tests.support.faults import Fault, Faulty, creating, fail

RATES = """\
apiVersion: provisioner/v1
kind: File
metadata: {name: rates}
spec: {path: rates.csv}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec:
  model: gpt-6.1
  tools: [{type: code_interpreter, files: [rates]}]
"""


def summary(project: Project) -> dict[str, Any]:
    document = json.loads(project.run("plan", "--format", "json", code=None).stdout)
    counts: dict[str, Any] = document["summary"]
    return counts


def edit_live(project: Project, **fields: Any) -> None:
    with project.live() as client:
        helper = client.beta.assistants.list().data[0]
        client.beta.assistants.update(helper.id, **fields)


def test_without_a_terminal_and_without_yes_nothing_is_written(project: Project) -> None:
    result = project.run("apply", code=1)
    assert "Plan: 2 to create" in result.stdout
    assert "nobody is there to approve this" in result.stderr
    assert "--yes" in result.stderr
    assert summary(project)["create"] == 2


def test_apply_makes_the_plan_and_applying_again_sends_no_write(project: Project) -> None:
    result = project.run("apply", "--yes")
    assert "Apply: 2 created" in result.stdout
    assert "✓ + assistant.helper  created  asst_" in result.stderr
    again = json.loads(project.run("apply", "--yes", "--format", "json").stdout)
    assert set(again["requests"]) == {"GET"}
    assert again["outcomes"] == []
    assert "No changes." in project.run("apply").stdout


def test_as_json_stdout_is_the_outcome_and_stderr_all_else(project: Project) -> None:
    result = project.run("apply", "--yes", "--format", "json")
    document = json.loads(result.stdout)
    jsonschema.validate(document, json.loads(schemas()["outcome"]))
    assert document["summary"]["created"] == 2
    ids = {outcome["address"]: outcome["id"] for outcome in document["outcomes"]}
    assert ids["assistant.helper"].startswith("asst_")
    assert ids["vector_store.handbook"].startswith("vs_")
    assert "Plan: 2 to create" in result.stderr


def test_a_refusal_as_json_is_an_outcome_with_diagnostics(project: Project) -> None:
    result = project.run("apply", "--format", "json", code=1)
    document = json.loads(result.stdout)
    assert document["outcomes"] == []
    assert document["diagnostics"][0]["summary"] == "nobody is there to approve this"


def test_drift_is_overwritten_only_if_told_to(applied: Project) -> None:
    edit_live(applied, temperature=1.5)
    result = applied.run("apply", "--yes", code=1)
    assert "assistant.helper: changed on the live side" in result.stderr
    assert summary(applied)["update"] == 1
    applied.run("apply", "--yes", "--overwrite-drift")
    assert summary(applied)["update"] == 0


def test_a_saved_plan_is_applied_as_it_is(project: Project) -> None:
    project.run("plan", "--out", "p.json")
    project.edit("helper.yaml", "Be brief.", "Be very brief.")
    project.run("apply", "p.json", "--yes")
    with project.live() as client:
        assert client.beta.assistants.list().data[0].instructions == "Be brief."


def test_a_saved_plan_may_overwrite_the_drift_that_it_shows(applied: Project) -> None:
    edit_live(applied, temperature=1.5)
    applied.run("plan", "--out", "p.json")
    applied.run("apply", "p.json", "--yes")
    assert summary(applied)["update"] == 0


def test_a_saved_plan_is_refused_with_the_edit_once_its_object_moved(applied: Project) -> None:
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")
    applied.run("plan", "--out", "p.json")
    edit_live(applied, temperature=1.5)
    result = applied.run("apply", "p.json", "--yes", code=1)
    assert "temperature" in result.stderr
    assert "1.5" in result.stderr


def test_a_saved_plan_that_refers_to_an_untouched_object_applies(applied: Project) -> None:
    applied.edit("helper.yaml", "- {type: file_search, vector_store: handbook}\n    ", "")
    applied.run("apply", "--yes")
    applied.edit(
        "helper.yaml",
        "- {type: code_interpreter}",
        "- {type: code_interpreter}\n    - {type: file_search, vector_store: handbook}",
    )
    applied.run("plan", "--out", "p.json")
    applied.run("apply", "p.json", "--yes")
    assert summary(applied)["update"] == 0


def test_a_saved_plan_finds_its_manifests_elsewhere_if_told_where(project: Project) -> None:
    (project.folder / "manifests").rename(project.folder / "other")
    project.run("plan", "other", "--out", "p.json")
    project.run("apply", "p.json", "--manifests", "other", "--yes")


def test_a_file_that_is_no_plan_is_refused(project: Project) -> None:
    (project.folder / "p.json").write_text("{}", encoding="utf-8")
    assert "not a saved plan" in project.run("apply", "p.json", "--yes", code=1).stderr
    assert "There is no such file." in project.run("apply", "no.json", "--yes", code=1).stderr
    one = project.run("apply", "manifests/helper.yaml", "--yes", "--env", "dev", code=1).stderr
    assert "applied whole: `provisioner apply manifests --env dev`." in one


def test_select_does_not_go_with_a_saved_plan(project: Project) -> None:
    project.run("plan", "--out", "p.json")
    project.run("apply", "p.json", "--yes", "--select", "assistant.helper", code=2)


def let_no_assistant_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the embedded server refuse every create of an assistant."""
    real = emulator.create_app

    def faulty(data: str) -> Faulty:
        app = real(data)
        faults = Fault(creating("assistants"), fail(400, performed=False), times=9)
        wrapped = Faulty(app, faults)
        monkeypatch.setattr(wrapped, "close", app.close, raising=False)
        return wrapped

    monkeypatch.setattr(emulator, "create_app", faulty)


def test_a_failure_is_reported_and_exits_1_and_the_rest_is_done(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        let_no_assistant_be_made(patched)
        result = project.run("apply", "--yes", code=1)
    assert "1 created, 1 failed" in result.stdout
    assert "✗ + assistant.helper  create failed" in result.stderr
    assert "1 created" in project.run("apply", "--yes").stdout


def test_a_file_that_is_taken_back_is_not_counted_as_created(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("rates.csv", "a,b\n")
    project.write("rates.yaml", RATES)
    with monkeypatch.context() as patched:
        let_no_assistant_be_made(patched)
        told = project.run("apply", "--yes", code=1)
        as_json = json.loads(project.run("apply", "--yes", "--format", "json", code=1).stdout)

    first, last = (line for line in told.stderr.splitlines() if "file.rates  create" in line)
    assert first.startswith("✓ + file.rates  created  file-")
    assert last.startswith("✗ + file.rates  create failed: uploaded, and deleted again")
    assert "Apply: 1 created, 3 failed in " in told.stdout
    assert "file.rates  create failed\n    uploaded, and deleted again" in told.stdout
    assert (as_json["summary"]["created"], as_json["summary"]["failed"]) == (0, 3)
    with project.live() as client:
        assert [file.filename for file in client.files.list()] == ["handbook.md"]
    assert "3 created in " in project.run("apply", "--yes").stdout


def test_destroy_deletes_all_of_ours_and_nothing_else(applied: Project) -> None:
    with applied.live() as client:
        client.beta.assistants.create(model="gpt-6.1-terra", name="Helper")
    assert "nobody is there to approve this" in applied.run("destroy", code=1).stderr
    assert "2 deleted" in applied.run("destroy", "--yes").stdout
    with applied.live() as client:
        assert [a.name for a in client.beta.assistants.list().data] == ["Helper"]
    assert "No changes." in applied.run("destroy", "--yes").stdout


def test_destroy_takes_only_what_is_selected(applied: Project) -> None:
    applied.run("destroy", "--yes", "--select", "assistant.helper")
    assert summary(applied) | {"documents": {}} == {
        "create": 1,
        "update": 0,
        "replace": 0,
        "delete": 0,
        "forget": 0,
        "no-op": 1,
        "documents": {},
    }


def test_what_is_protected_stays_unless_unprotected(applied: Project) -> None:
    applied.edit(
        "helper.yaml",
        "  temperature: 0.2",
        "  temperature: 0.2\n  lifecycle: {prevent_destroy: true}",
    )
    applied.run("apply", "--yes")
    result = applied.run("destroy", "--yes", code=1)
    assert "assistant.helper: protected" in result.stderr
    applied.run("destroy", "--yes", "--unprotect", "assistant.helper")


def test_too_many_deletions_are_refused_unless_allowed_this_once(project: Project) -> None:
    text = "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: NAME}\nspec: {model: m}\n"
    many = [f"m{index}" for index in range(6)]
    project.write("many.yaml", "---\n".join(text.replace("NAME", name) for name in many))
    project.run("apply", "--yes")
    (project.folder / "manifests" / "many.yaml").unlink()
    result = project.run("plan", code=1)
    assert "6 to delete" in result.stdout
    assert "6 of 8 objects would be deleted" in result.stderr
    assert "--max-delete-percent" in result.stderr
    project.run("apply", "--yes", code=1)
    assert "6 deleted" in project.run("apply", "--yes", "--max-delete-percent", "100").stdout


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            ("--target", "remote"),
            "another target [other-target]\n  The plan was made for target local, but remote was",
        ),
        (
            ("--env", "dev"),
            "another environment [other-environment]\n  The plan was made for no environment, but dev was",
        ),
    ],
)
def test_a_saved_plan_is_refused_for_another_target_or_environment(
    project: Project, option: tuple[str, str], says: str
) -> None:
    project.run("plan", "--out", "plan.json")

    result = project.run("apply", "plan.json", "--yes", *option, code=1)

    assert f"error: this plan was made for {says}" in result.stderr
    assert (
        "Apply: 2 created" in project.run("apply", "plan.json", "--yes", "--target", "local").stdout
    )


def test_a_saved_plan_that_is_nested_without_end_is_none(project: Project) -> None:
    (project.folder / "plan.json").write_text("[" * 200_000, encoding="utf-8")

    assert "this is not a saved plan" in project.run("apply", "plan.json", code=1).stderr


def set_top_p(project: Project, value: float) -> None:
    """Edit the live side by hand, in a field that no manifest sets."""
    with project.live() as client:
        client.beta.assistants.update(client.beta.assistants.list().data[0].id, top_p=value)


def test_a_routine_apply_leaves_an_undeclared_value_as_it_was_seen(applied: Project) -> None:
    set_top_p(applied, 0.3)
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")

    applied.run("apply", "--yes")

    assert "top_p  1 → 0.3" in applied.run("drift", code=3).stdout


def test_an_undeclared_value_that_is_accepted_is_silent_until_it_moves(applied: Project) -> None:
    set_top_p(applied, 0.3)

    said = applied.run("apply", "--yes", "--accept-undeclared").stdout

    assert "= top_p" in said
    assert "No drift." in applied.run("drift").stdout
    assert "No changes." in applied.run("apply", "--yes").stdout
    assert "as it was accepted" in applied.run("show", "assistant.helper").stdout
    set_top_p(applied, 0.4)
    assert "top_p  0.4" in applied.run("drift", code=3).stdout


def test_a_saved_plan_that_accepts_is_an_agreement(applied: Project) -> None:
    set_top_p(applied, 0.3)
    applied.run("plan", "--out", "p.json", "--accept-undeclared")

    applied.run("apply", "p.json", "--yes")

    assert "No drift." in applied.run("drift").stdout


def test_a_saved_plan_that_shows_an_undeclared_value_is_an_agreement(applied: Project) -> None:
    set_top_p(applied, 0.3)
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")
    assert "top_p  1 → 0.3" in applied.run("plan", "--out", "p.json").stdout

    applied.run("apply", "p.json", "--yes")

    assert "No drift." in applied.run("drift").stdout


def test_a_stack_may_refuse_while_undeclared_values_moved(applied: Project) -> None:
    applied.edit("stack.yaml", "spec:", "spec:\n  guards: {undeclared: refuse}")
    applied.edit("helper.yaml", "Be brief.", "Be very brief.")
    set_top_p(applied, 0.3)

    assert "guards.undeclared" not in applied.run("plan", code=1).stdout
    assert "changed on the live side: top_p." in applied.run("apply", "--yes", code=1).stderr
    applied.run("apply", "--yes", "--accept-undeclared")
    assert "No drift." in applied.run("drift").stdout
