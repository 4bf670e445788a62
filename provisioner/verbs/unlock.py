"""unlock: take the lock of a stack and environment away from whoever holds it."""

from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.ledger import LockState
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.history import no_ledger, stack_of


def lock_state(options: RunOptions) -> LockState:
    """Return the state of this stack and environment's lock. Creates no ledger. Raises LedgerError."""
    from provisioner.ledger.opening import ledger_to_read

    stack = stack_of(options)
    where = location_of(options, stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        return opened.leases.state(str(stack.owner))


def is_dead(options: RunOptions, seen: LockState) -> bool:
    """Return true if the process that holds the lock is proven dead. Raises LedgerError."""
    from provisioner.ledger.presence import is_left

    where = location_of(options, stack_of(options))
    return where is not None and is_left(where.file, seen)


def unlock(options: RunOptions, seen: LockState) -> None:
    """Take away the lock that was seen, and no later one.

    Raises ProvisionerError where its holder has given it back since, or somebody else took it.
    """
    from provisioner.ledger.opening import ledger

    where = location_of(options, stack_of(options))
    if where is None:
        raise no_ledger()
    with ledger(where) as opened:
        if not opened.leases.unlock(seen.owner, seen.epoch):
            raise not_locked(seen.owner, "Its holder gave it back, or somebody else took it since.")


def not_locked(owner: str, detail: str = "") -> ProvisionerError:
    """Return the error that says that there is nothing to unlock."""
    return ProvisionerError(Diagnostic(codes.NOT_LOCKED, detail, subject=owner))
