"""adopt: take over an object that exists, by writing our mark onto it and nothing else.

What differs from the manifest shows in the next plan, where it can be read before it is changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from provisioner.engine.diff import RENAMED
from provisioner.engine.live_objects import as_object
from provisioner.engine.marks import make_mark
from provisioner.engine.tracked_fields import compared
from provisioner.engine.undeclared import ComparedObject, with_nothing_known
from provisioner.inventory.lists import inner_rows
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import plans as plan_codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NoSuchApi, ProvisionerError, Unauthorized
from provisioner.model.hints import hint
from provisioner.model.mark import Mark, Owner, tracked_key, user_metadata
from provisioner.model.overrides import Overrides
from provisioner.model.plan import UNSET, Action, Change, Exact, FieldChange, Reason
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Spec, walk
from provisioner.verbs._shared.lookup import newest, undeclared, whole_address
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.plan import Planned, plan_of

ADOPT = "adopt"
IN_CONTENT = "Its mark is a part of its content: apply makes a new one; then delete the other."
SLOTS = 16
"""The number of metadata keys that the API allows on one object."""


@contextmanager
def planned_adoption(
    options: RunOptions, address: Address, id: str, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that takes over one unmarked object. Raises ProvisionerError where that cannot be."""
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
            change, notes = _adoption(session, resource, there, live)
        else:
            change, notes = _renamed(there, former, binding, address), []
        arguments = {"address": str(address), "id": id}
        yield plan_of(
            session, ADOPT, arguments, [change], live, overrides=overrides, diagnostics=notes
        )


@contextmanager
def planned_adoption_of(
    options: RunOptions, before: Owner, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a plan that takes over everything of the owner `before` whose address we declare.

    It warns of what it leaves with that owner. Raises ProvisionerError.
    """
    with open_session(options) as session:
        ours = session.stack.owner
        if before == ours:
            detail = "Its objects are ours already: nothing has to be adopted."
            raise ProvisionerError(Diagnostic(move_codes.THIS_STACK, detail, subject=str(before)))
        changes: list[Change] = []
        skipped: list[Diagnostic] = []
        for kind, binding in session.runtime.bindings.items():
            if binding.mark_location:
                rows = _rows(session, kind, binding, {before, ours})
                changes += _of_owner(session, binding, rows, before, skipped)
        # The other owner's objects are meant here, so they are no reason to refuse.
        asked = replace(overrides, new=True)
        arguments = {"owner": str(before)}
        yield plan_of(
            session, ADOPT, arguments, changes, Live(), overrides=asked, diagnostics=skipped
        )


def replanned(
    options: RunOptions, arguments: Mapping[str, Any], overrides: Overrides
) -> AbstractContextManager[Planned]:
    """Return the plan of a saved adoption, made again from its arguments.

    Raises KeyError or ValueError for arguments that an adoption does not take.
    """
    if "owner" in arguments:
        return planned_adoption_of(options, Owner.parse(str(arguments["owner"])), overrides)
    address = Address.parse(str(arguments["address"]))
    return planned_adoption(options, address, str(arguments["id"]), overrides)


def _binding(session: Session, address: Address) -> Binding:
    if is_upload(address.kind, session.runtime.bindings):
        raise ProvisionerError(
            Diagnostic(
                move_codes.FILE_NOT_ADOPTABLE,
                "Files carry no metadata, so no mark can be put on one, and their content cannot "
                f"be compared with {address}. Apply uploads it again; then delete the other.",
            )
        )
    binding = session.runtime.bindings.get(address.kind)
    if binding is None or binding.mark_location is None:
        detail = "This kind has no live object on this runtime."
        raise ProvisionerError(Diagnostic(move_codes.NOT_ADOPTABLE, detail, subject=str(address)))
    if binding.versions:
        raise ProvisionerError(
            Diagnostic(move_codes.NOT_ADOPTABLE, IN_CONTENT, subject=str(address))
        )
    return binding


def _parent(resource: Resource, binding: Binding, live: Live) -> str:
    """Return the id of the object that a resource lies inside of. Raises ProvisionerError if it is gone."""
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
    there = live.objects.get(address)
    if there is None:
        return
    if there.id == id and there.mark and there.mark.applied and there.formerly is None:
        raise ProvisionerError(
            Diagnostic(move_codes.ALREADY_OURS, f"{id} is {address}.", subject=id)
        )
    if there.id != id:
        raise ProvisionerError(
            Diagnostic(
                move_codes.ADDRESS_TAKEN,
                f"It is {there.id}, and an address has one object. Destroy that first ("
                f"{hint('destroy', '--select', str(address))}), or declare another resource for {id}.",
                subject=str(address),
            )
        )


def _former(row: Row, binding: Binding, session: Session) -> Mark | None:
    """Return the mark of an object that is ours under an address which no manifest declares any more.

    Returns None for an object without a mark. Raises ProvisionerError for what cannot be taken over.
    """
    if not binding.may_be_ours(row):
        detail = "What an agent makes for itself stays its own. Apply makes one that is yours."
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
            " document if the object is to have the new address, and adopt again."
        )
    else:
        code = move_codes.OWNED_BY_OTHER
        way = (
            "An object has one owner, and that stack would miss it. If that stack became this one: "
            f"{hint('adopt', '--owner', str(mark.owner))}."
        )
    raise ProvisionerError(
        Diagnostic(code, f"It is {mark.address} of {mark.owner}. {way}", subject=str(row["id"]))
    )


def _renamed(there: RemoteObject, mark: Mark, binding: Binding, address: Address) -> Change:
    """Return the adoption of our own object under another address: only that address is written."""
    field = FieldChange(RENAMED, str(mark.address), str(address), Reason.RENAMED)
    exact = Exact(_fitting(there, binding, replace(mark, address=address)))
    return Change(address, Action.UPDATE, Reason.RENAMED, (field,), live=there, exact=exact)


def _adoption(
    session: Session, resource: Resource, there: RemoteObject, live: Live
) -> tuple[Change, list[Diagnostic]]:
    """Return the change that writes a mark onto an object, and the warnings about it."""
    address = resource.address
    kind, binding = session.context.kinds[address.kind], session.runtime.bindings[address.kind]
    there = replace(there, spec=_known(there.spec, live))
    mark = Mark(session.stack.owner, address)
    wanted, has = binding.complete(resource.spec), binding.complete(there.spec)
    tracked_fields = list(compared(wanted, has, kind, binding, mark))
    same = {tracked_key(tracked.path) for tracked in tracked_fields if tracked.cause is None}
    full = make_mark(resource, kind, binding, session.stack.owner, filled=False)
    mark = replace(mark, applied={k: a for k, a in full.applied.items() if k in same})
    mark = with_nothing_known(ComparedObject(wanted, has, kind, binding, mark))
    notes = [
        *_differing(
            [tracked.path for tracked in tracked_fields if tracked.cause is not None], resource
        )
    ]
    if documents := binding.documents:
        notes += _documents(session.provider.list(documents.collection, there.id), resource)
    return _change(there, _fitting(there, binding, mark)), notes


def _differing(paths: list[str], resource: Resource) -> Iterator[Diagnostic]:
    if paths:
        detail = f"{', '.join(paths)}: the object stays as it is now, and the next plan shows it."
        yield warning(move_codes.DIFFERS, detail, resource.origin, subject=str(resource.address))


def _documents(rows: list[Row], resource: Resource) -> Iterator[Diagnostic]:
    if rows:
        detail = f"Its {len(rows)} files stay, and what is declared is added beside them."
        yield warning(
            move_codes.HOLDS_FILES, detail, resource.origin, subject=str(resource.address)
        )


def _change(there: RemoteObject, mark: Mark) -> Change:
    """Return the change that makes one object ours: its owner is written, and nothing else."""
    before = str(there.mark.owner) if there.mark else UNSET
    whose = FieldChange("owner", before, str(mark.owner))
    return Change(mark.address, Action.UPDATE, fields=(whose,), live=there, exact=Exact(mark))


def _known(spec: Spec, live: Live) -> Spec:
    """Return `spec` after each id of an object of ours became a reference."""
    ours = {found.id: address for address, found in live.objects.items()}

    def name(leaf: Any) -> Any:
        return Reference(ours[leaf.id]) if isinstance(leaf, RemoteId) and leaf.id in ours else leaf

    known: Spec = walk(spec, name)
    return known


def _fitting(there: RemoteObject, binding: Binding, mark: Mark) -> Mark:
    """Return the mark as it fits on an object. Raises ProvisionerError where there is no room for it."""
    if binding.mark_location and not binding.mark_location.in_metadata:
        fits = binding.mark_location.excess(there.spec, mark) <= 0
        return mark if fits else replace(mark, applied={})
    theirs, ours = user_metadata(there.metadata), mark.to_metadata()
    if len(theirs) + len(ours) > SLOTS:
        raise ProvisionerError(
            Diagnostic(
                plan_codes.NO_ROOM_FOR_MARK,
                f"It has {len(theirs)} metadata keys of its own, the API takes {SLOTS} and a mark "
                f"needs {len(ours)}. Remove some first.",
                subject=there.id,
            )
        )
    return mark


def _of_owner(
    session: Session,
    binding: Binding,
    rows: Iterable[Row],
    before: Owner,
    skipped: list[Diagnostic],
) -> Iterator[Change]:
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
            why = f"It is {address}. {IN_CONTENT}"
            skipped.append(warning(move_codes.LEFT_ALONE, why, subject=id))
        else:
            # Only the owner changes. The digests of what was last applied stay true.
            there = as_object(address.kind, row, mark, binding)
            yield _change(there, _fitting(there, binding, replace(mark, owner=ours)))


def _rows(session: Session, kind: str, binding: Binding, owners: set[Owner]) -> Iterator[Row]:
    """Yield the rows of a kind. A kind that cannot be read has none, unless a manifest declares it."""
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
