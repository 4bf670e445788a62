"""The gate that every request of a run passes. It limits how many run at once, and their pace.

The gate adds a clock, a lock and a queue to the arithmetic of `pace`. Requests start in the order
in which they arrived. Only the first request in the queue asks the pace for its delay, so that no
other thread wakes up without need.
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
"""Seconds after which a run is given up if every request is refused, unless `--max-wait` says
otherwise.
"""
WORTH_SAYING = 1.0
"""A wait of at least this many seconds is reported to the user."""


@dataclass(slots=True)
class Gate:
    """Lets at most `limit` requests of all threads run at once, at a pace that the server accepts.

    If the server accepts no request for `max_wait` seconds, the run is given up. `told` is called
    with the seconds that requests wait from now, and with the present rate in requests a second. It
    is called while the gate is locked, so it must not call the gate.
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
    _refusal: ProviderError | None = None  # the last one, until a request is accepted
    _since: float = 0.0  # the time of the first refusal after the last accepted request
    _said: float = 0.0  # the time until which a wait has been reported

    @contextmanager
    def permit(self) -> Iterator[float]:
        """Wait until the request may start, and yield the time of the start.

        The caller passes that time to `accepted` or `throttled`. Raises RateLimited once no
        request has been accepted for `max_wait` seconds, and ProviderError after `close`.
        """
        started = self._enter()
        try:
            yield started
        finally:
            with self._lock:
                self._running -= 1
                self._wake()

    def accepted(self, started: float) -> None:
        """Record that the server accepted the request that started at `started`."""
        with self._lock:
            self._refusal = None
            self.pace.accepted(started, self.clock())
            self._wake()

    def throttled(self, started: float, error: ProviderError, asked: float | None) -> None:
        """Record that the server answered 429 to the request that started at `started`.

        `asked` is the pause in seconds that the server demands, or None if it names none.
        """
        with self._lock:
            now = self.clock()
            if self._refusal is None:
                self._since = now
            self._refusal = error
            self.pace.throttled(started, now, asked)
            self._wake()

    def hold(self, seconds: float) -> None:
        """Start no request for `seconds`, because the server announced that it would refuse it."""
        with self._lock:
            self.pace.hold(self.clock() + seconds)

    def close(self) -> None:
        """Start no more requests. Requests that still wait raise ProviderError."""
        with self._lock:
            self._closed = True
            for one in self._waiting:
                one.notify()

    def _enter(self) -> float:
        """Wait for the turn of this request, and return the time at which it starts."""
        with self._lock:
            # Every request has a condition of its own, so that one is woken without waking all.
            mine = threading.Condition(self._lock)
            self._waiting.append(mine)
            try:
                while (wait := self._wait(mine)) != 0:
                    mine.wait(wait)
                now = self.clock()
                self.pace.start(now)
                self._running += 1
            finally:
                # Also after an error: otherwise nobody would wake the next request in the queue.
                self._waiting.remove(mine)
                self._wake()
        return now

    def _wait(self, mine: threading.Condition) -> float | None:
        """Return the seconds until the request may start; 0 if it may start now.

        None means that another thread will wake this one. Raises ProviderError if the run is given
        up or has ended.
        """
        if self._closed:
            raise self._refusal or ProviderError(
                codes.CONNECTION_CLOSED, "The request was not sent: the run has ended."
            )
        if mine is not self._waiting[0] or self._running >= min(self.limit, self.pace.window):
            return None
        now = self.clock()
        delay = self.pace.delay(now)
        # The wait that is still to come is counted too, so a run that cannot succeed in time ends now.
        if self._refusal and now + delay - self._since > self.max_wait:
            raise self._hopeless(self._refusal, now + delay - self._since)
        self._tell(now, delay)
        return delay

    def _hopeless(self, refusal: ProviderError, seconds: float) -> RateLimited:
        """Return the error for a run in which no request was accepted for `seconds`."""
        said = refusal.diagnostics[0]
        detail = (
            f"{said.detail}\nUntil the next try, no request would have been accepted for "
            f"{seconds:.0f} s, and --max-wait allows {self.max_wait:g} s. Raise --max-wait, or run "
            "again later."
        )
        return RateLimited(said.code, detail, refusal.status, refusal.request_id)

    def _tell(self, now: float, delay: float) -> None:
        """Report a wait, unless it is short or was reported already."""
        if self.told and delay >= WORTH_SAYING and now + delay > self._said + WORTH_SAYING:
            self._said = now + delay
            self.told(delay, self.pace.rate)

    def _wake(self) -> None:
        """Let the first request in the queue look again whether it may start."""
        if self._waiting:
            self._waiting[0].notify()
