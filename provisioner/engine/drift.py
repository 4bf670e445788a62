"""Finds drift: those changes of a plan that would overwrite an edit on the live side."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from provisioner.model.address import Address
from provisioner.model.drift import Absent, Drift
from provisioner.model.plan import Action, Change, FieldChange, Plan, Reason
from provisioner.model.remote import Live
from provisioner.model.value import Reference, RemoteId

LETS_GO = frozenset({Action.DELETE, Action.FORGET})
MOVED = frozenset({Reason.DRIFT, Reason.BOTH})


def drift_of(plan: Plan, live: Live) -> Drift:
    """Return the drift of a target. `plan` must be the plan that was made from `live`."""
    changes = tuple(filter(None, map(drifted, plan.changes)))
    reduced = replace(plan, changes=changes, unchanged=len(live.objects) - len(changes))
    read = sum(not found.odd for found in live.objects.values())
    others = Counter(change.reason for change in plan.changes if change.action in LETS_GO)
    return Drift(reduced, tuple(_absent(plan)), read, dict(sorted(others.items())))


def drifted(change: Change) -> Change | None:
    """Return a change with only those fields and documents that would overwrite a live edit.

    Returns None if there are none.
    """
    # The server let the whole object expire, so a list of its fields would not help.
    if change.reason is Reason.EXPIRED:
        return replace(change, fields=(), documents=())
    # In a plan, the id of a deleted object is an outdated reference. In drift it is an edit:
    # somebody deleted that object.
    fields = tuple(
        replace(field, cause=Reason.DRIFT, was=field.desired) if vanished(field) else field
        for field in change.fields
        if field.cause in MOVED or vanished(field)
    )
    documents = tuple(document for document in change.documents if document.cause in MOVED)
    if not fields and not documents:
        return None
    return replace(change, reason=Reason.DRIFT, fields=fields, documents=documents)


def vanished(field: FieldChange) -> bool:
    """Return true if the live value of a field is the id of an object that somebody deleted."""
    return isinstance(field.live, RemoteId) and field.live.gone


def _absent(plan: Plan) -> Iterator[Absent]:
    missing = sorted(c.address for c in plan.changes if c.action is Action.CREATE)
    for address in missing:
        yield Absent(address, tuple(sorted(_still_naming(address, plan.changes))))


def _still_naming(address: Address, changes: Iterable[Change]) -> set[Address]:
    """Return the addresses of our live objects that still refer to the deleted object of `address`.

    Somebody deleted that object on the live side.
    """
    return {
        change.address
        for change in changes
        for field in change.fields
        if vanished(field) and field.desired == Reference(address)
    }
