"""test and apply --tested: a candidate is asked beside the live assistant, and nothing of it stays."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tests.cli.conftest import Project

CHECKS = """\
  checks:
    - name: holidays
      question: How many days off does everybody have?
      repeats: 2
      expect:
        - contains: "28 days"
        - cites: handbook.md
        - max_tokens: 5000
    - name: lookup is called
      question: Please call lookup now.
      tool_outputs: {lookup: {name: Ada}}
      expect:
        - calls: {name: lookup}
"""


@pytest.fixture
def checked(project: Project) -> Project:
    """The project, applied, with checks in its manifest."""
    project.edit("helper.yaml", "  max_prompt_tokens", f"{CHECKS}  max_prompt_tokens")
    project.run("apply", "--yes")
    return project


def account(project: Project) -> dict[str, Any]:
    """Everything that is live: assistants, stores and files. A question moves the last activity."""
    read = {"last_active_at"}
    with project.live() as client:
        return {
            "assistants": [one.model_dump() for one in client.beta.assistants.list()],
            "stores": [one.model_dump(exclude=read) for one in client.vector_stores.list()],
            "files": sorted(one.id for one in client.files.list()),
        }


def report(project: Project, *args: str, code: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        project.run("test", *args, "--format", "json", code=code).stdout
    )
    return found


def test_checks_are_no_part_of_the_live_object(checked: Project) -> None:
    assert "No changes" in checked.run("plan").stdout
    checked.edit("helper.yaml", "28 days", "30 days")
    assert "No changes" in checked.run("plan").stdout


def test_what_the_plan_does_not_change_is_asked_as_it_is(checked: Project) -> None:
    before = account(checked)
    found = report(checked, code=0)
    assert {(one["side"], one["check"], len(one["attempts"])) for one in found["results"]} == {
        ("live", "holidays", 2),
        ("live", "lookup is called", 1),
    }
    assert account(checked) == before


def test_a_candidate_that_fails_leaves_the_live_one_as_it_was(checked: Project) -> None:
    before = account(checked)
    checked.edit("helper.yaml", "    - {type: file_search, vector_store: handbook}\n", "")
    result = checked.run("test", "--report", "tested.json", code=1)
    assert "The answer does not cite handbook.md; it cites nothing." in result.stdout
    assert account(checked) == before
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "not every check passed" in refused.output
    assert account(checked) == before


def test_a_candidate_that_passes_is_applied_exactly_as_it_was_tested(checked: Project) -> None:
    before = account(checked)
    checked.edit("helper.yaml", "Be brief.", "Be kind.")
    checked.edit("handbook.md", "28 days off", "28 days off, all of them paid,")
    checked.run("test", "--report", "tested.json")
    assert account(checked) == before
    found = json.loads((checked.folder / "tested.json").read_text(encoding="utf-8"))
    assert found["judged"] == {"assistant.helper": "candidate"}
    assert {one["side"] for one in found["results"]} == {"candidate", "live"}
    checked.run("apply", "--yes", "--tested", "tested.json")
    assert account(checked)["assistants"][0]["instructions"] == "Be kind."
    assert "No changes" in checked.run("plan").stdout


def test_other_documents_alone_make_a_candidate_of_each_assistant_that_searches_them(
    checked: Project,
) -> None:
    before = account(checked)
    checked.edit("handbook.md", "28 days off", "20 days off")
    found = report(checked, "--report", "tested.json", code=1)
    assert found["judged"] == {"assistant.helper": "candidate"}
    passed = {(one["side"], one["check"]): one["passed"] for one in found["results"]}
    assert passed["candidate", "holidays"] is False
    assert passed["live", "holidays"] is True
    assert account(checked) == before
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "not every check passed" in refused.output


def test_another_plan_than_the_tested_one_is_refused(checked: Project) -> None:
    checked.edit("helper.yaml", "Be brief.", "Be kind.")
    checked.run("test", "--report", "tested.json", "--candidate-only")
    checked.edit("helper.yaml", "Be kind.", "Be rude.")
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "is about the plan" in refused.output
    with checked.live() as client:
        assert client.beta.assistants.list().data[0].instructions == "Be brief."


def test_a_check_that_was_changed_since_is_refused(checked: Project) -> None:
    checked.edit("helper.yaml", "Be brief.", "Be kind.")
    checked.run("test", "--report", "tested.json", "--candidate-only")
    checked.edit("helper.yaml", "max_tokens: 5000", "max_tokens: 4000")
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "has no result of holidays of assistant.helper" in refused.output


def test_an_assistant_with_checks_that_was_not_tested_is_refused(checked: Project) -> None:
    text = (checked.folder / "manifests" / "helper.yaml").read_text(encoding="utf-8")
    second = text.split("---")[0].replace("name: helper", "name: second")
    checked.write("second.yaml", second)
    checked.edit("helper.yaml", "Be brief.", "Be kind.")
    checked.run("test", "assistant.helper", "--report", "tested.json", "--candidate-only")
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "has no result of holidays of assistant.second, lookup" in refused.output


def test_a_secret_that_an_answer_repeats_stands_in_no_report(checked: Project) -> None:
    checked.edit("stack.yaml", "  variables:", "  variables:\n    code: {sensitive: true}")
    checked.edit("helper.yaml", "Be brief.", "Never say ${var:code}.")
    # The embedded server repeats the question, as a model may repeat its instructions.
    checked.edit("helper.yaml", "Please call lookup now.", "Is it open-sesame?")
    checked.edit("helper.yaml", "- calls: {name: lookup}", "- command: [sh, -c, 'cat; exit 3']")
    given = ("--var", "code=open-sesame", "--allow-commands")
    shown = checked.run("test", *given, "--report", "tested.json", code=1)
    text = (checked.folder / "tested.json").read_text(encoding="utf-8")
    assert "Is it" in text
    assert "open-sesame" not in text + shown.output


JUDGE = """\
import json, sys
text = json.load(sys.stdin)["text"]
print("x" * 290 + text[text.index("open"):])
sys.exit(3)
"""


@pytest.mark.parametrize("secret", ["open-sesame-of-the-cave", 'open "sesame"  of the cave'])
def test_no_part_of_a_secret_stands_where_the_output_of_a_program_is_cut(
    checked: Project, secret: str
) -> None:
    checked.edit("stack.yaml", "  variables:", "  variables:\n    code: {sensitive: true}")
    checked.edit("helper.yaml", "Be brief.", "Never say ${var:code}.")
    checked.edit("helper.yaml", "question: Please call lookup now.", f"question: 'Is it {secret}?'")
    checked.write("judge.py", JUDGE)
    judge = "- command: [python3, judge.py]"
    checked.edit("helper.yaml", "- calls: {name: lookup}", judge)

    given = ("--var", f"code={secret}", "--allow-commands", "--candidate-only")
    shown = checked.run("test", *given, "--report", "tested.json", code=1)

    told = (checked.folder / "tested.json").read_text(encoding="utf-8") + shown.output
    assert "python3 ended with 3" in told
    assert "sesame" not in told
    assert "xopen" not in told


def test_a_check_that_was_written_after_the_test_was_not_passed(checked: Project) -> None:
    checked.edit("helper.yaml", "Be brief.", "Be kind.")
    checked.run("test", "--report", "tested.json", "--candidate-only")
    another = "- {name: new, question: Hello?, expect: [{contains: x}]}"
    checked.edit("helper.yaml", "    - name: holidays", f"    {another}\n    - name: holidays")
    refused = checked.run("apply", "--yes", "--tested", "tested.json", code=1)
    assert "has no result of new of assistant.helper" in refused.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ("[]", "it does not have the form"),
        ('{"format_version": 1, "judged": 7, "results": []}', "it does not have the form"),
        ("{}", "it has no 'format_version'"),
    ],
    ids=["deep", "a list", "a number", "empty"],
)
def test_a_file_that_is_no_report_is_told(checked: Project, text: str, told: str) -> None:
    (checked.folder / "odd.json").write_text(text, encoding="utf-8")
    refused = checked.run("apply", "--yes", "--tested", "odd.json", code=2)
    assert told in refused.output


def test_a_first_apply_is_tested_before_anything_is_live(project: Project) -> None:
    project.edit("helper.yaml", "  max_prompt_tokens", f"{CHECKS}  max_prompt_tokens")
    project.run("test", "--report", "tested.json")
    assert account(project) == {"assistants": [], "stores": [], "files": []}
    project.run("apply", "--yes", "--tested", "tested.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "tested.json"), ("[]", "tested.json"), ('{"format_version": 7}', "another version")],
)
def test_a_file_that_is_no_report_is_one_sentence(
    checked: Project, content: str, says: str
) -> None:
    (checked.folder / "tested.json").write_text(content, encoding="utf-8")
    result = checked.run("apply", "--yes", "--tested", "tested.json", code=2)
    assert says in result.output


def test_programs_judge_only_where_that_is_allowed(checked: Project) -> None:
    checked.edit(
        "helper.yaml",
        '        - contains: "28 days"\n',
        '        - command: [grep, "-q", "28 days off"]\n',
    )
    assert "runs a program" in checked.run("test", code=1).output
    checked.run("test", "--allow-commands")
    checked.edit("helper.yaml", "28 days off", "99 days off")
    failed = checked.run("test", "--allow-commands", code=1)
    assert "grep ended with 1" in failed.output


def test_what_the_tokens_did_not_suffice_for_has_not_passed(checked: Project) -> None:
    found = report(checked, "--max-tokens", "1", code=1)
    assert [len(one["attempts"]) for one in found["results"]] == [1, 0]
    assert [one["code"] for one in found["diagnostics"]] == ["tokens-used-up"]


@pytest.mark.parametrize("format", ["text", "markdown", "junit"])
def test_every_format_names_the_check_and_the_outcome(checked: Project, format: str) -> None:
    said = checked.run("test", "--format", format).stdout
    assert "holidays" in said
    assert "2 of 2 checks passed" in said


MISTAKES = {
    "a check twice": ("name: lookup is called", "name: holidays", "two checks have one name"),
    "no expression": ('contains: "28 days"', "matches: '('", "no regular expression"),
    "no such function": ("{name: lookup}", "{name: lockup}", "Did you mean `lookup`"),
    "an output for nobody": ("{lookup: {name", "{lockup: {name", "no such function"),
    "an unknown rule": ("max_tokens", "max_token", "max_tokens"),
    "two rules in one": ("- cites: handbook.md\n        -", "- cites: handbook.md\n         ", ""),
    "no question": ("question: Please", "demand: Please", "question"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_at_their_line(project: Project, case: str) -> None:
    old, new, says = MISTAKES[case]
    project.edit("helper.yaml", "  max_prompt_tokens", f"{CHECKS}  max_prompt_tokens")
    project.edit("helper.yaml", old, new)
    output = project.run("validate", code=1).output
    assert says in output
    assert "helper.yaml:" in output


PLAIN = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec:
  name: Helper
  model: gpt-6.1-terra
  instructions: Be brief.
  checks:
    - {name: greets, question: Good morning!, expect: [{matches: "."}]}
"""


def everything(project: Project, runtime: str) -> dict[str, Any]:
    """Return everything live on a runtime: objects of the account, and files of the registry."""
    with project.live() as client:
        agents = (
            [one.model_dump() for one in client.beta.agents.list()] if runtime == "agents" else []
        )
    registry = project.folder / ".provisioner" / "releases"
    files = sorted(
        str(path.relative_to(registry)) for path in registry.rglob("*") if path.is_file()
    )
    return {"agents": agents, "releases": files}


def test_a_report_that_cannot_be_written_costs_no_result(checked: Project) -> None:
    early = checked.run("test", "--report", "no/such/tested.json", code=2)
    assert "its folder does not exist" in early.stderr
    assert "holidays" not in early.output

    late = checked.run("test", "--report", "/dev/full", "--format", "json", code=2)
    assert json.loads(late.stdout)["passed"] is True
    assert "/dev/full: No space left on device" in late.stderr


@pytest.mark.parametrize("runtime", ["responses", "agents"])
def test_on_other_runtimes_nothing_of_a_candidate_stays(project: Project, runtime: str) -> None:
    local = "local: {runtime: assistants, server: embedded}"
    project.edit("stack.yaml", local, local.replace("assistants", runtime))
    project.write("helper.yaml", PLAIN)
    project.run("apply", "--yes")
    before = everything(project, runtime)
    assert any(before.values())
    project.edit("helper.yaml", "Be brief.", "Be kind.")
    found = report(project, "--report", "tested.json", code=0)
    assert [(one["side"], one["passed"]) for one in found["results"]] == [
        ("candidate", True),
        ("live", True),
    ]
    assert everything(project, runtime) == before
    project.run("apply", "--yes", "--tested", "tested.json")
    assert "No changes" in project.run("plan").stdout


def test_what_a_killed_test_leaves_is_deleted_by_gc_with_its_documents(
    checked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = account(checked)
    checked.edit("handbook.md", "28 days", "29 days")
    kills = "\n        - command: [sh, -c, 'kill -9 $PPID']"
    checked.edit("helper.yaml", "- cites: handbook.md", f"- cites: handbook.md{kills}")
    assert checked.finish("test", "--allow-commands")[0] == -signal.SIGKILL
    assert len(account(checked)["files"]) == len(before["files"]) + 1
    swept = ("gc", "--class", "expired", "--older-than", "0s", "--apply", "--yes")
    checked.run(*swept)
    assert len(account(checked)["files"]) == len(before["files"]) + 1

    monkeypatch.setattr("provisioner.gc.judge.CANDIDATE_SECONDS", -1.0)
    checked.run(*swept)
    assert account(checked) == before


def test_with_marked_names_a_document_is_cited_by_its_own_and_a_lone_upload_goes_with_gc(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit("stack.yaml", "spec:\n", "spec:\n  file_names: marked\n")
    project.edit("helper.yaml", "  max_prompt_tokens", f"{CHECKS}  max_prompt_tokens")
    project.run("test")
    kills = "\n        - command: [sh, -c, 'kill -9 $PPID']"
    project.edit("helper.yaml", "- cites: handbook.md", f"- cites: handbook.md{kills}")
    assert project.finish("test", "--allow-commands")[0] == -signal.SIGKILL
    # As after a kill between an upload and its store: nothing but the upload is left.
    with project.live() as client:
        for assistant in client.beta.assistants.list():
            client.beta.assistants.delete(assistant.id)
        for store in client.vector_stores.list():
            client.vector_stores.delete(store.id)
    assert len(account(project)["files"]) == 1

    monkeypatch.setattr("provisioner.gc.judge.CANDIDATE_SECONDS", -1.0)
    project.run("gc", "--class", "expired", "--older-than", "0s", "--apply", "--yes")
    assert account(project)["files"] == []
