"""Parses cron expressions of five fields, and finds the next occurrence in a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# The name of a field, its lowest and highest value, and the words for its values.
FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of week", 0, 7, DAYS),
)
PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?")
"""Matches one part of a field: `*`, a value or a range, each with or without a step."""
# The rarest day is 29 February on a given weekday. It occurs at least once in this number of days.
FARTHEST_DAYS = 366 * 41


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values that each field of an expression allows.

    A day must satisfy both of its fields: day of month and day of week. If `either_day` is true,
    because both of them are restricted, one of them is enough. This is how cron has always
    interpreted them.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def allows(self, day: datetime) -> bool:
        """Return true if the schedule has an occurrence on this day."""
        by_month = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        suits = by_month or by_week if self.either_day else by_month and by_week
        return suits and day.month in self.months


def parse(expression: str) -> Schedule:
    """Return the schedule of an expression. Raises ValueError with a sentence for any other text."""
    fields = expression.split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"expected five fields, but got {len(fields)}")
    values = [frozenset(_values(field, *fact)) for field, fact in zip(fields, FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = values
    return Schedule(
        minutes,
        hours,
        days,
        months,
        # Both 0 and 7 mean Sunday.
        frozenset(day % 7 for day in weekdays),
        # As in cron, `*/2` does not restrict a field for this rule, although it leaves values out.
        either_day=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )


def _values(field: str, name: str, low: int, high: int, words: tuple[str, ...]) -> Iterator[int]:
    """Yield the values that a field allows. Raises ValueError with a sentence for a wrong field."""
    for part in field.split(","):
        found = PART.fullmatch(part)
        if found is None:
            raise ValueError(f"'{part}' is no {name}")
        start, end, step = found.groups()
        first = low if start is None else _number(start, name, words, low)
        # `5` is one value, but `5/15` is a range: from 5 to the highest value.
        last = first if start is not None and step is None else high
        if end is not None:
            last = _number(end, name, words, low)
        if not low <= first <= last <= high or step == "0":
            raise ValueError(f"'{part}' is no {name}")
        yield from range(first, last + 1, int(step or 1))


def _number(text: str, name: str, words: tuple[str, ...], low: int) -> int:
    """Return the value of a number or of a word such as `mon`.

    Raises ValueError for any other text.
    """
    if text.lower() in words:
        return words.index(text.lower()) + low
    if not text.isdecimal():
        raise ValueError(f"'{text}' is no {name}")
    return int(text)


def following(schedule: Schedule, zone: str, moment: float) -> float | None:
    """Return the first occurrence after a moment, or None if there is none, as for 30 February.

    Both are in unix seconds.
    """
    here = ZoneInfo(zone)
    start = datetime.fromtimestamp(moment, here)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    for days in range(FARTHEST_DAYS):
        # Python adds to the local time and not to the instant, so it stays midnight after a clock change.
        day = midnight + timedelta(days=days)
        if schedule.allows(day):
            # On days of a clock change some local times do not exist or exist twice. `timestamp` still
            # returns an instant for each.
            times = (
                day.replace(hour=hour, minute=minute).timestamp()
                for hour in sorted(schedule.hours)
                for minute in sorted(schedule.minutes)
            )
            found = next((time for time in times if time > moment), None)
            if found is not None:
                return found
    return None
