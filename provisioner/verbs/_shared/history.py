"""Read the releases of an assistant that are still kept, for `show --releases` and `rollback`."""

from collections.abc import Sequence

from provisioner.engine.live_objects import as_object
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.hints import hint
from provisioner.model.provider import Row
from provisioner.model.remote import ReleaseEntry
from provisioner.verbs._shared.lookup import open_live, undeclared, whole_address
from provisioner.verbs._shared.session import RunOptions, Session


def history(options: RunOptions, address: Address) -> tuple[ReleaseEntry, ...]:
    """Return the releases of an address that are kept, the newest first.

    Raises ProvisionerError if there is none.
    """
    with open_live(options) as session:
        address = whole_address(session, address)
        found = entries(session, address)
        if not found and address not in session.desired:
            raise ProvisionerError(undeclared(address, session))
        if not found:
            detail = f"No release of this assistant is kept. Apply it first: {hint('apply')}."
            raise ProvisionerError(Diagnostic(codes.NEVER_PUBLISHED, detail, subject=str(address)))
        return found


def entries(session: Session, address: Address) -> tuple[ReleaseEntry, ...]:
    """Return the releases of an address, the newest first; empty if there is none."""
    binding, owner = binding_of(session, address), session.stack.owner
    collection = binding.history.collection if binding.history else ""
    rows = session.provider.list(collection, f"{owner.stack}/{owner.environment}/{address.name}")
    return tuple(_entries(rows, address, binding))


def binding_of(session: Session, address: Address) -> Binding:
    """Return the binding of a kind that publishes releases.

    Raises ProvisionerError for a kind that does not.
    """
    binding = session.runtime.bindings.get(address.kind)
    if binding is None or not binding.history:
        again = hint("rollback", str(address), "--to", "RUN")
        detail = (
            "Only assistants on the `responses` runtime have releases. To return the object to what"
            f" it was after a run: {again}."
        )
        raise ProvisionerError(Diagnostic(codes.NO_RELEASES, detail, subject=str(address)))
    return binding


def _entries(rows: Sequence[Row], address: Address, binding: Binding) -> list[ReleaseEntry]:
    """Return the releases among the rows of a registry, the newest first."""
    found: list[ReleaseEntry] = []
    # Strays are files at a path that their owner and address do not name. They do not count as
    # releases.
    rows = [row for row in rows if not row.get("stray")]
    for row in sorted(rows, key=lambda row: int(row["number"]), reverse=True):
        object_ = as_object(address.kind, row, binding.mark_of(row), binding)
        if object_.published:
            deleted = bool(row["deleted"])
            is_current = not found and not deleted
            found.append(ReleaseEntry(address, object_.published, object_, is_current, deleted))
    return found
