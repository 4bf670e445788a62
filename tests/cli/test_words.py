"""One word, one meaning: over the table of commands, their options, and the actions of a plan."""

from collections import defaultdict

import click

from provisioner.cli.root import COMMANDS, provisioner
from provisioner.model.plan import Action

SHARED = {
    "apply": "to perform a plan: the command, and `migrate --apply` after its report",
    "ci": "a pipeline: the command runs in one, and `init --ci` writes one",
    "forget": "to let an object go and keep it: the command, and the action of its plan",
    "replace": "to send a whole object again: the option asks for it, the action is done by a plan",
}
"""Words of more than one command, option or action, each with its one meaning."""

DIFFERENT_HELP = {
    "--apply": "to do it after the report: delete leaks, migrate",
    "--env": "an environment of the Stack: the one of a run, those that a new pipeline is for",
    "--exit-code": "to exit 3: for what a plan would change, for what differs between two sides",
    "--owner": "whose something is: an owner of marks to adopt, a person whose threads are meant",
    "--to": "the one to go to: the target of a migration, the release of a rollback",
    "--out": "to write it there in place of doing or printing it: a plan, manifests, schemas",
}
"""Options whose help differs from command to command, each with its one meaning."""


def described() -> dict[str, dict[tuple[str | None, str | None], list[str]]]:
    """Every option, with the commands that describe it in the same words."""
    found: dict[str, dict[tuple[str | None, str | None], list[str]]] = defaultdict(dict)
    for name in COMMANDS:
        command = provisioner.get_command(click.Context(provisioner), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                for flag in option.opts:
                    told = found[flag].setdefault((option.metavar, option.help), [])
                    told.append(name)
    return found


def test_an_option_says_the_same_in_every_command_that_has_it() -> None:
    several = {flag for flag, texts in described().items() if len(texts) > 1}
    assert several == DIFFERENT_HELP.keys()


def test_no_two_commands_options_or_actions_share_a_word_with_two_meanings() -> None:
    options = {flag.removeprefix("--") for flag in described() if flag.startswith("--")}
    actions = {action.word for action in Action}
    rooms = (set(COMMANDS), options, actions)
    shared = {word for one in rooms for word in one if sum(word in room for room in rooms) > 1}
    assert shared == SHARED.keys()


def test_no_two_commands_begin_with_the_same_sentence() -> None:
    told = list(COMMANDS.values())
    assert len(set(told)) == len(told)
    assert all(text.endswith(".") and text[0].isupper() for text in told)
