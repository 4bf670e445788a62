"""What is sent again, how long to wait before it, and how many requests run at once.

The SDK's own retries are off: they repeat creates, which makes twins.
"""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from provisioner.model.errors import Ambiguous, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


class Fate(Enum):
    """What became of a request that failed."""

    NEVER_SENT = "never sent"
    TURNED_AWAY = "turned away"  # 429: not performed, and the server asks for less
    LOST = "lost"  # performed or not: nobody can say
    REFUSED = "refused"  # it would be refused again


class Fault(Exception):
    """A failed request: its fate, the error to show, and the seconds the server asks to wait."""

    def __init__(self, fate: Fate, error: ProviderError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.fate = fate
        self.error = error
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried, and the seconds between: doubling from `first` to `longest`.

    What a server asks for is honoured up to `asked`; beyond that it is not waited for at all.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 8.0
    asked: float = 120.0

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Seconds to wait after the `attempt`-th try (from 1); None: give up."""
        if attempt >= self.tries or (asked or 0) > self.asked:
            return None
        backoff = min(self.longest, self.first * 2.0 ** (attempt - 1))
        # Jitter, so that threads that failed together do not come back together.
        jittered = backoff * (0.5 + random.random() / 2)  # noqa: S311 (no secret depends on it)
        return max(jittered, asked or 0)


class Gate:
    """At most `limit` requests at once, over all threads; fewer after the server said 429.

    One burst of 429s counts once: each request remembers in which epoch it started, and lowers
    the limit only if nobody has since. It recovers slowly, one by one, as requests succeed.
    """

    def __init__(self, limit: int) -> None:
        self._most = self._limit = max(1, limit)
        self._running = self._epoch = self._successes = 0
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        return self._limit

    @contextmanager
    def permit(self) -> Iterator[int]:
        """Wait for a turn. Gives the epoch, for `lower`."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._limit)
            self._running += 1
            epoch = self._epoch
        try:
            yield epoch
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def lower(self, epoch: int) -> None:
        with self._changed:
            if epoch == self._epoch:
                self._limit = max(1, self._limit // 2)
                self._epoch += 1
                self._successes = 0

    def succeeded(self) -> None:
        with self._changed:
            self._successes += 1
            if self._limit < self._most and self._successes >= 2 * self._limit:
                self._limit += 1
                self._successes = 0
                self._changed.notify()


class Retries:
    """Runs one request until it is answered, refused, or hopeless.

    `sleep` waits for that many seconds, or says true when there is nothing left to wait for.
    """

    def __init__(
        self, gate: Gate, sleep: Callable[[float], object], patience: Patience | None = None
    ) -> None:
        self._gate = gate
        self._sleep = sleep
        self._patience = patience or Patience()

    def run(self, send: Callable[[], T], *, repeatable: bool) -> T:
        """`send` raises Fault. What is not `repeatable` is sent again only if it was not performed.

        Raises ProviderError; Ambiguous when something not repeatable was lost.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._attempt(send)
            except Fault as fault:
                pause = self._pause(attempt, fault, repeatable)
                if pause is None or self._sleep(pause):
                    # The cause may quote headers; what we show has been redacted.
                    raise _final(fault, repeatable) from None

    def _pause(self, attempt: int, fault: Fault, repeatable: bool) -> float | None:
        safe = fault.fate in {Fate.NEVER_SENT, Fate.TURNED_AWAY}
        if safe or (repeatable and fault.fate is Fate.LOST):
            return self._patience.pause(attempt, fault.wait)
        return None

    def _attempt(self, send: Callable[[], T]) -> T:
        with self._gate.permit() as epoch:
            try:
                answer = send()
            except Fault as fault:
                if fault.fate is Fate.TURNED_AWAY:
                    self._gate.lower(epoch)
                raise
        self._gate.succeeded()
        return answer


def _final(fault: Fault, repeatable: bool) -> ProviderError:
    if fault.fate is not Fate.LOST or repeatable:
        return fault.error
    error, said = fault.error, fault.error.diagnostics[0]
    detail = f"{said.detail} Whether it was performed is not known."
    return Ambiguous(said.summary, detail.strip(), error.status, error.request_id)
