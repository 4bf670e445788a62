"""Rate limits as servers keep them, and a pace that learns them on a clock that is only counted.

`simulated` runs thousands of requests in milliseconds: threads, latencies and the server are events
on one clock. `Limited` is the same limit around a real server.
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
    def take(self, now: float) -> float | None:
        """Return None if the request is let through, else the seconds until the next one would be."""


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second, at most `burst` of them at once."""

    rate: float
    burst: float
    level: float = math.inf
    at: float = 0.0

    def take(self, now: float) -> float | None:
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1 - 1e-9:
            return (1 - self.level) / self.rate
        self.level -= 1
        return None


@dataclass(slots=True)
class Window:
    """`most` requests in each stretch of `seconds`."""

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
HEADERS: dict[str, Callable[[float], dict[str, str]]] = {
    "seconds": lambda wait: {"Retry-After": str(math.ceil(wait))},
    "milliseconds": lambda wait: {"retry-after-ms": str(math.ceil(wait * 1000))},
    "none": lambda _: {},
}


@dataclass(frozen=True, slots=True)
class Result:
    """`seconds` for `through` requests, while `refused` were turned away."""

    through: int
    refused: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.through / self.seconds

    @property
    def share(self) -> float:
        """The share of 429s in all requests."""
        return self.refused / (self.through + self.refused)


@dataclass(slots=True)
class Simulation:
    """`count` requests through `limit`, sent by `threads` that share one pace.

    Latency is `latency` seconds and up to `jitter` more; a thread wakes up to `late` seconds late.
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
    _turn: int = 0  # a wake-up of an earlier turn is void
    _asleep: bool = False
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: itertools.count[int] = field(default_factory=itertools.count)
    _random: random.Random = field(
        default_factory=lambda: random.Random(1)  # noqa: S311 - repeatable, and no secret
    )

    def run(self) -> Result:
        self._waiting = self.count
        while self._through < self.count:
            self._start()
            self.now, _, happen = heapq.heappop(self._events)
            happen()
        return Result(self.count, self.refused, self.now)

    def _at(self, moment: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._number), happen))

    def _start(self) -> None:
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
    """A server that lets through what `limit` allows, and says as `hint` how long to wait."""

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
