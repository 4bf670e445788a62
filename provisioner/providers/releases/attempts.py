"""Sends a request to a storage several times, at a pace that the storage accepts for all threads.

It differs from `providers.retries`, because a storage library does not report how long to wait
after a refusal, and because all tries of a request share one deadline.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import Ambiguous, ProviderError, RateLimited, Unreachable
from provisioner.providers.retries import Patience

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

T = TypeVar("T")


class Attempts:
    """Sends the requests to the storage at `place`. Any number of threads may use it at once.

    `timeout` is the deadline of a request in seconds, with all its tries. Pauses that a refusal
    causes are not a part of it. They last at most `max_wait` seconds in total, and `notice` is
    called with a warning for each of them.
    """

    def __init__(
        self, place: str, timeout: float, max_wait: float, notice: Callable[[Diagnostic], None]
    ) -> None:
        self._place = place
        self._timeout = timeout
        self._max_wait = max_wait
        self._notice = notice
        self._lock = threading.Lock()
        self._resume = 0.0

    def run(
        self,
        send: Callable[[float], T],
        retyped: Callable[[], AbstractContextManager[None]],
        *,
        repeatable: bool,
    ) -> T:
        """Return the answer of `send`, which is called with the seconds that are left of the deadline.

        Every call of `send` is made inside of `retyped()`, which turns exceptions into
        ProviderErrors. A request that is not `repeatable` is tried again only if it certainly never
        reached the storage.
        """
        patience = Patience()
        ends, waited = time.monotonic() + self._timeout, 0.0
        attempt = refused = 0
        while True:
            self._wait_for_pace()
            try:
                with retyped():
                    return send(ends - time.monotonic())
            except RateLimited as error:
                refused += 1
                # Refusals never use up the tries: only `max_wait` ends them. So the pause stops growing.
                pause = patience.pause(min(refused, patience.tries - 1), None) or 0.0
                if waited + pause > self._max_wait:
                    raise _given_up(error, waited) from None
                self._slow_down(pause)
                # A pause is no fault of this request, so the request gets its deadline later.
                ends, waited = ends + pause, waited + pause
            except ProviderError as error:
                attempt += 1
                left = patience.pause(attempt, None) if _may_go(error, repeatable) else None
                # A pause beyond the deadline would leave no time for the try that follows it.
                if left is None or time.monotonic() + left >= ends:
                    raise
                time.sleep(left)

    def _wait_for_pace(self) -> None:
        """Sleep until the storage may be asked again. A refusal of one request delays all threads."""
        with self._lock:
            pause = self._resume - time.monotonic()
        if pause > 0:
            time.sleep(pause)

    def _slow_down(self, pause: float) -> None:
        """Let all threads wait for `pause` seconds, and report it."""
        with self._lock:
            self._resume = max(self._resume, time.monotonic() + pause)
        detail = (
            f"{self._place} refuses requests for a while. They are sent again, more slowly, for "
            f"{self._max_wait:.0f} seconds at most."
        )
        self._notice(warning(codes.REGISTRY_BUSY, detail))


def _given_up(error: RateLimited, waited: float) -> RateLimited:
    """Return the error for a storage that refused requests for too long."""
    said = error.diagnostics[0]
    detail = f"{said.detail}\nThe run waited for {waited:.0f} seconds."
    return RateLimited(said.code, detail, error.status, error.request_id)


def _may_go(error: ProviderError, repeatable: bool) -> bool:
    """Return true if a failed request may be sent again.

    It may if no connection was opened for it, or if it is repeatable and its answer was lost.
    """
    # The exact class is compared, because subclasses are refusals that another try does not change.
    if type(error) is Unreachable:
        return True
    return repeatable and type(error) in {ProviderError, Ambiguous}
