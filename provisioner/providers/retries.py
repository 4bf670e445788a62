"""Decide whether a request is sent again, and how long to wait before it.

A create is never repeated blindly, as the official SDK repeats it: that makes twins. What a server turns away (429)
was not performed, and is sent again for as long as anything goes through at all: the `Gate` finds the
pace that the server bears, and a refusal uses up no try.
"""

from __future__ import annotations

import random
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from provisioner.model.errors import Ambiguous, ProviderError
from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.providers.gate import Gate

T = TypeVar("T")


class Fate(Enum):
    """The state of a request that failed."""

    NEVER_SENT = "never sent"
    TURNED_AWAY = "turned away"  # 429: not performed, and the server asks for less
    LOST = "lost"  # it is not known whether it was performed
    REFUSED = "refused"  # it would be refused again


class Fault(Exception):
    """A failed request: its fate, the error to show, and the seconds that the server asks to wait.

    What `lasts` is not tried again as long as nothing has gone through: a proxy that is down, a host
    that nobody knows. `unsure` is the sentence to add where it is not known whether the request was
    performed.
    """

    def __init__(
        self,
        fate: Fate,
        error: ProviderError,
        wait: float | None = None,
        *,
        lasts: bool = False,
        unsure: str = "Whether it was performed is not known.",
    ) -> None:
        super().__init__(str(error))
        self.fate = fate
        self.error = error
        self.wait = wait
        self.lasts = lasts
        self.unsure = unsure


@frozen
class Patience:
    """The number of tries of a request, and the pauses, which double from `first` to `longest`.

    What a server asks for is honoured up to `asked`; beyond that it is not waited for at all. Of
    429s all this says nothing: they wait at the gate.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 8.0
    asked: float = 120.0

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Return seconds to wait after the `attempt`-th try (from 1); None: give up."""
        if attempt >= self.tries or (asked or 0) > self.asked:
            return None
        backoff = min(self.longest, self.first * 2.0 ** (attempt - 1))
        # Jitter keeps threads that failed together from trying again together.
        jittered = backoff * (0.5 + random.random() / 2)  # noqa: S311 (no secret depends on it)
        return max(jittered, asked or 0)


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
        self._reached = False

    def run(self, send: Callable[[], T], *, repeatable: bool) -> T:
        """`send` raises Fault. What is not `repeatable` is sent again only if it was not performed.

        Raises ProviderError; Ambiguous when something not repeatable was lost.
        """
        attempt = 0
        while True:
            try:
                return self._attempt(send)
            except Fault as fault:
                if fault.fate is Fate.TURNED_AWAY:
                    continue
                attempt += 1
                pause = self._pause(attempt, fault, repeatable)
                if pause is None or self._sleep(pause):
                    # The message of the cause may hold headers; that of our error has been redacted.
                    raise _final(fault, attempt, repeatable=repeatable) from None

    def hold(self, seconds: float) -> None:
        """Let no request of the run start for so long."""
        self._gate.hold(seconds)

    def _pause(self, attempt: int, fault: Fault, repeatable: bool) -> float | None:
        if fault.lasts and not self._reached:
            return None
        if fault.fate is Fate.NEVER_SENT or (repeatable and fault.fate is Fate.LOST):
            return self._patience.pause(attempt, fault.wait)
        return None

    def _attempt(self, send: Callable[[], T]) -> T:
        with self._gate.permit() as started:
            try:
                answer = send()
            except Fault as fault:
                self._reached = self._reached or fault.fate is not Fate.NEVER_SENT
                if fault.fate is Fate.TURNED_AWAY:
                    self._gate.turned_away(started, fault.error, fault.wait)
                elif fault.fate is Fate.REFUSED:
                    self._gate.went_through(started)
                raise
            self._gate.went_through(started)
            self._reached = True
        return answer


def _final(fault: Fault, attempts: int, *, repeatable: bool) -> ProviderError:
    """Return the error to show after so many attempts: it says how many there were, if several."""
    error, said = fault.error, fault.error.diagnostics[0]
    detail = f"{said.detail}\nIt was tried {attempts} times." if attempts > 1 else said.detail
    if fault.fate is Fate.LOST and not repeatable:
        detail = f"{detail}\n{fault.unsure}".strip()
        return Ambiguous(said.code, detail, error.status, error.request_id)
    return type(error)(said.code, detail, error.status, error.request_id, said.subject)
