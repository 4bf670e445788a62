"""Options that every command takes in the same words, and their environment variables."""

import json
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from provisioner.cli._shared.environment import SETTINGS
from provisioner.cli.root import COMMANDS, provisioner
from tests.cli.conftest import Project

WITHOUT_FOLDER = {"explain", "init", "pull", "schema", "serve"}
"""Commands that read no folder of manifests."""
ADDRESS_FIRST = {
    "compare",
    "show",
    "test",
    "ask",
    "rollback",
    "adopt",
    "forget",
    "history",
    "threads",
}
"""Commands whose first argument is an address, a run or an action, so that the folder is an option."""
WORDS = {
    "compare": ("default", "dev"),
    "migrate": ("--from", "local", "--to", "remote"),
    "ask": ("assistant.helper", "?"),
    "rollback": ("assistant.helper",),
    "adopt": ("assistant.helper", "asst_1"),
    "forget": ("assistant.helper",),
    "apply": ("--yes",),
    "destroy": ("--yes",),
}
NIGHT = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_PROJECT_ID": "7",
    "CI_DEFAULT_BRANCH": "main",
    "CI_COMMIT_BRANCH": "main",
    "CI_COMMIT_REF_PROTECTED": "true",
    "CI_PIPELINE_SOURCE": "schedule",
    "CI_PIPELINE_ID": "1",
    "CI_JOB_ID": "1",
    "CI_JOB_NAME": "look",
    "CI_COMMIT_SHA": "a" * 40,
    "PROVISIONER_GITLAB_TOKEN": "glpat-1",
}
"""The environment of a nightly pipeline. `ci` reads a folder in a pipeline only."""
WITH_FOLDER = [name for name in COMMANDS if name not in WITHOUT_FOLDER]


def parameters(name: str) -> dict[str, click.Parameter]:
    command = provisioner.get_command(click.Context(provisioner), name)
    assert command is not None
    return {str(parameter.name): parameter for parameter in command.params}


@pytest.mark.parametrize("name", WITH_FOLDER)
def test_every_command_takes_the_folder_in_the_same_two_ways(
    project: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "ci":
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        for variable, value in NIGHT.items():
            monkeypatch.setenv(variable, value)

    def told(*given: str) -> str:
        return project.run(name, *WORDS.get(name, ()), *given, code=1).output

    absent = "There is no `nowhere`."
    assert absent in told("--manifests", "nowhere")
    assert ("path" in parameters(name)) is (name not in ADDRESS_FIRST)
    if name not in ADDRESS_FIRST:
        assert absent in told("nowhere")
        both = project.run(name, *WORDS.get(name, ()), "nowhere", "--manifests", "x", code=2)
        assert "Give the folder once: as PATH, or with --manifests." in both.output


@pytest.mark.parametrize("name", ["plan", "validate", "show", "drift"])
def test_the_folder_is_this_one_where_it_declares_a_stack_and_there_is_no_other(
    project: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run("apply", "--yes")
    usual = project.run(name, code=None)
    (project.folder / "manifests").rename(project.folder / "other")
    missing = project.run(name, code=1)
    assert "There is no `manifests`." in missing.output
    (project.folder / ".provisioner").rename(project.folder / "other" / ".provisioner")
    monkeypatch.chdir(project.folder / "other")
    here = project.run(name, code=None)
    assert (here.exit_code, here.stdout.splitlines()[-2:]) == (
        usual.exit_code,
        usual.stdout.splitlines()[-2:],
    )


def test_what_tools_put_into_a_folder_is_not_read(project: Project) -> None:
    for folder in ("node_modules/pkg", ".hidden", "venv/lib"):
        project.write(f"{folder}/broken.yaml", "kind: [")
    project.write("venv/pyvenv.cfg", "home = /usr/bin\n")
    project.run("validate")
    project.write("environment/broken.yaml", "kind: [")
    project.run("validate", code=1)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_the_variable_of_every_option_that_has_one(name: str) -> None:
    text = " ".join(CliRunner().invoke(provisioner, [name, "--help"]).output.split())
    for option, variable in SETTINGS.items():
        assert (f"env var: {variable}" in text) is (option in parameters(name) or option in _ALWAYS)
    assert ("PROVISIONER_VAR_NAME" in text) is ("var" in parameters(name))


_ALWAYS = {"verbose", "no_color"}


def test_nothing_that_agrees_to_something_comes_from_the_environment() -> None:
    agreeing = {"yes", "unprotect", "new", "new_object", "overwrite_drift", "accept_undeclared"}
    agreeing |= {"max_delete_percent", "out", "expect", "apply", "select", "again"}
    for name in COMMANDS:
        for option, parameter in parameters(name).items():
            if parameter.envvar:
                assert option not in agreeing
                assert SETTINGS[option] == parameter.envvar


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TIMEOUT", "abc", "'abc' is not a number of seconds"),
        ("SETTLE", "-1", "-1.0 is not in the range"),
        ("PARALLELISM", "many", "'many' is not a whole number."),
        ("FORMAT", "yml", "'yml' is not one of 'text', 'json', "),
        ("VERBOSE", "much", "'much' is not 0, 1 or 2."),
        ("VERBOSE", "-1", "'-1' is not 0, 1 or 2."),
        ("NO_COLOR", "maybe", "'maybe' is neither `true` nor `false`."),
    ],
)
def test_a_value_that_makes_no_sense_is_told_with_its_variable(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"PROVISIONER_{variable}", value)
    told = project.run("plan", code=2).output
    assert f"Invalid value for environment variable PROVISIONER_{variable}: {said}" in told


@pytest.mark.parametrize("command", ["plan", "validate", "destroy", "drift"])
def test_a_saved_plan_in_place_of_a_folder_is_told_what_takes_it(
    project: Project, command: str
) -> None:
    (project.folder / "plan.json").write_text("{}")
    told = project.run(command, "plan.json", code=1).output

    assert "`plan.json` is a file. Name the folder of manifests: `.`." in told
    assert "`provisioner show plan.json` prints it" in " ".join(told.split())
    assert "saved plan" not in project.run(command, "manifests/stack.yaml", code=1).output


@pytest.mark.parametrize("value", ["abc", "nan", "inf", ""])
def test_a_number_of_seconds_that_is_none_is_told_as_one(project: Project, value: str) -> None:
    told = project.run("plan", "--timeout", value, code=2).output
    assert f"Invalid value for '--timeout': {value!r} is not a number of seconds" in told


def test_the_environment_says_what_the_command_line_does_not(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "manifests").rename(project.folder / "other")
    monkeypatch.setenv("PROVISIONER_MANIFESTS", "other")
    monkeypatch.setenv("PROVISIONER_ENV", "dev")
    monkeypatch.setenv("PROVISIONER_VERBOSE", "1")
    monkeypatch.setenv("PROVISIONER_FORMAT", "json")
    monkeypatch.setenv("PROVISIONER_VAR_of_another_stack", "x")
    plan = project.run("plan")
    assert json.loads(plan.stdout)["environment"] == "dev"
    assert "gpt-6.1-luna" in plan.stdout
    assert "GET /v1/assistants 200" in plan.stderr

    monkeypatch.setenv("PROVISIONER_VAR_model", "gpt-from-environment")
    assert "gpt-from-environment" in project.run("plan").stdout
    assert "gpt-from-option" in project.run("plan", "--var", "model=gpt-from-option").stdout
    Path("vars.yaml").write_text("model: gpt-from-file", encoding="utf-8")
    assert "gpt-from-file" in project.run("plan", "--var-file", "vars.yaml").stdout

    assert "--env prod" not in project.run("plan", "--format", "text").stdout
    absent = project.run("plan", "nowhere", "--env", "prod", code=1)
    assert "`provisioner init nowhere`" in absent.output


def test_the_environment_is_that_of_the_process_and_never_of_a_file(project: Project) -> None:
    Path(".env").write_text(
        "PROVISIONER_ENV=dev\nPROVISIONER_VAR_model=gpt-from-file\nPROVISIONER_TIMEOUT=abc\n",
        encoding="utf-8",
    )
    plan = project.run("plan").stdout
    assert "gpt-from-file" not in plan
    assert "gpt-6.1-terra" in plan


def test_a_format_that_a_command_lacks_is_passed_over(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISIONER_FORMAT", "mermaid")
    assert project.run("validate").stdout.startswith("Valid: ")
    project.run("init", "first")
    assert project.run("plan").stdout.startswith("Stack ")


@pytest.mark.parametrize(
    ("format", "words"),
    [
        ("sarif", ("show",)),
        ("markdown", ("show", "assistant.helper")),
        ("json", ("show", "assistant.helper", "--as", "curl")),
        ("env", ("show", "plan.json")),
        ("junit", ("gc",)),
        ("csv", ("gc", "--class", "dangling", "--apply", "--yes")),
        ("json", ("plan", "--summary")),
    ],
)
def test_a_format_that_one_form_of_a_command_lacks_is_passed_over_too(
    project: Project, monkeypatch: pytest.MonkeyPatch, format: str, words: tuple[str, ...]
) -> None:
    project.run("apply", "--yes")
    project.run("plan", "--out", "plan.json")
    plain = project.run(*words).stdout
    monkeypatch.setenv("PROVISIONER_FORMAT", format)
    assert project.run(*words).stdout.split()[:4] == plain.split()[:4]


def test_a_format_on_the_command_line_is_refused_with_those_that_fit(project: Project) -> None:
    project.run("apply", "--yes")
    told = project.run("gc", "--apply", "--format", "csv", code=2).output
    assert "With --apply, --format takes one of: text, json, markdown, html, junit." in told
    assert "add --out FILE" in project.run("gc", "--format", "sarif", code=2).output
    saved = project.run("gc", "--class", "dangling", "--out", "c.json", "--format", "github")
    assert "provisioner: 0 errors" in saved.output


def test_a_variable_of_the_wrong_type_is_told_with_where_it_came_from(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.edit(
        "stack.yaml", "variables:\n", "variables:\n    most: {type: integer, default: 1}\n"
    )
    project.edit("helper.yaml", "max_prompt_tokens: 20000", "max_prompt_tokens: ${var:most}")
    monkeypatch.setenv("PROVISIONER_VAR_most", "many")
    told = project.run("validate", code=1).output
    assert "`many` of PROVISIONER_VAR_most is of another type" in told
    told = project.run("validate", "--var", "most=few", code=1).output
    assert "`few` of --var most is of another type" in told


def test_hints_carry_the_options_in_use(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--manifests", "other", "--env", "dev", "--var", "model=gpt-secret")
    (project.folder / "manifests").rename(project.folder / "other")
    told = project.run("ask", "assistant.helper", "Hello?", *options, code=1).output
    line = "`provisioner apply --manifests other --env dev --var model=VALUE`"
    assert f"Apply it first: {line}" in told
    assert "gpt-secret" not in told
    saved = project.run("plan", "--out", "p.json", *options).stderr
    assert "To carry it out: provisioner apply p.json --var model=VALUE\n" in saved

    (project.folder / "below").mkdir()
    monkeypatch.chdir(project.folder / "below")
    saved = project.run("plan", "../other", "--out", "p.json").stderr
    assert "To carry it out: provisioner apply p.json --manifests ../other\n" in saved
    project.run("apply", "p.json", "--manifests", "../other", "--yes")


@pytest.mark.parametrize("given", ["helper", "assistant.helper", "ID"])
def test_every_command_takes_a_bare_name_or_an_id_for_an_address(
    project: Project, given: str
) -> None:
    project.run("apply", "--yes")
    ids = dict(line.split("=") for line in project.run("show", "--format", "env").stdout.split())
    word = ids["ASSISTANT_HELPER"] if given == "ID" else given

    shown = json.loads(project.run("show", word, "--format", "json").stdout)
    assert (shown["address"], shown["id"]) == ("assistant.helper", ids["ASSISTANT_HELPER"])
    asked = json.loads(project.run("ask", word, "Hello?", "--format", "json").stdout)
    assert asked["address"] == "assistant.helper"
    assert "helper" in project.run("show", word, "--as", "curl").stdout
    plan = json.loads(project.run("plan", "--replace", word, "--format", "json").stdout)
    assert [change["address"] for change in plan["changes"]] == ["assistant.helper"]
    assert "1 to delete" in project.run("destroy", "--select", word, "--out", "d.json").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("show", "helpr"),
        ("ask", "helpr", "?"),
        ("forget", "helpr"),
        ("rollback", "helpr"),
        ("adopt", "helpr", "asst_1"),
        ("plan", "--unprotect", "helpr"),
        ("plan", "--new-object", "helpr"),
        ("plan", "--replace", "helpr"),
        ("plan", "--select", "helpr"),
        ("plan", "--exclude", "helpr"),
        ("apply", "--yes", "--unprotect", "assistant.helpr"),
        ("destroy", "--yes", "--unprotect", "assistant.helpr"),
        ("migrate", "--from", "local", "--to", "other", "--apply", "--yes", "--unprotect", "helpr"),
    ],
)
def test_an_address_that_matches_nothing_is_refused_with_the_nearest(
    project: Project, words: tuple[str, ...]
) -> None:
    project.edit(
        "stack.yaml",
        "  targets:\n",
        "  targets:\n    other: {runtime: assistants, server: embedded, data: ../other.sqlite}\n",
    )
    refused = project.run(*words, code=2)
    assert "matches nothing" in refused.output
    assert "Did you mean `assistant.helper`?" in refused.output
