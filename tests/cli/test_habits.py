"""Words of neighbouring tools get an answer that can be typed."""

import re
from collections.abc import Collection

import click
import pytest
from click.testing import CliRunner

from provisioner.cli._shared import habits
from provisioner.cli.root import COMMANDS, provisioner


def run(*words: str) -> str:
    result = CliRunner().invoke(provisioner, words)
    assert result.exit_code == 2, result.output
    return result.output.splitlines()[-1]


WITHOUT_STACK = {"apply", "gc", "threads"}
"""Commands that take the settings of a target as options, where there is no Stack."""


def every_option(without: Collection[str] = ()) -> set[str]:
    context = click.Context(provisioner)
    commands = [provisioner.get_command(context, name) for name in COMMANDS if name not in without]
    return {o for command in commands if command for p in command.params for o in p.opts} | {"-vv"}


def test_no_habit_is_a_word_of_ours_and_each_leads_to_one() -> None:
    assert not set(habits.COMMANDS) & set(COMMANDS)
    options = every_option()
    assert not (set(habits.OPTIONS) | set(habits.ELSEWHERE)) & every_option(WITHOUT_STACK)
    assert {there.split()[0] for there in habits.OPTIONS.values()} <= options
    for there in habits.COMMANDS.values():
        word = re.split(r"[ ,]", there)[0]
        assert word in COMMANDS or word in {"--help", "--version"}
    for told in (*habits.COMMANDS.values(), *habits.ELSEWHERE.values()):
        assert set(re.findall(r"(?<!\w)--[a-z-]+", told)) <= options | {"--help", "--version"}


@pytest.mark.parametrize(
    ("word", "there"),
    [
        ("import", "adopt"),
        ("list", "show"),
        ("describe", "show ADDRESS"),
        ("taint", "apply --replace ADDRESS"),
        ("Delete", "destroy, "),
    ],
)
def test_a_command_of_a_neighbour_names_ours(word: str, there: str) -> None:
    told = run(word, "assistant.helper")
    assert told.startswith(f"Error: There is no command {word!r}. Use: provisioner {there}")


def test_a_misspelt_command_names_the_nearest_one() -> None:
    assert run("aply") == "Error: There is no command 'aply'. Did you mean apply?"
    assert run("xyzzy") == "Error: There is no command 'xyzzy'."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("show --json", "There is no option --json here. Write --format json."),
        ("apply -auto-approve", "There is no option -auto-approve here. Write --yes."),
        ("apply --auto-approve", "There is no option --auto-approve here. Write --yes."),
        ("destroy -y", "There is no option -y here. Write --yes."),
        ("apply --dry-run", "There is no option --dry-run: `plan` shows what apply would do"),
        ("plan -out=p.json", "There is no option -out here. Write --out."),
        ("plan -target=assistant.a", "There is no option -target here. Write --select."),
        (
            "plan -detailed-exitcode",
            "There is no option -detailed-exitcode here. Write --exit-code.",
        ),
        ("apply -f manifests", "There is no option -f here. Write --manifests."),
        ("apply --force", "There is no option --force: each guard has an option of its own"),
        ("plan -timeout=3", "There is no option -timeout here. Write --timeout."),
        ("plan --overwrite-drift", "No such option '--overwrite-drift'."),
        ("validate --selct x", "No such option '--selct'"),
    ],
)
def test_an_option_of_a_neighbour_names_ours(words: str, said: str) -> None:
    assert run(*words.split()).startswith(f"Error: {said}")
