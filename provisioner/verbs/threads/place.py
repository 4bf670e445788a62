"""Open what all commands about tracked objects need: the Stack, account, ledger and spools."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.ledger.location import Location
from provisioner.ledger.spool import VARIABLE
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.errors import LedgerError, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.retirement import Imported
from provisioner.model.stack import Stack
from provisioner.verbs._shared.ledgers import account_of, location_of
from provisioner.verbs._shared.lookup import open_live
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.gc.bare import Bare, bare_session
from provisioner.verbs.history import no_ledger, stack_of
from provisioner.verbs.threads.collect import collect, spools
from provisioner.verbs.threads.lines import BadLine

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger

OnBad = Callable[[BadLine], None]


def ignore(_bad: BadLine) -> None:
    """Ignore a bad line: it stays where it is."""


@frozen
class Place:
    """The Stack, the account of its target, and the ledger that a command about tracked objects uses."""

    options: RunOptions
    stack: Stack
    account: str
    ledger: Location


def place(options: RunOptions, bare: Bare | None = None) -> Place:
    """Return the Stack, account and ledger of a command. Sends no request.

    The options in `bare` take the place of a Stack, and then no manifests are read. Otherwise only the
    Stack has to be valid. Raises ManifestErrors where there is no valid Stack, and LedgerError if the
    user asked for no ledger.
    """
    from provisioner.providers import describe

    stack = bare.stack() if bare else stack_of(options)
    host, project = describe(stack.target, options.environ)
    return _place(options, stack, f"{host} {project}".strip())


@contextmanager
def connected_place(
    options: RunOptions, on_bad: OnBad, bare: Bare | None = None
) -> "Iterator[tuple[Session, Ledger]]":
    """Connect to the target, and open the ledger after taking over the lines in spools.

    With `bare` no manifests are needed. Raises ManifestErrors without a Stack, ProviderError, and
    LedgerError.
    """
    with bare_session(options, bare) if bare else open_live(options) as session:
        where = _place(options, session.stack, account_of(session.context))
        with opened(where, on_bad) as (ledger, _):
            yield session, ledger


def _place(options: RunOptions, stack: Stack, account: str) -> Place:
    """Return a Place. Raises LedgerError if the user asked for no ledger."""
    ledger = location_of(options, stack)
    if ledger is None:
        raise no_ledger()
    return Place(options, stack, account, ledger)


@contextmanager
def opened(where: Place, on_bad: OnBad) -> "Iterator[tuple[Ledger, Imported]]":
    """Open the ledger to write to it, and write the lines in spools into it.

    Yields the ledger and what was taken over. Raises LedgerError, and ProvisionerError if a spool
    cannot be read.
    """
    from provisioner.ledger.opening import ledger

    with ledger(where.ledger) as found:
        taken = Imported()
        for spool in spools(os.environ.get(VARIABLE), where.stack.root):
            taken += collect(found.tracked, spool, on_bad)
        yield found, taken


def taken_over(ledger: Location | None, root: Path) -> tuple[Diagnostic, ...]:
    """Write the lines in spools into a ledger, and return diagnostics about them.

    Without a ledger, the lines stay where they are. Raises LedgerError if a ledger that somebody
    named cannot be used.
    """
    from provisioner.ledger import opening

    waiting = spools(os.environ.get(VARIABLE), root)
    if ledger is None or not waiting:
        return ()
    told: list[Diagnostic] = []
    try:
        with opening.ledger(ledger) as found:
            for spool in waiting:
                collect(found.tracked, spool, lambda bad: told.append(bad.diagnostic))
    except ProvisionerError as error:
        if ledger.is_chosen and isinstance(error, LedgerError):
            raise
        told += (replace(one, severity=Severity.WARNING) for one in error.diagnostics)
    return tuple(told)


def is_waiting(where: Place) -> bool:
    """Return true if a spool has lines that are not in the ledger yet."""
    return bool(spools(os.environ.get(VARIABLE), where.stack.root))
