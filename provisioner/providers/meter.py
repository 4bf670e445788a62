"""Count requests by method as they go out, and write a line about each for `-v`."""

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
    """Counts the requests of all threads as they are sent, and writes a line for each answer."""

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
        with self._lock:
            self._sent[request.method] += 1

    def waiting(self, seconds: float, rate: float) -> None:
        """Report that requests wait for `seconds`, and the rate that the server accepts."""
        bears = "" if rate == math.inf else f", which lets about {rate:.3g} a second through"
        line = f"waiting {seconds:.0f} s: the server asks for fewer requests{bears}"
        if self._write:
            self._write(line)
        if self._tell:
            self._tell(line, seconds)

    def reading(self, what: str, count: int) -> None:
        """Report that a list is being read, and how many rows have arrived so far."""
        if self._tell:
            self._tell(f"reading {what}: {count:,}" if count else f"reading {what}", 0)

    def trace(self, result: httpx2.Response | Exception, seconds: float) -> None:
        """Write one line: method, path, status or failure, milliseconds, request id. No query."""
        if not self._write:
            return
        if isinstance(result, httpx2.Response):
            request, outcome = result.request, str(result.status_code)
            request_id = bodies.request_id(result)
        elif isinstance(result, httpx2.RequestError):
            request, outcome, request_id = result.request, type(result).__name__, ""
        else:
            return
        line = f"{request.method} {request.url.path} {outcome} {seconds * 1000:.0f} ms {request_id}"
        self._write(self._redact(line))
