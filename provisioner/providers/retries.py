"""Decides whether a request is sent again, and how long to wait before that.

After a lost answer the official SDK repeats a create, and so makes a second object. Here a create
is repeated only if it was certainly not performed. A request that was answered with 429 was not
performed. It is sent again as long as the server accepts any requests: the `Gate` finds a pace that
the server accepts, and a 429 does not count as a try.
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


class Delivery(Enum):
    """Says of a failed request whether it may have been performed."""

    NEVER_SENT = "never sent"
    THROTTLED = "throttled"  # 429: not performed, and the server asks for fewer requests
    UNKNOWN = "unknown"  # the request may have been performed
    REFUSED = "refused"  # not performed, and the server would refuse it again


class Fault(Exception):
    """A failed request.

    `delivery` says whether the request may have been performed, `error` is the error to show, and
    `wait` the seconds that the server asks to wait, or None. `lasts` is true of a failure that
    another try does not mend, such as a proxy that is down or a host that does not exist. Such a
    request is tried again only if another request of the run was answered. If the answer was a web
    page, it is tried once more in any case. `unsure` is the sentence to add if it is not known
    whether the request was performed.
    """

    def __init__(
        self,
        delivery: Delivery,
        error: ProviderError,
        wait: float | None = None,
        *,
        lasts: bool = False,
        unsure: str = "Whether it was performed is not known.",
    ) -> None:
        super().__init__(str(error))
        self.delivery = delivery
        self.error = error
        self.wait = wait
        self.lasts = lasts
        self.unsure = unsure


@frozen
class Patience:
    """The number of tries of a request, and the pauses between them.

    The pauses are in seconds, and double from `first` to `longest`. If a server asks for a pause of
    more than `asked`, the request is given up. These numbers do not apply to status 429, for which
    requests wait at the gate.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 8.0
    asked: float = 120.0

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Return the seconds to wait after the `attempt`-th try, counted from 1, or None to give up.

        `asked` is the pause that the server asks for, or None.
        """
        if attempt >= self.tries or (asked or 0) > self.asked:
            return None
        backoff = min(self.longest, self.first * 2.0 ** (attempt - 1))
        # The random part keeps threads that failed together from trying again together.
        jittered = backoff * (0.5 + random.random() / 2)  # noqa: S311 (no secret depends on it)
        return max(jittered, asked or 0)


class Retries:
    """Sends one request until it is answered, refused, or given up.

    `sleep` waits for a number of seconds, and returns true if the run has ended meanwhile.
    """

    def __init__(
        self, gate: Gate, sleep: Callable[[float], object], patience: Patience | None = None
    ) -> None:
        self._gate = gate
        self._sleep = sleep
        self._patience = patience or Patience()
        self._reached = False

    def run(self, send: Callable[[], T], *, repeatable: bool) -> T:
        """Return the answer of `send`, which raises Fault and may be called several times.

        A request that is not `repeatable` is sent again only if it was certainly not performed.
        Raises ProviderError, and its subclass Ambiguous if the answer to a request that is not
        repeatable was lost.
        """
        attempt = 0
        while True:
            try:
                return self._attempt(send)
            except Fault as fault:
                # The gate makes the next attempt wait, together with the requests of all other threads.
                if fault.delivery is Delivery.THROTTLED:
                    continue
                attempt += 1
                pause = self._pause(attempt, fault, repeatable)
                if pause is None or self._sleep(pause):
                    # The cause is hidden: its message may contain headers. Ours has been redacted.
                    raise _final(fault, attempt, repeatable=repeatable) from None

    def hold(self, seconds: float) -> None:
        """Start no request of the run for `seconds`."""
        self._gate.hold(seconds)

    def _pause(self, attempt: int, fault: Fault, repeatable: bool) -> float | None:
        """Return the seconds to wait before the next try, or None to give up."""
        # A gateway may send a web page for a moment only, so the request is sent once more.
        enough = 1 if fault.delivery is Delivery.NEVER_SENT else 2
        if fault.lasts and not self._reached and attempt >= enough:
            return None
        # A request whose answer was lost may have been performed. If a create were sent again, it would
        # make a second object.
        lost = repeatable and fault.delivery is Delivery.UNKNOWN
        if lost or fault.delivery is Delivery.NEVER_SENT:
            return self._patience.pause(attempt, fault.wait)
        return None

    def _attempt(self, send: Callable[[], T]) -> T:
        """Send the request once, and report to the gate whether the server accepted it."""
        with self._gate.permit() as started:
            try:
                answer = send()
            except Fault as fault:
                is_answer = fault.delivery is not Delivery.NEVER_SENT and not fault.lasts
                self._reached = self._reached or is_answer
                if fault.delivery is Delivery.THROTTLED:
                    self._gate.throttled(started, fault.error, fault.wait)
                # A refusal for another reason is an answer: the server did not ask for fewer requests.
                elif fault.delivery is Delivery.REFUSED:
                    self._gate.accepted(started)
                raise
            self._gate.accepted(started)
            self._reached = True
        return answer


def _final(fault: Fault, attempts: int, *, repeatable: bool) -> ProviderError:
    """Return the error to show. It contains the number of attempts if there were several."""
    error, said = fault.error, fault.error.diagnostics[0]
    detail = f"{said.detail}\nIt was tried {attempts} times." if attempts > 1 else said.detail
    if fault.delivery is Delivery.UNKNOWN and not repeatable:
        detail = f"{detail}\n{fault.unsure}".strip()
        return Ambiguous(said.code, detail, error.status, error.request_id)
    return type(error)(said.code, detail, error.status, error.request_id, said.subject)
