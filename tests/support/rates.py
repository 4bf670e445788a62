"""Rate limits as servers apply them, and a simulation of requests that learn such a limit.

`Simulation` runs thousands of requests in milliseconds: threads, latencies and the server are
events on one simulated clock. `Limited` applies the same limits to a real server.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from provisioner.providers.pace import Pace
from tests.support.habits import reply
from tests.support.servers import Wrapper

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from werkzeug.wrappers import Request, Response


class Limit(Protocol):
    """A rate limit of a server."""

    def take(self, now: float) -> float | None:
        """Return None if a request is accepted at this time.

        Otherwise return the seconds until the next one will be accepted.
        """


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` tokens a second, and at most `burst` tokens at once."""

    rate: float
    burst: float
    level: float = math.inf
    at: float = 0.0

    def take(self, now: float) -> float | None:
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        # A sum of fractions may be a little less than the whole token that it stands for.
        if self.level < 1 - 1e-9:
            return (1 - self.level) / self.rate
        self.level -= 1
        return None


@dataclass(slots=True)
class Window:
    """A limit of `most` requests in each window of `seconds`."""

    most: int
    seconds: float
    number: int = -1
    taken: int = 0

    def take(self, now: float) -> float | None:
        number = int(now // self.seconds)
        if number != self.number:
            self.number, self.taken = number, 0
        if self.taken == self.most:
            return (number + 1) * self.seconds - now
        self.taken += 1
        return None


Hint: TypeAlias = "Callable[[float], float | None]"
HINTS: dict[str, Hint] = {
    "seconds": lambda wait: max(0.0, math.ceil(wait) - 1.0),  # as `bodies.least_wait` reads it
    "milliseconds": lambda wait: math.ceil(wait * 1000) / 1000,
    "none": lambda _: None,
}
"""The pause that each kind of hint announces, as our client reads it, given the real wait in
seconds.
"""
HEADERS: dict[str, Callable[[float], dict[str, str]]] = {
    "seconds": lambda wait: {"Retry-After": str(math.ceil(wait))},
    "milliseconds": lambda wait: {"retry-after-ms": str(math.ceil(wait * 1000))},
    "none": lambda _: {},
}
"""The headers of each kind of hint, given the real wait in seconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """The number of accepted and of refused requests, and the seconds for all of them."""

    through: int
    refused: int
    seconds: float

    @property
    def rate(self) -> float:
        """Return the accepted requests a second."""
        return self.through / self.seconds

    @property
    def share(self) -> float:
        """Return the share of refused requests in all requests."""
        return self.refused / (self.through + self.refused)


@dataclass(slots=True)
class Simulation:
    """Sends `count` requests through `limit`, from `threads` that share one pace.

    The latency is `latency` seconds and up to `jitter` more. A thread wakes up to `late` seconds
    late.
    """

    limit: Limit
    count: int
    threads: int
    hint: Hint
    latency: float = 0.003
    jitter: float = 0.001
    late: float = 0.0005
    pace: Pace = field(default_factory=Pace)
    now: float = 0.0
    refused: int = 0
    _through: int = 0
    _running: int = 0
    _waiting: int = 0
    _turn: int = 0  # counts answers; a wake-up that an earlier turn planned is ignored
    _asleep: bool = False
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: itertools.count[int] = field(default_factory=itertools.count)
    _random: random.Random = field(
        default_factory=lambda: random.Random(1)  # noqa: S311 - repeatable, and no secret
    )

    def run(self) -> Result:
        """Run the simulation until all requests have been accepted."""
        self._waiting = self.count
        while self._through < self.count:
            self._start()
            self.now, _, happen = heapq.heappop(self._events)
            happen()
        return Result(self.count, self.refused, self.now)

    def _at(self, moment: float, happen: Callable[[], None]) -> None:
        """Plan an event."""
        heapq.heappush(self._events, (moment, next(self._number), happen))

    def _start(self) -> None:
        """Start requests as long as the pace allows it, or plan the next wake-up."""
        while (
            self._waiting
            and not self._asleep
            and self._running < min(self.threads, self.pace.window)
        ):
            delay = self.pace.delay(self.now)
            if delay > 0:
                self._asleep = True
                late = self._random.random() * self.late
                self._at(self.now + delay + late, partial(self._wake, self._turn))
                return
            self.pace.start(self.now)
            self._waiting -= 1
            self._running += 1
            took = self.latency + self._random.random() * self.jitter
            arrive = partial(self._arrive, self.now, self.now + took)
            self._at(self.now + took / 2, arrive)

    def _wake(self, turn: int) -> None:
        if turn == self._turn:
            self._asleep = False

    def _arrive(self, started: float, ends: float) -> None:
        wait = self.limit.take(self.now)
        self._at(ends, partial(self._end, started, wait))

    def _end(self, started: float, wait: float | None) -> None:
        self._running -= 1
        self._turn += 1
        self._asleep = False
        if wait is None:
            self._through += 1
            self.pace.accepted(started, self.now)
        else:
            self.refused += 1
            self._waiting += 1
            self.pace.throttled(started, self.now, self.hint(wait))


class Limited(Wrapper):
    """A server that applies `limit`, and announces waits in the headers that `hint` names."""

    def __init__(self, app: WSGIApplication, limit: Limit, hint: str) -> None:
        super().__init__(app)
        self.limit = limit
        self.hint = HEADERS[hint]
        self.lock = threading.Lock()
        self.refused = 0

    def answer(self, request: Request) -> Response:
        with self.lock:
            wait = self.limit.take(time.monotonic())
            self.refused += wait is not None
        if wait is None:
            return self.forward(request)
        body = {"error": {"message": "Rate limit reached.", "code": "rate_limit_exceeded"}}
        return reply(body, 429, self.hint(wait))
