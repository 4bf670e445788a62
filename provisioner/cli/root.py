"""The command `provisioner` itself: the table of its commands. Each is imported when it is called."""

import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from provisioner import __version__
from provisioner.cli._shared.command import HELP, write_examples
from provisioner.cli._shared.errors import guarded
from provisioner.cli._shared.options import screen_options
from provisioner.cli._shared.screen import Screen
from provisioner.model import hints

COMMANDS: Final[dict[str, str]] = {
    "init": "Write a first folder of manifests.",
    "validate": "Check the manifests without a network.",
    "plan": "Show what an apply would change, field by field.",
    "apply": "Make the planned changes.",
    "show": "Show what is declared, live and last applied.",
    "ask": "Ask a live assistant one question.",
    "test": "Ask planned and live assistants the checks of the manifests.",
    "history": "Show who changed what and when.",
    "gc": "Find leaked objects and what they cost, and delete them.",
    "drift": "Show what was changed on the live side.",
    "compare": "Show what differs between two environments.",
    "pull": "Write manifests from an export of assistants.",
    "migrate": "Report on a migration to another target, and perform it.",
    "rollback": "Go back to a run or a release, or restore what a run deleted.",
    "adopt": "Make an existing object ours.",
    "forget": "Stop managing an object, and keep it.",
    "destroy": "Delete every live object of this stack.",
    "doctor": "Check a setup and say what is wrong with it.",
    "threads": "List, retire and erase threads, which no API lists.",
    "ci": "Do what an event of a pipeline asks for.",
    "unlock": "Remove the lock that a run holds.",
    "explain": "Explain a field, a kind or the code of a diagnostic.",
    "schema": "Print the JSON Schemas of manifests and plans.",
    "serve": "Run the embedded server on a port.",
}
"""The line about each command in the help of `provisioner`, by the command's name.

The command itself is `command` in the module of that name.
"""


class Commands(click.Group):
    """A group of commands that imports only the command that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"provisioner.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from provisioner.cli._shared.habits import about_command

            ctx.fail(f"There is no command {args[0]!r}.{about_command(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        write_examples(("provisioner init", "provisioner plan", "provisioner apply"), formatter)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run one command and end the process with its exit code."""
        screen = Screen()
        # In standalone mode, click prints errors and exits by itself, and `guarded` would see none.
        extra |= {"standalone_mode": False, "obj": screen}
        sys.exit(guarded(lambda: click.Group.main(self, *args, **extra), screen))


def _go(ctx: click.Context, _param: click.Parameter, folder: Path | None) -> None:
    """Go to a folder for as long as the command runs."""
    if folder is not None and not ctx.resilient_parsing:
        ctx.call_on_close(partial(os.chdir, Path.cwd()))
        os.chdir(folder)
        hints.note(chdir=str(folder))


@click.group(cls=Commands, context_settings=HELP)
@click.version_option(__version__, message="provisioner %(version)s")
@click.option(
    "--chdir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    expose_value=False,
    callback=_go,
    help="Go to this folder first. This option stands before the command.",
)
@screen_options
def provisioner() -> None:
    """Plan, apply and look after AI assistants that a folder of manifests describes."""
