"""adopt: make an existing object ours by writing our mark onto it, and nothing else.

The next plan shows where the object differs from the manifest, so that this can be reviewed before
it changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from provisioner.engine.live_objects import as_object
from provisioner.inventory.lists import inner_rows
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import moves as move_codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NoSuchApi, ProvisionerError, Unauthorized
from provisioner.model.hints import hint
from provisioner.model.mark import Mark, Owner
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Change
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.model.resource import Resource
from provisioner.model.value import Reference
from provisioner.verbs._shared.lookup import newest, undeclared, whole_address
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.adopt.writing import IN_CONTENT, adoption, fitting, owner_change, renamed
from provisioner.verbs.plan import Planned, plan_of

ADOPT = "adopt"


@contextmanager
def planned_adoption(
    options: RunOptions, address: Address, id: str, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that adopts one object: one without a mark, or ours that no manifest declares.

    Raises ProvisionerError if the object cannot be adopted.
    """
    with open_session(options) as session:
        address = whole_address(session, address)
        binding = _binding(session, address)
        resource = session.desired.get(address)
        if resource is None:
            raise ProvisionerError(undeclared(address, session))
        live = session.live()
        _check_free(address, id, live)
        parent = _parent(resource, binding, live)
        row = session.provider.get(binding.collection, id, parent)
        former = _former(row, binding, session)
        there = replace(as_object(address.kind, row, former, binding), parent=parent)
        if former is None:
            change, notes = adoption(session, resource, there, live)
        else:
            change, notes = renamed(there, former, binding, address), []
        arguments = {"address": str(address), "id": id}
        yield plan_of(
            session, ADOPT, arguments, [change], live, overrides=overrides, diagnostics=notes
        )


@contextmanager
def planned_adoption_of(
    options: RunOptions, before: Owner, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that adopts every object of the owner `before` whose address we declare.

    Warnings name the objects that stay with that owner. Raises ProvisionerError.
    """
    with open_session(options) as session:
        ours = session.stack.owner
        if before == ours:
            detail = "This is the present owner: nothing has to be adopted."
            raise ProvisionerError(Diagnostic(move_codes.THIS_STACK, detail, subject=str(before)))
        changes: list[Change] = []
        skipped: list[Diagnostic] = []
        for kind, binding in session.runtime.bindings.items():
            if binding.mark_location:
                rows = _rows(session, kind, binding, {before, ours})
                changes += _of_owner(session, binding, rows, before, skipped)
        # Objects of another owner at our addresses usually stop a plan. Here they are what is asked for.
        asked = replace(overrides, new=True)
        arguments = {"owner": str(before)}
        yield plan_of(
            session, ADOPT, arguments, changes, Live(), overrides=asked, diagnostics=skipped
        )


def replanned(
    options: RunOptions, arguments: Mapping[str, Any], overrides: Overrides
) -> AbstractContextManager[Planned]:
    """Return a context manager that makes the plan of a saved adoption again, from its arguments.

    Raises KeyError or ValueError if `arguments` are not those that a saved adoption has.
    """
    if "owner" in arguments:
        return planned_adoption_of(options, Owner.parse(str(arguments["owner"])), overrides)
    address = Address.parse(str(arguments["address"]))
    return planned_adoption(options, address, str(arguments["id"]), overrides)


def _binding(session: Session, address: Address) -> Binding:
    """Return the binding of a kind that can be adopted. Raises ProvisionerError for any other."""
    if is_upload(address.kind, session.runtime.bindings):
        raise ProvisionerError(
            Diagnostic(
                move_codes.FILE_NOT_ADOPTABLE,
                "Files carry no metadata, so no mark can be put on one, and their content cannot "
                f"be compared with {address}. Let apply upload the file again, and then delete the "
                "one that was there before.",
            )
        )
    binding = session.runtime.bindings.get(address.kind)
    if binding is None or binding.mark_location is None:
        detail = f"{address.kind} has no live object of its own on {session.runtime.name}."
        raise ProvisionerError(Diagnostic(move_codes.NOT_ADOPTABLE, detail, subject=str(address)))
    if binding.versions:
        raise ProvisionerError(
            Diagnostic(move_codes.NOT_ADOPTABLE, IN_CONTENT, subject=str(address))
        )
    return binding


def _parent(resource: Resource, binding: Binding, live: Live) -> str:
    """Return the id of the object that a resource is inside of; empty if it is inside of none.

    Raises ProvisionerError if that object has not been applied or adopted.
    """
    outer = resource.spec.get(binding.parent)
    if not isinstance(outer, Reference):
        return ""
    if outer.address not in live.objects:
        detail = f"Adopt {outer.address} first, or apply it."
        raise ProvisionerError(
            Diagnostic(move_codes.PARENT_ABSENT, detail, subject=str(outer.address))
        )
    return live.objects[outer.address].id


def _check_free(address: Address, id: str, live: Live) -> None:
    """Raise ProvisionerError if the address has a live object already."""
    there = live.objects.get(address)
    if there is None:
        return
    if there.id == id and there.mark and there.mark.applied and there.formerly is None:
        raise ProvisionerError(
            Diagnostic(
                move_codes.ALREADY_OURS,
                f"{id} is already the live object of {address}.",
                subject=id,
            )
        )
    if there.id != id:
        raise ProvisionerError(
            Diagnostic(
                move_codes.ADDRESS_TAKEN,
                f"Its live object is {there.id}, and an address has one object. Destroy that object first ("
                f"{hint('destroy', '--select', str(address))}), or declare another resource for {id}.",
                subject=str(address),
            )
        )


def _former(row: Row, binding: Binding, session: Session) -> Mark | None:
    """Return the mark of an object that is ours at an address which no manifest declares any more.

    Return None for an object without a mark. Raises ProvisionerError for an object that cannot be
    adopted.
    """
    if not binding.may_be_ours(row):
        detail = (
            "An agent made this object for itself, so it cannot be adopted. Apply creates one of"
            " yours."
        )
        raise ProvisionerError(Diagnostic(move_codes.MADE_BY_AGENT, detail, subject=str(row["id"])))
    mark = binding.mark_of(row)
    if mark is None:
        return None
    if mark.owner == session.stack.owner:
        if mark.address not in session.desired:
            return mark
        code = move_codes.OUR_OTHER_ADDRESS
        origin = session.desired[mark.address].origin
        way = (
            f"{mark.address} is still declared{f' at {origin}' if origin else ''}. Remove that"
            " document to give the object the new address, and adopt again."
        )
    else:
        code = move_codes.OWNED_BY_OTHER
        way = (
            "An object has one owner, and that stack still needs it. If this stack replaced that"
            f" one: {hint('adopt', '--owner', str(mark.owner))}."
        )
    raise ProvisionerError(
        Diagnostic(
            code, f"The object is {mark.address} of {mark.owner}. {way}", subject=str(row["id"])
        )
    )


def _of_owner(
    session: Session,
    binding: Binding,
    rows: Iterable[Row],
    before: Owner,
    skipped: list[Diagnostic],
) -> Iterator[Change]:
    """Yield the adoption of each row of another owner. Rows that stay are added to `skipped`."""
    ours, rows = session.stack.owner, list(rows)
    for row in rows:
        mark = binding.mark_of(row)
        if mark is None or mark.owner != before:
            continue
        address, id = mark.address, str(row["id"])
        if address not in session.desired:
            why = f"No manifest declares {address}, so it stays {before}'s."
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        elif newest(rows, binding, ours, address) is not None:
            why = f"{address} has a live object of ours already."
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        elif binding.versions:
            why = f"The object is {address}. {IN_CONTENT}"
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        else:
            # Only the owner changes. The digests of what was last applied stay true.
            there = as_object(address.kind, row, mark, binding)
            yield owner_change(there, fitting(there, binding, replace(mark, owner=ours)))


def _rows(session: Session, kind: str, binding: Binding, owners: set[Owner]) -> Iterator[Row]:
    """Yield the rows of a kind. Of objects inside of others, only those inside of `owners`' objects.

    If the kind cannot be read, yield none, or raise ProviderError if a manifest declares the kind.
    """
    try:
        if not binding.parent:
            yield from session.provider.list(binding.collection)
            return
        outer = session.runtime.bindings[binding.parent]
        for row in session.provider.list(outer.collection):
            mark = outer.mark_of(row)
            if mark and mark.owner in owners:
                yield from inner_rows(session.provider, binding, str(row["id"]))
    except (NoSuchApi, Unauthorized):
        if any(address.kind == kind for address in session.desired):
            raise
