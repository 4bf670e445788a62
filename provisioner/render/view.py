"""Make the View of a plan, which is all that renderers of plans get.

In a View the secrets on every side of every field are masked. Whole specs, marks and contents,
which no renderer needs, are removed. So a new format cannot forget to mask a secret.
"""

from collections.abc import Mapping
from dataclasses import field, fields, replace

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import Change, FieldChange, Plan, Undeclared
from provisioner.model.remote import RemoteObject
from provisioner.render.costs import costs_of
from provisioner.render.masking import without_credentials, without_secrets


@frozen
class View(Plan):
    """A plan without secrets, in a fixed order. Only `view_of` makes it.

    `made` are the changes that create a new object, by address, because references to it have no id
    yet. `costs` are the lines about cost that are shown at each change, by address.
    """

    made: Mapping[Address, Change] = field(default_factory=dict, compare=False)
    costs: Mapping[Address, tuple[str, ...]] = field(default_factory=dict, compare=False)


def view_of(plan: Plan) -> View:
    """Return the view of a plan. A view is returned as it is."""
    if isinstance(plan, View):
        return plan
    # By the fields of Plan, so that a field that is added to it cannot be forgotten here.
    values = {one.name: getattr(plan, one.name) for one in fields(Plan)}
    changes = tuple(map(_change, plan.changes))
    values |= {
        "changes": changes,
        "made": {change.address: change for change in changes if change.action.makes},
        "costs": costs_of(plan.risks),
        "dropped": dict(sorted(plan.dropped.items())),
        "undeclared": tuple(map(view_of_undeclared, plan.undeclared)),
    }
    return View(**values)


def view_of_change(change: Change) -> Change:
    """Return a change as it may be shown: without secrets, whole specs and marks."""
    return _change(change)


def view_of_field(change: FieldChange) -> FieldChange:
    """Return a field as it may be shown: without a secret on any side."""
    return without_secrets(change)


def view_of_undeclared(value: Undeclared) -> Undeclared:
    """Return an undeclared value as it may be shown: without possible credentials."""
    live, was = (without_credentials(side) for side in (value.live, value.was))
    return replace(value, live=live, was=was)


def _change(change: Change) -> Change:
    """Return a change without secrets, with its documents sorted by path and file id."""
    return replace(
        change,
        fields=tuple(map(view_of_field, change.fields)),
        documents=tuple(sorted(change.documents, key=lambda one: (one.path, one.file_id))),
        # The rest of a resource or object, its spec for example, may contain secrets.
        desired=change.desired.referring_to(change.desired.references) if change.desired else None,
        live=_there(change.live) if change.live else None,
        exact=None,
    )


def _there(found: RemoteObject) -> RemoteObject:
    """Return a live object reduced to its id, its name and its release."""
    return RemoteObject(found.kind, found.id, found.name, {}, published=found.published)
