"""Keeps a lock: renews it in the background, and checks it before every write.

A process that lost its lock finds out before its next write and stops. A lock counts as lost if the
database says so, or if it could not be renewed before it expired.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from provisioner.ledger.elapsed import elapsed
from provisioner.ledger.leases import Acquired, Leases
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError, LockHeld, LockLost
from provisioner.model.hints import hint
from provisioner.model.ledger import Holder, LockState

SECONDS: Final = 60.0
"""The seconds for which a lock is taken or renewed at a time.

So the lock of a process that died becomes free within this time.
"""
CONFIRMED_FOR: Final = 1.0
"""The seconds after a check of the lock in which it is not checked again.

So a process whose lock `unlock` took away begins no write after this time.
"""
PAUSE: Final = 1.0
"""The seconds between two attempts to take a lock that another process has."""


@dataclass(slots=True)
class Lock:
    """The lock of one owner, which this process has. `clock` returns seconds."""

    leases: Leases
    owner: str
    acquired: Acquired
    seconds: float = SECONDS
    clock: Callable[[], float] = elapsed
    is_lost: bool = False
    _valid_until: float = 0.0
    _confirmed: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Check before a write that this process still has the lock.

        Raises LockLost if it does not.
        """
        if not self.is_lost and self.clock() - self._confirmed < CONFIRMED_FOR:
            return
        with self._lock:
            # Another thread may have renewed it while this one waited for the turn.
            if not self.is_lost and self.clock() - self._confirmed >= CONFIRMED_FOR:
                self._renew()
            if self.is_lost:
                raise LockLost(Diagnostic(codes.LOCK_LOST, _lost(self.owner)))

    def _renew(self) -> None:
        # The moment before the request counts, because the answer may have taken long.
        asked = self.clock()
        try:
            self.is_lost = not self.leases.renew(self.owner, self.acquired.token, self.seconds)
        except LedgerError as error:
            # Nobody else can take the lock before it has expired, unless the ledger was replaced by
            # another file.
            replaced = any(one.code == codes.LEDGER_REPLACED for one in error.diagnostics)
            self.is_lost = replaced or asked >= self._valid_until
        else:
            self._confirmed, self._valid_until = asked, asked + self.seconds

    def _beat(self) -> None:
        # Three renewals in a row may fail before the lock expires.
        while not self._over.wait(self.seconds / 4):
            with self._lock:
                if self.is_lost:
                    return
                self._renew()

    @contextmanager
    def renewing(self) -> Iterator["Lock"]:
        """Yield the lock while it is renewed in the background. It is given back at the end."""
        self._confirmed = asked = self.clock()
        self._valid_until = asked + self.seconds
        beat = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        beat.start()
        try:
            yield self
        finally:
            self._over.set()
            # The thread must not use the ledger after this process has closed it.
            beat.join()
            # A lock that cannot be given back expires by itself.
            with suppress(LedgerError):
                self.leases.release(self.owner, self.acquired.token)


def take(
    leases: Leases,
    owner: str,
    holder: Holder,
    *,
    wait: float = 0.0,
    seconds: float | None = None,
    claim: Callable[[], str] = str,
    tell: Callable[[LockState], None] = lambda _state: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = elapsed,
) -> Lock:
    """Take the lock of an owner, and wait up to `wait` seconds while another process has it.

    The lock is taken for `seconds` at a time, by default SECONDS. `claim` is `Presence.claim`, by
    which the lock of a dead process of this machine is taken at once. `tell` is called before each
    pause with the state of the lock. Raises LockHeld and LedgerError.
    """
    give_up = clock() + wait
    seconds = SECONDS if seconds is None else seconds
    while True:
        found = leases.acquire(owner, holder, seconds, claim())
        if isinstance(found, Acquired):
            return Lock(leases, owner, found, seconds, clock)
        left = give_up - clock()
        if left <= 0:
            raise LockHeld(Diagnostic(codes.LOCK_HELD, _held(found), subject=owner))
        tell(found)
        sleep(min(PAUSE, left))


def is_stale(acquired: Acquired, age: float, *, was_alone: bool = False) -> bool:
    """Return true if what was read `age` seconds before we took the lock may have changed.

    It may if another process had the lock in these seconds. `was_alone` is true if no process of
    this machine had the lock when they began. Then a dead process of this machine that had taken
    the lock earlier was dead already, and has changed nothing in them.
    """
    before = acquired.before
    if was_alone and acquired.was_left and before.since < before.now - age:
        return False
    # A process that died gave nothing back, so it may have written until its lock expired.
    until = before.expires if before.holder else before.released
    return before.epoch > 0 and until > before.now - age


def _held(state: LockState) -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(state.since))
    left = max(1, round(state.expires - state.now))
    until = time.strftime("%H:%M:%S UTC", time.gmtime(state.expires))
    return (
        f"{state.holder} has had the lock since {since}. Nothing was changed. To wait until that "
        f"run ends, pass --wait 60. If its process is dead, the lock becomes free at {until}, in "
        f"{left} s, or at once with {hint('unlock')}."
    )


def _lost(owner: str) -> str:
    return (
        f"The lock of {owner} was taken away by `unlock`, or expired while the ledger could not "
        "be reached. After this was noticed, no new change was started. Plan again to see what "
        "was done."
    )
