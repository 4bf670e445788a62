"""Defines a clock for elapsed time that also runs while the machine sleeps."""

import time
from typing import Final

# A lock expires by the database's clock, so a laptop that slept must notice that time has passed.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Return the seconds since a fixed moment in the past."""
    return time.clock_gettime(_CLOCK)
