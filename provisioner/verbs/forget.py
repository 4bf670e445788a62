"""forget: stop managing an object and keep it. Only our mark is removed.

`adopt` makes it ours again. An address that a manifest declares is refused, because apply would
create it again.
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
    """Yield a plan that removes our mark from the objects of an address that no manifest declares.

    Duplicates, older generations and objects inside of them lose their marks too. Raises
    ProvisionerError if the address is declared, or if no object of ours has it.
    """
    with open_session(options) as session:
        # An address with its kind can be refused before the live side is read.
        live = session.live() if address.is_bare else None
        address = whole_address(session, address, live)
        _check_kind(session, address)
        _check_undeclared(session, address)
        live = live or session.live()
        found = list(_with_inner(address, live))
        if not found:
            detail = f"No object of ours has this address. {hint('show')} lists every address."
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
    """Return a context manager that makes the plan of a saved forget again, from its arguments.

    Raises KeyError or ValueError if `arguments` are not those that a saved forget has.
    """
    return planned_forget(options, Address.parse(str(arguments["address"])), overrides)


def _check_kind(session: Session, address: Address) -> None:
    """Raise ProvisionerError for a kind whose objects have no mark that can be removed."""
    binding = session.runtime.bindings.get(address.kind)
    if binding is None:
        why = f"{address.kind} has no live object of its own on {session.runtime.name}."
    elif binding.history:
        why = (
            "A release is ours because of its path in the registry, and not because of a mark. To"
            " keep a release, copy its file out of the registry. To let applications use it, leave"
            " the assistant declared."
        )
    elif binding.mark_location is None:
        why = (
            "A file carries no mark: the marks of assistants and vector stores name it. "
            "Forget those."
        )
    elif binding.mark_location.clear is None:
        why = "The mark of such an object is a part of its content, and cannot be removed from it."
    else:
        return
    raise ProvisionerError(Diagnostic(codes.NOT_FORGETTABLE, why, subject=str(address)))


def _check_undeclared(session: Session, address: Address) -> None:
    """Raise ProvisionerError if a manifest declares the address, or names it in `formerly`."""
    for resource in session.desired.values():
        if address == resource.address or address in resource.formerly:
            detail = (
                "The next apply would create the object again. Remove it from the manifests first:"
                f" then plan would delete it, and {hint('forget', str(resource.address))} keeps it."
            )
            raise ProvisionerError(
                Diagnostic(
                    codes.STILL_DECLARED, detail, resource.origin, subject=str(resource.address)
                )
            )


def _with_inner(address: Address, live: Live) -> Iterator[RemoteObject]:
    """Yield every object of ours at the address, and the objects inside of them."""
    there = [found for found in live.ours if found.address == address]
    ids = {found.id for found in there}
    yield from there
    yield from (found for found in live.ours if found.parent in ids)


def _change(found: RemoteObject) -> Change:
    """Return the change that forgets an object, also one that is retained for applications."""
    if found.address is None:
        raise ValueError(f"{found.id} carries no mark")
    return Change(found.address, Action.FORGET, live=replace(found, retained=False))


def _documents(found: list[RemoteObject]) -> Iterator[Diagnostic]:
    """Yield a warning for each vector store whose files stay in it."""
    for one in found:
        if one.documents:
            yield warning(
                codes.KEEPS_ATTRIBUTES,
                f"Files that stay in the vector store: {len(one.documents)}. This program does not "
                "delete them any more.",
                subject=str(one.address),
            )
