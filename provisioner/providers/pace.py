"""Learns from refused requests (status 429) how fast requests may start.

This module reads no clock: every method is called with the current time. It has no thread, no sleep
and no I/O. A `Gate` (in `gate.py`) has one `Pace` for a whole run, so that a refusal that one
thread receives slows down all threads.

Servers count requests in many ways, and most do not say how. The arithmetic follows these rules:

* While every request is refused, one request at a time is tried, after pauses that double. The time
  between the last accepted request and the first that is accepted again is an interval that the
  server allows. From that interval the rate is raised until the server refuses a request again.
* Some servers allow no burst, so requests are spaced evenly and never sent in bunches.
* Between two refusals that follow closely, the server accepted as many requests as its limit allows
  for that time. A rate that is far above that number falls to it in a single step. A rate that is
  only a little above it falls in small steps.
* A limit may be raised later, or another user of the limit may leave. After a time without refusals
  the rate is raised, slowly at first and then faster, until the server refuses a request again.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

FIRST_WINDOW = 8
"""The number of requests that may run at once before the server has answered anything."""
ANSWERS_A_PLACE = 10
"""After this number of answers one more request may run at once, until a limit is known."""
FIRST_PAUSE = 0.015
"""Seconds until the server is tried again after its first refusal, if it names no time."""
LONGEST_PAUSE = 30.0
"""The most seconds between two tries while every request is refused and the server names no time."""
A_TRY = 5.0
"""Seconds that other requests wait for the answer to a trial request while all are refused."""
A_WINDOW = 1.5
"""Seconds. A server that asks for a longer pause than this counts requests per window of time."""
STUBBORN = 2
"""After more refusals in a row than this number, a known rate is no longer trusted."""
FAR = 1.2
"""If the rate is this many times above the measured one, it falls to the measured one in one step."""
STEP = 0.97
"""The factor by which a refusal lowers the rate."""
LONG_STEP = 0.92
"""The factor by which the rate falls when a refusal follows soon upon another."""
QUIET = 12
"""The number of answers without a refusal after which the rate is raised again."""
RAISE = 0.0005
"""The share by which the rate grows for each answer beyond `QUIET`."""
STEEPEST = 0.1
"""The largest share by which the rate grows in one raise, after the first search has ended."""
MOST = 1.3
"""The largest factor of one raise during the first search. It is limited because the effect of a raise
shows only in later answers.
"""
SEARCH = 1.12
"""The factor by which each answer raises the rate during the first search for the server's limit.

The search ends when the server refuses a request.
"""
REMEMBERED = 128
"""The number of accepted requests whose start times are remembered."""


@dataclass(slots=True)
class Pace:
    """The pace of one run. All times are seconds of one monotonic clock.

    The caller asks `delay` before each request. When `delay` returns 0, the caller calls `start`.
    After the answer it calls `accepted` or `throttled`, with the time at which the request
    started.
    """

    rate: float = math.inf
    """Requests a second. It is infinite until the server has refused one."""

    _hold: float = -math.inf  # no request starts before this time
    _next: float = -math.inf  # the next start at the present rate
    _late: float = 0.0  # mean seconds by which requests start later than they may
    _binding: bool = False  # true if the pace delayed the last start
    # Answers to requests that started before this time show nothing about the present rate.
    _changed: float = -math.inf
    _answers: int = 0  # accepted requests since the last refusal that counted
    _raised: int = 0  # the value of `_answers` at the last raise
    _total: int = 0  # all accepted requests
    _began: float = math.inf  # the start of the first request
    # The starts of the last accepted requests.
    _through: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _failures: int = 0  # refusals in a row
    _tried: float = -math.inf  # the start of the last request whose refusal counted
    _asked: float = 0.0  # the longest pause that the server asked for since the last answer
    _since: float = -math.inf  # the start of the first of the last refusals in a row
    _searching: bool = False  # true while the rate is a first guess

    @property
    def window(self) -> float:
        """The number of requests that this pace allows to run at once."""
        if self.rate < math.inf or self._failures:
            return math.inf
        return FIRST_WINDOW + self._total // ANSWERS_A_PLACE

    @property
    def _is_shut(self) -> bool:
        """True if every recent request was refused, so that one request at a time is tried."""
        return self._failures > (0 if self.rate == math.inf else STUBBORN)

    def delay(self, now: float) -> float:
        """Return the seconds until the next request may start; 0 means that it may start now."""
        return max(0.0, self._hold - now, self._next - now)

    def hold(self, until: float) -> None:
        """Start no request before the time `until`."""
        self._hold = max(self._hold, until)

    def start(self, now: float) -> None:
        """Record that one request starts now."""
        self._began = min(self._began, now)
        if self._is_shut:
            # The other requests wait until this trial request is answered, or for A_TRY seconds.
            self._next = now + A_TRY
        elif self.rate < math.inf:
            interval = 1 / self.rate
            late = now - max(self._hold, self._next)
            self._binding = late < interval
            if self._binding:
                self._late += 0.1 * (late - self._late)
            # Threads wake a little later than asked. The mean delay is subtracted from the
            # interval, because the real rate would stay below `rate` otherwise.
            self._next = now + interval - min(self._late, 0.3 * interval)

    def accepted(self, started: float, now: float) -> None:
        """Record that the server accepted a request that started at `started`."""
        self._total += 1
        self._answers += 1
        if started >= self._changed:
            if self._failures:
                self._resume(started, now)
            elif self.rate < math.inf and self._binding:
                self._raise(now)
        self._through.append(started)

    def throttled(self, started: float, now: float, asked: float | None = None) -> None:
        """Record that the server answered 429 to a request that started at `started`.

        `asked` is the pause in seconds that the server asks for, or None if it names none.
        """
        if asked is not None:
            self.hold(now + asked)
            self._asked = max(self._asked, asked)
        # This request started before the rate changed, so its refusal says nothing about the new rate.
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
        """Lower the rate by a step, or by more if a step was not enough."""
        if self._searching or self._answers >= QUIET:
            self._since = started
            # If the rate is almost right, the refused request was too early by less than half an
            # interval. So the next start moves by half an interval.
            self._next -= 0.5 / self.rate
            self.rate *= STEP / (SEARCH if self._searching else 1)
            self._searching = False
            return
        lower = LONG_STEP * self.rate
        through = sum(self._since < one < started for one in self._through)
        # The accepted requests since the previous refusal show the real limit. The refused request
        # is counted too, so that the limit is not guessed too low.
        measured = (through + 1) / (started - self._since)
        if through and measured * FAR < lower:
            lower = measured
        self.rate = lower

    def _resume(self, started: float, now: float) -> None:
        """Set a rate that the server can accept, after the first answer that follows refusals."""
        if self.rate == math.inf:
            since = self._through[-1] if self._through else self._began
            least = 1 / max(FIRST_PAUSE, started - since)
            # A server that counts per window accepts a burst and then refuses for a long time. The
            # mean rate of the whole run is nearer to its limit than the last interval is.
            if self._asked > A_WINDOW:
                least = max(least, self._total / (started - self._began))
            most = min(2 * least, 1 / max(FIRST_PAUSE, self._tried - since))
            # `least` was accepted and `most` was refused. The limit lies between, so the geometric
            # mean is the first guess.
            self.rate = math.sqrt(least * max(least, most))
            self._searching = True
        self._failures, self._asked = 0, 0.0
        self._changed = now
        self._next = max(now, started + 1 / self.rate)

    def _raise(self, now: float) -> None:
        """Raise the rate by one step.

        The next step waits for the answer to a request that starts after this raise.
        """
        if self._searching:
            factor = min(MOST, SEARCH ** (self._answers - self._raised))
        else:
            factor = 1 + min(STEEPEST, max(0.0, RAISE * (self._answers - QUIET)))
        if factor > 1:
            self.rate *= factor
            self._raised = self._answers
            self._changed = now
