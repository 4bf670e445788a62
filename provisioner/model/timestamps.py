"""Timestamps: the ways in which servers write a moment, read as one number.

The API says whole unix seconds. Compatible servers say milliseconds, floats or ISO 8601.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

LATEST = 1e11
"""Seconds until the year 5138. A number above it counts something finer than seconds."""


def seconds(value: Any) -> float:
    """Return `value` as unix seconds, 0.0 where it says nothing that can be read."""
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
    while abs(value) > LATEST:
        value /= 1000
    return value


def _iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
