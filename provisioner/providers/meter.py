"""Counts requests by method as they are sent, and writes a line about each for `-v`."""

from __future__ import annotations

import math
import threading
from collections import Counter
from typing import TYPE_CHECKING

import httpx2

from provisioner.providers import bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Meter:
    """Counts the requests of all threads as they are sent, and writes a line for each answer.

    `trace` writes a line. `redact` removes secrets from it. `tell` is called with a text for the
    progress display and with the seconds that a wait will take.
    """

    def __init__(
        self,
        trace: Callable[[str], None] | None,
        redact: Callable[[str], str],
        tell: Callable[[str, float], None] | None = None,
    ) -> None:
        self._write = trace
        self._redact = redact
        self._tell = tell
        self._sent: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def requests(self) -> Mapping[str, int]:
        with self._lock:
            return dict(self._sent)

    def count(self, request: httpx2.Request) -> None:
        """Count one request. It is called before the request is sent."""
        with self._lock:
            self._sent[request.method] += 1

    def waiting(self, seconds: float, rate: float) -> None:
        """Report that requests wait for `seconds`, and the requests a second that the server accepts."""
        bears = "" if rate == math.inf else f" and accepts about {rate:.3g} a second"
        line = f"waiting {seconds:.0f} s: the server asks for fewer requests{bears}"
        if self._write:
            self._write(line)
        if self._tell:
            self._tell(line, seconds)

    def reading(self, what: str, count: int) -> None:
        """Report that a list of `what` is being read, and how many rows have arrived so far."""
        if self._tell:
            self._tell(f"reading {what}: {count:,}" if count else f"reading {what}", 0)

    def trace(self, result: httpx2.Response | Exception, seconds: float) -> None:
        """Write a line with method, path, status or failure, milliseconds and request id.

        The query is left out.
        """
        if not self._write:
            return
        if isinstance(result, httpx2.Response):
            request, outcome = result.request, str(result.status_code)
            request_id = bodies.request_id(result)
        elif isinstance(result, httpx2.RequestError):
            request, outcome, request_id = result.request, type(result).__name__, ""
        else:
            return  # other exceptions do not contain their request
        line = f"{request.method} {request.url.path} {outcome} {seconds * 1000:.0f} ms {request_id}"
        self._write(self._redact(line))
