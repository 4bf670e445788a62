"""forget: let an object go and keep it. Our mark is taken off, and nothing else is changed.

`adopt` takes it back. An address that a manifest declares is refused: apply would make it again.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.hints import hint
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change
from provisioner.model.remote import Live, RemoteObject
from provisioner.verbs._shared.lookup import whole_address
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.plan import Planned, plan_of

FORGET = "forget"


@contextmanager
def planned_forget(
    options: RunOptions, address: Address, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that takes our mark off the live objects of an address that no manifest declares.

    Duplicates, older generations and what lies inside of them lose their marks with it. Raises ProvisionerError
    where the address is declared, or where nothing of ours has it.
    """
    with open_session(options) as session:
        live = session.live() if address.is_bare else None
        address = whole_address(session, address, live)
        _check_kind(session, address)
        _check_undeclared(session, address)
        live = live or session.live()
        found = list(_with_inner(address, live))
        if not found:
            detail = f"There is nothing to forget. {hint('show')} lists what there is."
            raise ProvisionerError(Diagnostic(codes.NOT_OURS_HERE, detail, subject=str(address)))
        changes = [_change(one) for one in found]
        yield plan_of(
            session,
            FORGET,
            {"address": str(address)},
            changes,
            live,
            overrides=overrides,
            diagnostics=[*_documents(found)],
        )


def replanned(
    options: RunOptions, arguments: Mapping[str, Any], overrides: Overrides
) -> AbstractContextManager[Planned]:
    """Return the plan of a saved forget, made again from its arguments.

    Raises KeyError or ValueError for arguments that a forget does not take.
    """
    return planned_forget(options, Address.parse(str(arguments["address"])), overrides)


def _check_kind(session: Session, address: Address) -> None:
    """Raise ProvisionerError for a kind whose objects carry no mark that could be taken off."""
    binding = session.runtime.bindings.get(address.kind)
    if binding is None:
        why = "This kind has no live object on this runtime."
    elif binding.history:
        why = (
            "A release is ours by where it lies in the registry, and no mark on it says so. To keep "
            "one, copy its file out of the registry; to let applications go on with it, leave it "
            "declared."
        )
    elif binding.mark_location is None:
        why = (
            "A file carries no mark: it is known by the assistants and stores that refer to it. "
            "Forget those."
        )
    elif binding.mark_location.clear is None:
        why = "Its mark is a part of its content, and stays as long as the object does."
    else:
        return
    raise ProvisionerError(Diagnostic(codes.NOT_FORGETTABLE, why, subject=str(address)))


def _check_undeclared(session: Session, address: Address) -> None:
    """Raise ProvisionerError for an address that a manifest declares, or that it had formerly."""
    for resource in session.desired.values():
        if address == resource.address or address in resource.formerly:
            detail = (
                "The next apply would make it again. Take it out of the manifests first: then plan "
                f"would delete it, and {hint('forget', str(resource.address))} lets it go and keeps it."
            )
            raise ProvisionerError(
                Diagnostic(
                    codes.STILL_DECLARED, detail, resource.origin, subject=str(resource.address)
                )
            )


def _with_inner(address: Address, live: Live) -> Iterator[RemoteObject]:
    """Return every object of ours at the address, and those that lie inside of one of them."""
    there = [found for found in live.ours if found.address == address]
    ids = {found.id for found in there}
    yield from there
    yield from (found for found in live.ours if found.parent in ids)


def _change(found: RemoteObject) -> Change:
    """Return the change. An object kept for running applications may be let go at once, for it stays."""
    if found.address is None:
        raise ValueError(f"{found.id} carries no mark")
    return Change(found.address, Action.FORGET, live=replace(found, retained=False))


def _documents(found: list[RemoteObject]) -> Iterator[Diagnostic]:
    for one in found:
        if one.documents:
            yield warning(
                codes.KEEPS_ATTRIBUTES,
                f"Its {len(one.documents)} files stay in it as they are. This program does not "
                "delete them any more.",
                subject=str(one.address),
            )
