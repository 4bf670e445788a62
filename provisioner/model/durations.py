"""Parses and prints durations: a whole number with a unit, such as `90s`, `12h` or `30d`."""

import re
from typing import Final

UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""The number of seconds in each unit of a duration."""
LONGEST: Final = 100 * 365 * UNITS["d"]
"""The longest accepted duration, in seconds. A longer one is probably a typing error."""
# Without ASCII, `\d` also matches digits of other scripts. 12 digits bound the work of `int`.
_DURATION: Final = re.compile(r"(\d{1,12})([smhdw])", re.ASCII)


def seconds_of(text: str) -> float:
    """Return the seconds of a duration such as `30d`.

    Raises ValueError with a message for users.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is not a duration. Write a whole number and a unit (s, m, h, d or w), such "
            "as 12h or 30d"
        )
    seconds = float(int(found[1]) * UNITS[found[2]])
    if seconds > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return seconds


def duration_text(seconds: float) -> str:
    """Return a duration in days, hours, minutes or seconds, rounded down, such as `3 d`."""
    whole = max(0, int(seconds))
    for unit in ("d", "h", "m"):
        if whole >= UNITS[unit]:
            return f"{whole // UNITS[unit]} {unit if unit != 'm' else 'min'}"
    return f"{whole} s"
