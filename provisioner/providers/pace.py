"""Learn from what a server turns away how fast requests may start.

The pace is a pure value over a clock that its caller reads: no thread, no sleep, no I/O. A `Gate` (in
`gate.py`) holds one `Pace` for a whole run, so that all threads share what any of them is told.

Servers count in many ways, and most do not say how. These facts carry the arithmetic:

* While nothing goes through, one request at a time is tried, after pauses that double. The time from
  the last request that went through to the first that goes through again is one that the server bears
  between two. From there the rate is raised until the server turns something away again.
* A server that allows no burst wants requests evenly spaced, so they are never sent in bunches.
* Between two refusals that follow closely, the server let through as many requests as its limit
  allows for that time. A rate that is far above that falls to it at once; else it falls in steps.
* A limit may be raised, or be shared with somebody who has left. After a quiet stretch the rate is
  raised, carefully at first and then ever faster, until the server turns something away again.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

FIRST_WINDOW = 8
"""Requests that may run at once before the server has answered anything."""
ANSWERS_A_PLACE = 10
"""Answers after which one request more may run at once, as long as no limit is known."""
FIRST_PAUSE = 0.015
"""Seconds until the server is tried again after its first refusal, if it names no time."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries at most, while everything is turned away and no time is named."""
A_TRY = 5.0
"""Seconds that the others wait for the answer to one try, while everything is turned away."""
A_WINDOW = 1.5
"""Seconds: a server that asks for a longer pause than this counts by windows, not by tokens."""
STUBBORN = 2
"""Refusals in a row after which a known rate is no longer believed."""
FAR = 1.2
"""A rate that is so many times what the server lets through is not approached in steps."""
STEP = 0.97
"""A refusal takes the rate down to this part of it at least."""
LONG_STEP = 0.92
"""The factor by which the rate falls when a refusal follows soon upon another."""
QUIET = 12
"""Answers after a refusal before the rate is raised again."""
RAISE = 0.0005
"""The rate grows by this part, times the answers since it was quiet; at most by `STEEPEST`."""
STEEPEST = 0.1
MOST = 1.3
"""The rate grows by this factor at most before the effect is seen."""
SEARCH = 1.12
"""The rate grows by this factor an answer until the server turns something away again, at first."""
REMEMBERED = 128
"""Requests that were let through, and are remembered."""


@dataclass(slots=True)
class Pace:
    """The pace of one run. Times are seconds of one monotonic clock.

    A request asks `delay`. Once that is 0 it calls `start`, and later either `went_through` or
    `turned_away`, with the moment of its start.
    """

    rate: float = math.inf
    """Requests a second; infinite until the server has turned one away."""

    _hold: float = -math.inf  # nothing starts before this moment
    _next: float = -math.inf  # the next start at this rate
    _late: float = 0.0  # mean seconds by which starts come later than they might
    _binding: bool = False  # true where the pace delayed the last start
    _changed: float = -math.inf  # what started earlier says nothing about the present rate
    _answers: int = 0  # since the last refusal that counted
    _raised: int = 0  # how many of these the rate has been raised for
    _total: int = 0
    _began: float = math.inf
    _through: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _failures: int = 0  # refusals in a row
    _tried: float = -math.inf  # the start of the last request whose refusal counted
    _asked: float = 0.0  # the longest pause that the server asked for since the last answer
    _since: float = -math.inf  # the first of the last refusals that came in a row
    _searching: bool = False  # true while the rate is a first guess

    @property
    def window(self) -> float:
        """Requests that may run at once, as far as the pace is concerned."""
        if self.rate < math.inf or self._failures:
            return math.inf
        return FIRST_WINDOW + self._total // ANSWERS_A_PLACE

    @property
    def _is_shut(self) -> bool:
        """True if nothing seems to go through, so that one request at a time is tried."""
        return self._failures > (0 if self.rate == math.inf else STUBBORN)

    def delay(self, now: float) -> float:
        """Seconds until the next request may start; 0: now."""
        return max(0.0, self._hold - now, self._next - now)

    def hold(self, until: float) -> None:
        """Start nothing before the moment `until`."""
        self._hold = max(self._hold, until)

    def start(self, now: float) -> None:
        """Note that one request starts now."""
        self._began = min(self._began, now)
        if self._is_shut:
            # One request at a time is tried, and the others wait for its answer.
            self._next = now + A_TRY
        elif self.rate < math.inf:
            interval = 1 / self.rate
            late = now - max(self._hold, self._next)
            self._binding = late < interval
            if self._binding:
                self._late += 0.1 * (late - self._late)
            self._next = now + interval - min(self._late, 0.3 * interval)

    def went_through(self, started: float, now: float) -> None:
        """Note that a request that started at `started` was let through."""
        self._total += 1
        self._answers += 1
        if started >= self._changed:
            if self._failures:
                self._resume(started, now)
            elif self.rate < math.inf and self._binding:
                self._raise(now)
        self._through.append(started)

    def turned_away(self, started: float, now: float, asked: float | None = None) -> None:
        """Note that a request that started at `started` was turned away (429).

        `asked` are the seconds that the server wants to pass; None where it names none.
        """
        if asked is not None:
            self.hold(now + asked)
            self._asked = max(self._asked, asked)
        if started < self._changed:
            return
        self._failures += 1
        self._changed = now
        self._tried = started
        if self.rate < math.inf:
            self._lower(started)
        if self._is_shut:
            first = FIRST_PAUSE if self.rate == math.inf else 1 / self.rate
            pause = min(LONGEST_PAUSE, first * 2 ** (self._failures - 1))
            self.hold(now + pause)
            self._changed = self._next = self._hold
        self._answers = self._raised = 0

    def _lower(self, started: float) -> None:
        """Lower the rate by a step, or further where a step was not enough."""
        if self._searching or self._answers >= QUIET:
            self._since = started
            # A request that came too early came so by less than half the time between two starts.
            self._next -= 0.5 / self.rate
            self.rate *= STEP / (SEARCH if self._searching else 1)
            self._searching = False
            return
        lower = LONG_STEP * self.rate
        through = sum(self._since < one < started for one in self._through)
        measured = (through + 1) / (started - self._since)
        if through and measured * FAR < lower:
            lower = measured
        self.rate = lower

    def _resume(self, started: float, now: float) -> None:
        """Go on after the first answer that follows refusals, at a rate that the server can bear."""
        if self.rate == math.inf:
            since = self._through[-1] if self._through else self._began
            least = 1 / max(FIRST_PAUSE, started - since)
            if self._asked > A_WINDOW:
                least = max(least, self._total / (started - self._began))
            most = min(2 * least, 1 / max(FIRST_PAUSE, self._tried - since))
            self.rate = math.sqrt(least * max(least, most))
            self._searching = True
        self._failures, self._asked = 0, 0.0
        self._changed = now
        self._next = max(now, started + 1 / self.rate)

    def _raise(self, now: float) -> None:
        """Raise the rate by one step.

        The next step waits for a request that is sent after this one.
        """
        if self._searching:
            factor = min(MOST, SEARCH ** (self._answers - self._raised))
        else:
            factor = 1 + min(STEEPEST, max(0.0, RAISE * (self._answers - QUIET)))
        if factor > 1:
            self.rate *= factor
            self._raised = self._answers
            self._changed = now
