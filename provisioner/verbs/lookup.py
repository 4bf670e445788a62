"""One live object of ours, by its address: one list, whatever else there is."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ManifestErrors, ProvisionerError
from provisioner.model.kind import Form
from provisioner.model.mark import Owner
from provisioner.model.provider import Row
from provisioner.model.resource import Resource
from provisioner.model.timestamps import seconds
from provisioner.source.suggest import did_you_mean
from provisioner.verbs.session import Session, Setup, connected, read


def open_live(setup: Setup) -> AbstractContextManager[Session]:
    """A session for who only asks the live side: the Stack has to be right, manifests need not."""
    loaded = read(setup)
    if loaded.stack is None:
        raise ManifestErrors(loaded.diagnostics)
    return connected(setup, loaded, loaded.stack)


def find_row(session: Session, address: Address) -> Row:
    """The live object of `address` as the server returned it.

    Raises ProvisionerError where nothing has been applied, or where the kind has no live object.
    """
    owner, form = session.stack.owner, session.runtime.forms.get(address.kind)
    if form is None or form.carrier is None:
        raise ProvisionerError(_nowhere(address, session))
    row = newest(session.provider.list(form.collection), form, owner, address)
    if row is None:
        if address not in session.desired:
            raise ProvisionerError(undeclared(address, session))
        raise absent(address, session.desired[address])
    return row


def newest(rows: Iterable[Row], form: Form, owner: Owner, address: Address) -> Row | None:
    """Of ours at `address`: the newest generation, and of equals the older object."""
    ours = []
    for row in rows:
        mark = form.mark_of(row)
        if mark and mark.owner == owner and mark.address == address:
            ours.append((mark.generation, -seconds(row.get("created_at")), str(row["id"]), row))
    return max(ours, key=lambda one: one[:3])[3] if ours else None


def undeclared(address: Address, session: Session) -> Diagnostic:
    known = [str(a) for a in session.desired]
    return Diagnostic(
        f"{address} is not declared",
        f"No manifest in {session.stack.root} declares it.{did_you_mean(str(address), known)}",
    )


def absent(address: Address, desired: Resource | None) -> ProvisionerError:
    return ProvisionerError(
        Diagnostic(
            f"{address} has not been applied yet",
            "Nothing on this target carries its mark. Apply it first: provisioner apply",
            desired.origin if desired else None,
        )
    )


def _nowhere(address: Address, session: Session) -> Diagnostic:
    kinds = [kind for kind, form in session.runtime.forms.items() if form.carrier]
    return Diagnostic(
        f"{address} has no live object of its own",
        f"On this runtime these kinds have one: {', '.join(kinds)}."
        f"{did_you_mean(address.kind, kinds)}",
    )
