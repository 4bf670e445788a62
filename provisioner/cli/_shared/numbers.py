"""Types of options that take a number, a time or an age. Their errors show the wrong value."""

import math
import re
from typing import Any

import click

from provisioner.model.durations import seconds_of


class Seconds(click.FloatRange):
    """The type of an option that takes a number of seconds."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        # float() accepts `nan` and `inf`, which a range lets pass and a timeout cannot use.
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number of seconds, such as 30 or 0.5.", param, ctx)
        return float(super().convert(number, param, ctx))


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_AGE = re.compile(r"(?P<count>\d+(\.\d+)?)(?P<unit>[smhdw])|0")


class Age(click.ParamType[float]):
    """The type of an option that takes an age, such as `7d`, `12h` or `0`, and gives its seconds."""

    name = "age"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = _AGE.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is not an age, such as 7d, 12h, 30m or 0.", param, ctx)
        return float(found["count"] or 0) * _UNITS[found["unit"] or "s"]


class WholeNumber(click.IntRange):
    """The type of an option that takes a whole number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        return int(super().convert(number, param, ctx))


class Duration(click.ParamType[float]):
    """The type of an option that takes a duration, such as `30d`, and gives its seconds."""

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
