"""One line of the table."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One comparison. `bound` is the most that `ours / theirs` may be, where one is promised.

    `is_peer` is true where `theirs` is another program that does the same work.
    """

    what: str
    ours: float
    against: str
    theirs: float
    unit: str = "s"
    bound: float | None = None
    is_peer: bool = False

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs if self.theirs else math.inf

    @property
    def is_kept(self) -> bool | None:
        """Return true if the promise holds in this run, None where there is no promise."""
        return None if self.bound is None else self.ratio <= self.bound
