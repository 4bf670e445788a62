"""Options that the environment may set, as `PROVISIONER_ENV` sets `--env`.

They are read from the environment of the process, never from a `.env` file, because others may be
able to write that. No variable answers a question or lifts a guard: `--yes` and its like have to
stand on the command line.
"""

import os
from collections.abc import Mapping
from typing import Any, Final

import click
from click.core import ParameterSource

from provisioner.cli._shared.command import Decorator
from provisioner.model.environment import PREFIX, VARIABLE

SETTINGS: Final[Mapping[str, str]] = {
    "env": f"{PREFIX}ENV",
    "target": f"{PREFIX}TARGET",
    "manifests": f"{PREFIX}MANIFESTS",
    "parallelism": f"{PREFIX}PARALLELISM",
    "timeout": f"{PREFIX}TIMEOUT",
    "settle": f"{PREFIX}SETTLE",
    "ledger": f"{PREFIX}LEDGER",
    "format": f"{PREFIX}FORMAT",
    "verbose": f"{PREFIX}VERBOSE",
    "no_color": f"{PREFIX}NO_COLOR",
}
"""The environment variable of each option, used if the command line does not give the option.

A command without the option ignores the variable.
"""


class EnvironmentOption(click.Option):
    """An option whose help and errors name its environment variable."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "show_envvar": True})

    def get_error_hint(self, ctx: click.Context | None) -> str:
        if is_from_environment(ctx, self.name):
            return f"environment variable {self.envvar}"
        return f"'{max(self.opts, key=len)}'"


class Level(click.IntRange):
    """The type of `-v`: the number of times that it is given, which the environment gives as a number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{value!r} is not 0, 1 or 2.", param, ctx)


class Switch(click.types.BoolParamType):
    """The type of a flag, which the environment gives as `true` or `false`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        try:
            return bool(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{value!r} is neither `true` nor `false`.", param, ctx)


def option(*flags: str, **settings: Any) -> Decorator:
    """Return the decorator of an option whose environment variable is in `SETTINGS`."""
    # Click names the value of `--no-color` `no_color`, which is its key in `SETTINGS`.
    name = flags[-1].removeprefix("--").replace("-", "_")
    decorator: Decorator = click.option(
        *flags, envvar=SETTINGS[name], cls=EnvironmentOption, **settings
    )
    return decorator


def is_from_environment(ctx: click.Context | None, name: str | None) -> bool:
    """Return true if the value of an option came from the environment."""
    found = ctx.get_parameter_source(name) if ctx and name else None
    return found is ParameterSource.ENVIRONMENT


def is_given(ctx: click.Context, name: str) -> bool:
    """Return true if the command line itself gives an argument or option."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def variables() -> dict[str, str]:
    """Return the values of the Stack's variables that the environment gives, by name."""
    return {
        name.removeprefix(VARIABLE): text
        for name, text in os.environ.items()
        # The prefix alone names no variable.
        if name.startswith(VARIABLE) and name != VARIABLE
    }
