"""The command `provisioner` itself: the table of commands, each loaded when it is asked for."""

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
    "validate": "Check the manifests, offline.",
    "plan": "Show what would change, field by field.",
    "apply": "Make the planned changes.",
    "show": "Show what is desired, live and last applied.",
    "ask": "Ask a live assistant one question.",
    "test": "Ask the checks, of what would be applied and of what is live.",
    "history": "Show who applied what and when.",
    "gc": "Find what leaked and what it costs, and delete it.",
    "drift": "Show what was changed on the live side.",
    "compare": "Show what differs between two environments.",
    "pull": "Write manifests from an export of assistants.",
    "migrate": "Move to another target: what that means, and the move.",
    "rollback": "Go back to a run or a release, or undo a run's deletes.",
    "adopt": "Take over an object that exists already.",
    "forget": "Let an object go and keep it.",
    "destroy": "Delete everything that is ours.",
    "doctor": "Say what is wrong with a setup.",
    "threads": "List, retire and erase threads, which no API lists.",
    "unlock": "Take the lock away from a run that holds it.",
    "explain": "Tell what a field, a kind or a diagnostic's code is.",
    "schema": "Print the JSON Schemas of manifests and plans.",
    "serve": "Run the embedded server on a port.",
}
"""The help line of each command, by name.

The command itself is `command` in the module of that name.
"""


class Commands(click.Group):
    """A group that knows its commands by name, and imports the one that runs."""

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
    help="Go to this folder first. It stands before the command.",
)
@screen_options
def provisioner() -> None:
    """Plan, apply and look after AI assistants that a folder of manifests describes."""
