"""Make the changes that write a mark onto an object, and nothing else, and the warnings about them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.diff import RENAMED
from provisioner.engine.marks import make_mark
from provisioner.engine.tracked_fields import compared
from provisioner.engine.undeclared import ComparedObject, with_nothing_known
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import moves as move_codes
from provisioner.model.codes import plans as plan_codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import Mark, tracked_key, user_metadata
from provisioner.model.plan import UNSET, Action, Change, Exact, FieldChange, Reason
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, RemoteId, Spec, walk
from provisioner.verbs._shared.session import Session

IN_CONTENT = (
    "The mark of such an object is a part of its content, which adopt does not change. Let apply"
    " create a new object, and then delete this one."
)


SLOTS = 16
"""The number of metadata keys that the API allows on one object."""


def renamed(there: RemoteObject, mark: Mark, binding: Binding, address: Address) -> Change:
    """Return the change that gives our own object another address: only the mark is written."""
    field = FieldChange(RENAMED, str(mark.address), str(address), Reason.RENAMED)
    exact = Exact(fitting(there, binding, replace(mark, address=address)))
    return Change(address, Action.UPDATE, Reason.RENAMED, (field,), live=there, exact=exact)


def adoption(
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
    # Only fields in which the object agrees with the manifest are recorded as applied. All others
    # are then changes of the manifest in the next plan, and no drift.
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
    return owner_change(there, fitting(there, binding, mark)), notes


def _differing(paths: list[str], resource: Resource) -> Iterator[Diagnostic]:
    """Yield a warning that names the fields in which the object differs from the manifest."""
    if paths:
        detail = (
            f"{', '.join(paths)}: the object keeps its values. The next plan shows the difference."
        )
        yield warning(move_codes.DIFFERS, detail, resource.origin, subject=str(resource.address))


def _documents(rows: list[Row], resource: Resource) -> Iterator[Diagnostic]:
    """Yield a warning about the files that a vector store has already."""
    if rows:
        detail = (
            f"Files that stay in the vector store: {len(rows)}. The declared documents are added to"
            " them."
        )
        yield warning(
            move_codes.HOLDS_FILES, detail, resource.origin, subject=str(resource.address)
        )


def owner_change(there: RemoteObject, mark: Mark) -> Change:
    """Return the change that makes an object ours: only its owner is written."""
    before = str(there.mark.owner) if there.mark else UNSET
    whose = FieldChange("owner", before, str(mark.owner))
    return Change(mark.address, Action.UPDATE, fields=(whose,), live=there, exact=Exact(mark))


def _known(spec: Spec, live: Live) -> Spec:
    """Return a spec in which each id of an object of ours is replaced by a reference."""
    ours = {found.id: address for address, found in live.objects.items()}

    def name(leaf: Any) -> Any:
        return Reference(ours[leaf.id]) if isinstance(leaf, RemoteId) and leaf.id in ours else leaf

    known: Spec = walk(spec, name)
    return known


def fitting(there: RemoteObject, binding: Binding, mark: Mark) -> Mark:
    """Return a mark cut to what fits on an object.

    Raises ProvisionerError if even that does not fit.
    """
    if binding.mark_location and not binding.mark_location.in_metadata:
        fits = binding.mark_location.excess(there.spec, mark) <= 0
        return mark if fits else replace(mark, applied={})
    theirs, ours = user_metadata(there.metadata), mark.to_metadata()
    if len(theirs) + len(ours) > SLOTS:
        raise ProvisionerError(
            Diagnostic(
                plan_codes.NO_ROOM_FOR_MARK,
                f"The object has {len(theirs)} metadata keys of its own, the API takes {SLOTS} and a mark "
                f"needs {len(ours)}. Remove some first.",
                subject=there.id,
            )
        )
    return mark
