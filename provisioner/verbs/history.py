"""history: list the runs in the ledger, of a stack and environment or of an address, or show one run."""

from collections.abc import Sequence
from dataclasses import replace

from provisioner.ledger.location import Location
from provisioner.model.address import Address
from provisioner.model.codes import ledgers as codes
from provisioner.model.codes.commands import NO_SUCH_ADDRESS
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError, ManifestErrors, ProvisionerError, UsageError
from provisioner.model.hints import hint
from provisioner.model.ledger import RunRecord
from provisioner.model.resource import Desired
from provisioner.model.stack import Stack
from provisioner.verbs._shared.ledgers import location_of
from provisioner.verbs._shared.session import RunOptions, read

RUN = "run-"
"""The beginning of a run's id, which distinguishes it from an address."""


def stack_of(options: RunOptions) -> Stack:
    """Return the Stack. Other manifests may have errors. Raises ManifestErrors without a Stack."""
    loaded = read(options)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    return loaded.stack


def no_ledger() -> LedgerError:
    """Return the error of a command that needs a ledger, if the user asked for none."""
    detail = "`none` was given as its location. Give the ledger in which the runs were recorded."
    return LedgerError(Diagnostic(codes.NO_LEDGER_YET, detail))


def history(
    options: RunOptions, address: Address | None = None, *, limit: int = 20
) -> Sequence[RunRecord]:
    """Return the newest runs of this stack and environment, or those that touched an address.

    The newest run is first. A run that touched the address under a former name counts too. With an
    address, each run has only the changes of that address. Sends no request. Raises LedgerError,
    and UsageError for a bare name that means no address, or several.
    """
    from provisioner.ledger.opening import ledger_to_read

    loaded = read(options)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    where, owner = location_of(options, loaded.stack), str(loaded.stack.owner)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        if address is None:
            return opened.runs.newest(owner, limit=limit)
        found = _meant(address, loaded.desired, opened.runs.addresses(owner, address.name))
        before = loaded.desired[found].formerly if found in loaded.desired else ()
        wanted = [str(one) for one in (found, *before)]
        return opened.runs.newest(owner, addresses=wanted, limit=limit)


def _meant(term: Address, desired: Desired, recorded: Sequence[str]) -> Address:
    """Return the address that a bare name means. Raises UsageError if it means none, or several."""
    if not term.is_bare:
        return term
    declared = {address for address in desired if address.name == term.name}
    found = sorted(declared | {Address.parse(one) for one in recorded})
    if len(found) == 1:
        return found[0]
    if found:
        detail = f"{term} may be {' or '.join(map(str, found))}. Write the kind before the name."
    else:
        detail = (
            f"{term} is neither a run nor a declared resource, and no run is recorded that"
            f" touched it. {hint('history')} lists the runs."
        )
    raise UsageError(Diagnostic(NO_SUCH_ADDRESS, detail))


def one_run(options: RunOptions, id: str) -> RunRecord:
    """Return one run of any stack with its changes and its receipts.

    Raises LedgerError, and ProvisionerError for an unknown run.
    """
    from provisioner.ledger.opening import ledger_to_read

    stack = stack_of(options)
    where = location_of(options, stack)
    if where is None:
        raise no_ledger()
    with ledger_to_read(where) as opened:
        found = opened.runs.find(id)
        if found is None:
            raise no_such_run(where, id)
        return replace(found, receipts=tuple(opened.receipts.of_run(id)))


def no_such_run(where: Location, id: str) -> ProvisionerError:
    """Return the error for a run that the ledger does not have."""
    detail = f"The ledger {where} has no run with this id. {hint('history')} lists the newest runs."
    return ProvisionerError(Diagnostic(codes.NO_SUCH_RUN, detail, subject=id))
