"""Converts the timestamps of servers to unix seconds.

The API sends whole unix seconds. Compatible servers send milliseconds, floats or ISO 8601 texts.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

LATEST = 1e11
"""The year 5138 in unix seconds. A larger number must be in milliseconds or a finer unit."""


def seconds(value: Any) -> float:
    """Return `value` in unix seconds, 0.0 if it is not a timestamp."""
    # A bool is an int in Python, but no server means a time by it.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    text = str(value).strip()
    try:
        return _scaled(float(text))
    except ValueError:
        return _iso(text)


def _scaled(value: float) -> float:
    if not isfinite(value):
        return 0.0
    # Milliseconds need one division by 1000, microseconds two and nanoseconds three.
    while abs(value) > LATEST:
        value /= 1000
    return value


def _iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    # Without a time zone, `timestamp` would take the zone of this machine.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
