"""Find one live object of ours by its address, with one request for a list."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache

from provisioner.engine.addresses import resolve, resolved_overrides
from provisioner.model.address import Address
from provisioner.model.binding import Binding, Ids
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ManifestErrors, ProvisionerError, UsageError
from provisioner.model.hints import hint
from provisioner.model.mark import Owner
from provisioner.model.overrides import Overrides
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.model.resource import Desired, Resource
from provisioner.model.timestamps import seconds
from provisioner.runtimes import RUNTIMES
from provisioner.source.suggest import did_you_mean
from provisioner.verbs._shared.session import RunOptions, Session, connected, read


def open_live(options: RunOptions) -> AbstractContextManager[Session]:
    """Open a session that reads only the live side.

    The Stack has to be valid; other manifests may have errors.
    """
    loaded = read(options)
    if loaded.stack is None or loaded.stack.target.runtime not in RUNTIMES:
        raise ManifestErrors(loaded.diagnostics)
    return connected(options, loaded, loaded.stack)


def whole_address(session: Session, address: Address, live: Live | None = None) -> Address:
    """Return the address that a bare name or id means. A whole address is returned as it is.

    The live side is read only if no such name is declared and `live` is not given. Raises
    UsageError if the text means no address, or more than one.
    """
    if not address.is_bare:
        return address
    if live is None:
        declared = [one for one in session.desired if one.name == address.name]
        live = Live() if declared else session.live()
    try:
        return resolve(address, session.desired, live)
    except ValueError as error:
        raise UsageError(Diagnostic(codes.NO_SUCH_ADDRESS, f"{error}")) from error


def whole_overrides(overrides: Overrides, declared: Desired, live: Live) -> Overrides:
    """Return overrides with whole addresses in place of bare names.

    Raises UsageError for a name that means no address, or more than one.
    """
    try:
        return resolved_overrides(overrides, declared, live)
    except ValueError as error:
        raise UsageError(Diagnostic(codes.NO_SUCH_ADDRESS, f"{error}")) from error


def find_row(session: Session, address: Address) -> Row:
    """Return the live object of an address as the server returned it.

    Raises ProvisionerError if nothing has been applied there, or if the kind has no live objects.
    """
    row = live_row(session, address)
    if row is None:
        raise nothing_there(session, address)
    return row


def live_row(session: Session, address: Address) -> Row | None:
    """Return the live object of an address as the server returned it; None if nothing has been applied."""
    binding = _binding(session, address)
    return newest(session.provider.list(binding.collection), binding, session.stack.owner, address)


def nothing_there(session: Session, address: Address, *words: str) -> ProvisionerError:
    """Return the error that says why an address has no live object: not declared, or not applied.

    `words` are as in `absent`.
    """
    if address not in session.desired:
        return ProvisionerError(undeclared(address, session))
    return absent(address, session.desired[address], *words)


def live_ids(session: Session) -> Ids:
    """Return a function from an address to its live id. No collection is listed twice.

    The function raises ProvisionerError for an address without a live object.
    """

    @cache
    def listed(collection: str) -> list[Row]:
        return session.provider.list(collection)

    def id_of(address: Address) -> str:
        binding = _binding(session, address)
        row = newest(listed(binding.collection), binding, session.stack.owner, address)
        if row is None:
            raise absent(address, session.desired.get(address))
        return str(row["id"])

    return id_of


def _binding(session: Session, address: Address) -> Binding:
    """Return the binding of an address whose kind has live objects. Raises ProvisionerError."""
    binding = session.runtime.bindings.get(address.kind)
    if binding is None or binding.mark_location is None:
        raise ProvisionerError(_nowhere(address, session))
    return binding


def newest(rows: Iterable[Row], binding: Binding, owner: Owner, address: Address) -> Row | None:
    """Return our row at an address: that of the newest generation, and of two equal ones the older object."""
    ours = []
    for row in rows:
        mark = binding.mark_of(row)
        if mark and mark.owner == owner and mark.address == address:
            ours.append((mark.generation, -seconds(row.get("created_at")), str(row["id"]), row))
    return max(ours, key=lambda one: one[:3])[3] if ours else None


def undeclared(address: Address, session: Session) -> Diagnostic:
    """Return the diagnostic for an address that no manifest declares."""
    known = [str(a) for a in session.desired]
    return Diagnostic(
        codes.NOT_DECLARED,
        f"No manifest in {session.stack.root} declares this address.{did_you_mean(str(address), known)}",
        subject=str(address),
    )


def absent(address: Address, desired: Resource | None, *words: str) -> ProvisionerError:
    """Return the error for a declared resource that has not been applied.

    `words` are options of the command that applies it, where no command records those in use.
    """
    return ProvisionerError(
        Diagnostic(
            codes.NOT_APPLIED,
            f"No object on this target carries the mark of this address. Apply it first: {hint('apply', *words)}.",
            desired.origin if desired else None,
            subject=str(address),
        )
    )


def _nowhere(address: Address, session: Session) -> Diagnostic:
    """Return the diagnostic for a kind without live objects on this runtime."""
    kinds = [kind for kind, binding in session.runtime.bindings.items() if binding.mark_location]
    return Diagnostic(
        codes.NO_LIVE_KIND,
        f"On this runtime these kinds have live objects: {', '.join(kinds)}."
        f"{did_you_mean(address.kind, kinds)}",
        subject=str(address),
    )
