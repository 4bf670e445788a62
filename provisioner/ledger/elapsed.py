"""A clock for how long something took, which also runs while the machine sleeps."""

import time
from typing import Final

_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Return seconds since some moment in the past, the same one for the life of the process."""
    return time.clock_gettime(_CLOCK)
