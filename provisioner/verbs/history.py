"""history: the runs that the ledger remembers, of a stack and environment, an address, or one run."""

from collections.abc import Sequence

from provisioner.ledger.location import Location
from provisioner.model.address import Address
from provisioner.model.codes import ledgers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError, ManifestErrors, ProvisionerError
from provisioner.model.hints import hint
from provisioner.model.ledger import RunRecord
from provisioner.model.stack import Stack
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.session import RunOptions, read

RUN = "run-"
"""The beginning of a run's id, which tells it from an address."""


def stack_of(options: RunOptions) -> Stack:
    """Return the Stack; other manifests need not be right. Raises ManifestErrors without one."""
    loaded = read(options)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    return loaded.stack


def no_ledger() -> LedgerError:
    """Return the error of a command that needs a ledger where there is to be none."""
    detail = "`none` was given. Name the ledger that the runs were made with."
    return LedgerError(Diagnostic(codes.NO_LEDGER_YET, detail))


def history(
    options: RunOptions, address: Address | None = None, *, limit: int = 20
) -> Sequence[RunRecord]:
    """Return the newest runs of this stack and environment, or those that touched an address.

    The newest is first. Sends no request. Raises
    LedgerError.
    """
    from provisioner.ledger.opening import ledger_to_read

    stack = stack_of(options)
    where = location_of(options, stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        return opened.runs.newest(
            str(stack.owner), address=str(address) if address else "", limit=limit
        )


def one_run(options: RunOptions, id: str) -> RunRecord:
    """Return one run of any stack with its changes. Raises LedgerError, or for an unknown run."""
    from provisioner.ledger.opening import ledger_to_read

    stack = stack_of(options)
    where = location_of(options, stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        found = opened.runs.find(id)
    if found is None:
        raise no_such_run(where, id)
    return found


def no_such_run(where: Location, id: str) -> ProvisionerError:
    """Return the error that says that a ledger does not know a run."""
    detail = f"{where} knows none of this id. {hint('history')} lists the newest ones."
    return ProvisionerError(Diagnostic(codes.NO_SUCH_RUN, detail, subject=id))
