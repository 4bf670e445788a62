"""Options whose values may come from the environment, as `PROVISIONER_ENV` gives `--env`.

They are read from the environment of the process and never from a `.env` file, which lies in a folder
that others can write. None of them agrees to anything: `--yes` and what lifts a guard have to stand
on the command line.
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
"""The environment variable of each option. It counts if the command line does not give the option.
"""


class EnvironmentOption(click.Option):
    """An option whose environment variable is named in its help and in its errors."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "show_envvar": True})

    def get_error_hint(self, ctx: click.Context | None) -> str:
        if is_from_environment(ctx, self.name):
            return f"environment variable {self.envvar}"
        return f"'{max(self.opts, key=len)}'"


class Level(click.IntRange):
    """The count of an option, which the environment gives as a number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{value!r} is not 0, 1 or 2.", param, ctx)


class Switch(click.types.BoolParamType):
    """A flag, which the environment gives as a word."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        try:
            return bool(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{value!r} is neither `true` nor `false`.", param, ctx)


def option(*flags: str, **settings: Any) -> Decorator:
    """Return the decorator of an option that `SETTINGS` gives an environment variable."""
    name = flags[-1].removeprefix("--").replace("-", "_")
    decorator: Decorator = click.option(
        *flags, envvar=SETTINGS[name], cls=EnvironmentOption, **settings
    )
    return decorator


def is_from_environment(ctx: click.Context | None, name: str | None) -> bool:
    """Return true where the value of an option came from the environment."""
    found = ctx.get_parameter_source(name) if ctx and name else None
    return found is ParameterSource.ENVIRONMENT


def is_given(ctx: click.Context, name: str) -> bool:
    """Return true where the command line itself gives an argument or option."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def variables() -> dict[str, str]:
    """Return the variables of the Stack that the environment gives, by name."""
    return {
        name.removeprefix(VARIABLE): text
        for name, text in os.environ.items()
        if name.startswith(VARIABLE) and name != VARIABLE
    }
