"""Plan -> View: the plan as it may be shown, which is the only thing that renderers of plans get.

Secrets are replaced on every side of a field, once and for all formats, and what no renderer needs
(whole specs, marks, contents) is not there. So a new format cannot forget to mask anything.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from provisioner.model.plan import NOT_KNOWN, UNSET, Change, FieldChange, Plan
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.render.values import MASK, sides


@dataclass(frozen=True, slots=True)
class View(Plan):
    """A plan without secrets, in a fixed order. Made by `view_of` alone."""


def view_of(plan: Plan) -> View:
    """The view of a plan; of a view, the same again."""
    values = {field.name: getattr(plan, field.name) for field in fields(Plan)}
    values |= {
        "changes": tuple(map(_change, plan.changes)),
        "dropped": dict(sorted(plan.dropped.items())),
    }
    return View(**values)


def _change(change: Change) -> Change:
    return replace(
        change,
        fields=tuple(map(_field, change.fields)),
        documents=tuple(sorted(change.documents, key=lambda one: (one.path, one.file_id))),
        desired=_declared(change.desired) if change.desired else None,
        live=_there(change.live) if change.live else None,
        exact=None,
    )


def _field(change: FieldChange) -> FieldChange:
    live, desired = sides(change)
    hidden = MASK in (live, desired) or change.sensitive
    return replace(
        change,
        live=live,
        desired=desired,
        was=_masked(change.was) if hidden else change.was,
        sensitive=hidden,
    )


def _masked(value: Any) -> Any:
    return value if value is UNSET or value is NOT_KNOWN else MASK


def _declared(resource: Resource) -> Resource:
    return replace(resource, spec={}, documents={})


def _there(found: RemoteObject) -> RemoteObject:
    """Of a live object, which one it is: its id, its name, and the number of its release."""
    return RemoteObject(found.kind, found.id, found.name, {}, published=found.published)
