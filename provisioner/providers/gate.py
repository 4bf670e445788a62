"""The one place that every request of a run passes: so many at once, and no faster than the pace.

The gate gives the pure arithmetic of `pace` a clock, a lock and a queue. Requests start in the order
in which they asked. Only the first of the queue looks at the pace, so that a thread is woken when
there is something for it to do.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError, RateLimited
from provisioner.providers.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_WAIT = 900.0
"""Seconds for which a run goes on although everything is turned away, if nobody says otherwise."""
WORTH_SAYING = 1.0
"""Seconds of waiting from which it is said."""


@dataclass(slots=True)
class Gate:
    """At most `limit` requests at once, over all threads, at a pace that the server bears.

    `max_wait` is in seconds: for so long nothing may go through before the run is given up. `told` is
    given the seconds that requests wait from now, and the requests a second that the server seems
    to bear; it is called while the gate is locked, and must not come back to it.
    """

    limit: int
    max_wait: float = MAX_WAIT
    told: Callable[[float, float], None] | None = None
    clock: Callable[[], float] = time.monotonic
    pace: Pace = field(default_factory=Pace)
    _running: int = 0
    _waiting: deque[threading.Condition] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False
    _refusal: ProviderError | None = None  # the last one, as long as nothing went through since
    _since: float = 0.0  # the moment of the first refusal since something went through
    _said: float = 0.0  # the moment until which a wait has been told

    @contextmanager
    def permit(self) -> Iterator[float]:
        """Wait for a turn. Gives the moment of the start, for `went_through` and `turned_away`.

        Raises RateLimited once nothing has gone through for `max_wait`, and ProviderError after
        `close`.
        """
        started = self._enter()
        try:
            yield started
        finally:
            with self._lock:
                self._running -= 1
                self._wake()

    def went_through(self, started: float) -> None:
        """Note that the request that started at this moment was not turned away."""
        with self._lock:
            self._refusal = None
            self.pace.went_through(started, self.clock())
            self._wake()

    def turned_away(self, started: float, error: ProviderError, asked: float | None) -> None:
        """The server answered 429 with `error`, and wants `asked` seconds to pass at least."""
        with self._lock:
            now = self.clock()
            if self._refusal is None:
                self._since = now
            self._refusal = error
            self.pace.turned_away(started, now, asked)
            self._wake()

    def hold(self, seconds: float) -> None:
        """Start nothing for so long: a server announced that it would turn it away."""
        with self._lock:
            self.pace.hold(self.clock() + seconds)

    def close(self) -> None:
        """Nothing starts any more; whoever waits is told so."""
        with self._lock:
            self._closed = True
            for one in self._waiting:
                one.notify()

    def _enter(self) -> float:
        with self._lock:
            mine = threading.Condition(self._lock)
            self._waiting.append(mine)
            try:
                while (wait := self._wait(mine)) != 0:
                    mine.wait(wait)
                now = self.clock()
                self.pace.start(now)
                self._running += 1
            finally:
                self._waiting.remove(mine)
                self._wake()
        return now

    def _wait(self, mine: threading.Condition) -> float | None:
        """Seconds until this one may look again; 0: it may start; None: it will be woken."""
        if self._closed:
            raise self._refusal or ProviderError(
                codes.CONNECTION_CLOSED, "The request was not sent: the run has ended."
            )
        if mine is not self._waiting[0] or self._running >= min(self.limit, self.pace.window):
            return None
        now = self.clock()
        delay = self.pace.delay(now)
        if self._refusal and now + delay - self._since > self.max_wait:
            raise self._hopeless(self._refusal, now + delay - self._since)
        self._tell(now, delay)
        return delay

    def _hopeless(self, refusal: ProviderError, seconds: float) -> RateLimited:
        said = refusal.diagnostics[0]
        detail = (
            f"{said.detail}\nNothing would have gone through for {seconds:.0f} s. "
            f"--max-wait allows {self.max_wait:g} s: give it more, or run again later."
        )
        return RateLimited(said.code, detail, refusal.status, refusal.request_id)

    def _tell(self, now: float, delay: float) -> None:
        if self.told and delay >= WORTH_SAYING and now + delay > self._said + WORTH_SAYING:
            self._said = now + delay
            self.told(delay, self.pace.rate)

    def _wake(self) -> None:
        if self._waiting:
            self._waiting[0].notify()
