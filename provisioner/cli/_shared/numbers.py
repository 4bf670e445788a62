"""Types of options that take a number, with errors that say which number is meant."""

import math
from typing import Any

import click

from provisioner.model.durations import seconds_of


class Seconds(click.FloatRange):
    """The type of options that take a number of seconds."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number of seconds, such as 30 or 0.5.", param, ctx)
        return float(super().convert(number, param, ctx))


class WholeNumber(click.IntRange):
    """The type of options that take a whole number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return int(super().convert(number, param, ctx))


class Duration(click.ParamType[float]):
    """The type of options that take a length of time, such as `30d`; they get its seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        try:
            return seconds_of(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
