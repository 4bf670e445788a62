"""Find the ledger of a run, and hold the lock in it. If the default ledger fails, go on without one.

A ledger is created only when there is something to write. Each function imports the database
library itself, so that other commands do not load it.
"""

import getpass
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from provisioner.engine.plan import PlanContext
from provisioner.ledger.location import Location, location
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import LedgerError, PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Remembered
from provisioner.model.ledger import Holder
from provisioner.model.stack import Stack

if TYPE_CHECKING:
    from provisioner.ledger.lock import Lock
    from provisioner.ledger.opening import Ledger
    from provisioner.model.ledger import LockState

PIPELINES: Final = (
    "CI_JOB_URL",  # GitLab
    "BUILD_URL",  # Jenkins
    "CIRCLE_BUILD_URL",
    "BUILDKITE_BUILD_URL",
    "TRAVIS_JOB_WEB_URL",
)
"""Variables in which pipelines give the URL of their job's page. The first that is set counts."""


class LedgerOptions(Protocol):
    """The part of a run's options that concerns its ledger (see `RunOptions`)."""

    @property
    def ledger(self) -> str | None: ...
    @property
    def wait(self) -> float | None: ...
    @property
    def tell(self) -> Callable[[str, float], None] | None: ...
    @property
    def environ(self) -> Mapping[str, str]: ...


@frozen
class LockedLedger:
    """The ledger of a run and the lock in it. Both are None for a run without a ledger.

    `told` has the reason why the run has no ledger; it is empty if the user asked for none.
    """

    ledger: "Ledger | None" = None
    lock: "Lock | None" = None
    told: tuple[Diagnostic, ...] = ()

    def check(self) -> None:
        """Confirm before a write that we still hold the lock. Raises LockLost."""
        if self.lock:
            self.lock.check()

    @property
    def is_lost(self) -> bool:
        """True once the lock was found to be lost."""
        return self.lock is not None and self.lock.is_lost


_LOCKED: ContextVar[Mapping[tuple[str, str], LockedLedger]] = ContextVar(
    "locked", default=MappingProxyType({})
)
"""The locks that this run holds, by ledger and owner. A migration holds one for both of its
plans."""


def location_of(options: LedgerOptions, stack: Stack) -> Location | None:
    """Return the location of a run's ledger; None if it has none. Raises LedgerError."""
    return location(options.ledger, stack.home, stack.ledger)


def account_of(context: PlanContext) -> str:
    """Return the account of a context as the ledger stores it: the host and the project."""
    return f"{context.host} {context.project}".strip()


def remembered(where: Location | None, account: str) -> tuple[Remembered, tuple[Diagnostic, ...]]:
    """Return the records of a ledger about an account, or a warning with the reason why there are none.

    No ledger is created. If the default ledger does not exist yet, there are no records and no
    warning. Raises LedgerError if a ledger that somebody named cannot be read.
    """
    from provisioner.ledger.opening import ledger_to_read

    if where is None:
        return Remembered(), ()
    try:
        with ledger_to_read(where) as opened:
            return opened.remembered(account), ()
    except LedgerError as error:
        is_new = all(one.code == codes.NO_LEDGER_YET for one in error.diagnostics)
        if where.is_chosen and not is_new:
            raise
        details = " ".join(one.detail for one in error.diagnostics)
        told = () if is_new else (warning(codes.WITHOUT_LEDGER, details),)
        return Remembered(), told


@contextmanager
def locked(
    options: LedgerOptions,
    stack: Stack,
    verb: str,
    *,
    read_at: float = 0.0,
    was_alone: bool = False,
) -> Iterator[LockedLedger]:
    """Hold the lock of a stack and environment while a verb writes.

    `read_at` is what `elapsed()` returned when reading the live side began; 0 if it has not
    begun. `was_alone` is the result of `is_alone` from just before that. Raises LockHeld;
    PlanRefused if another run has held the lock since; and LedgerError if a ledger that somebody
    named cannot be used.
    """
    where = location_of(options, stack)
    # A migration takes the lock, and its two applies find it here. Each of them would otherwise be
    # refused, because the lock is held.
    key = str(where), str(stack.owner)
    if (outer := _LOCKED.get().get(key)) or where is None:
        yield outer or LockedLedger()
        return
    with ExitStack() as opened:
        try:
            found = _taken(
                opened, where, options, stack, verb=verb, read_at=read_at, was_alone=was_alone
            )
        except LedgerError as error:
            if where.is_chosen:
                raise
            details = " ".join(one.detail for one in error.diagnostics)
            found = LockedLedger(told=(warning(codes.WITHOUT_LEDGER, details),))
        before = _LOCKED.set({**_LOCKED.get(), key: found})
        try:
            yield found
        finally:
            _LOCKED.reset(before)


def _taken(
    opened: ExitStack,
    where: Location,
    options: LedgerOptions,
    stack: Stack,
    *,
    verb: str,
    read_at: float,
    was_alone: bool,
) -> LockedLedger:
    """Take the lock, and return it with its ledger. It is released when `opened` ends."""
    from provisioner.ledger.lock import is_stale, take
    from provisioner.ledger.opening import ledger
    from provisioner.ledger.presence import Presence

    found = opened.enter_context(ledger(where))
    # The presence lets others take the lock at once if this process is killed, and not only when
    # the lease is over.
    presence = Presence(where.file, str(stack.owner))
    opened.callback(presence.release)
    lock = take(
        found.leases,
        str(stack.owner),
        holder(verb, options.environ),
        wait=options.wait or 0.0,
        claim=presence.claim,
        tell=_teller(options),
    )
    opened.enter_context(lock.renewing())
    if read_at and is_stale(lock.acquired, lock.acquired.at - read_at, was_alone=was_alone):
        detail = (
            f"Somebody else held the lock of {stack.owner} after the live side was read. Nothing"
            " was changed. Run the command again; with --wait 60 it takes the lock before it reads."
        )
        raise PlanRefused(Diagnostic(codes.PLAN_OUTDATED, detail))
    return LockedLedger(found, lock)


def is_alone(options: LedgerOptions, stack: Stack) -> bool:
    """Return true if no process on this machine holds the lock of a stack and environment.

    The ledger is not opened. Return false if that cannot be found out.
    """
    from provisioner.ledger.presence import is_nobody_there

    try:
        where = location_of(options, stack)
    except LedgerError:
        return False
    return is_nobody_there(where.file if where else None, str(stack.owner))


def holder(verb: str, environ: Mapping[str, str]) -> Holder:
    """Return the user, machine, process and pipeline of this run, for others who want the lock."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return Holder(user, socket.gethostname(), os.getpid(), verb, pipeline_page(environ))


def pipeline_page(environ: Mapping[str, str]) -> str:
    """Return the URL of the page of the pipeline's job; empty where there is none."""
    run = environ.get("GITHUB_RUN_ID", "")
    github = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY")]
    said = "/".join([*github, "actions", "runs", run]) if run and all(github) else ""
    for url in (said, *(environ.get(name, "") for name in PIPELINES)):
        # The address is stored and shown to others, so no user, password or query may be in it.
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and not parts.username:
            return f"{parts.scheme}://{parts.netloc}{parts.path}"
    return ""


def _teller(options: LedgerOptions) -> "Callable[[LockState], None]":
    """Return a function that shows who holds the lock while this run waits for it."""

    def tell(state: "LockState") -> None:
        if options.tell:
            options.tell(f"waiting for {state.holder}", 1.0)

    return tell
