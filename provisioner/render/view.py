"""Make a View of a plan. Renderers of plans get only the View.

In a View the secrets are masked on every side of a field, for all formats alike. Parts that no
renderer needs (whole specs, marks, contents) are removed. So a new format cannot forget to mask a
secret.
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
    """A plan without secrets, in a fixed order. Made by `view_of` alone.

    `made` are its changes that make a new object, by address: what refers to one asks for it. `costs`
    are the lines about cost that stand at a change, by address.
    """

    made: Mapping[Address, Change] = field(default_factory=dict, compare=False)
    costs: Mapping[Address, tuple[str, ...]] = field(default_factory=dict, compare=False)


def view_of(plan: Plan) -> View:
    """Return the view of a plan. A view is returned as it is."""
    if isinstance(plan, View):
        return plan
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
    """Return one change as it may be shown: no secret, and neither whole specs nor marks."""
    return _change(change)


def view_of_field(change: FieldChange) -> FieldChange:
    """Return one field as it may be shown: no secret on any side of it."""
    return without_secrets(change)


def view_of_undeclared(value: Undeclared) -> Undeclared:
    """Return an undeclared value as it may be shown, without what may be a credential."""
    live, was = (without_credentials(side) for side in (value.live, value.was))
    return replace(value, live=live, was=was)


def _change(change: Change) -> Change:
    return replace(
        change,
        fields=tuple(map(view_of_field, change.fields)),
        documents=tuple(sorted(change.documents, key=lambda one: (one.path, one.file_id))),
        desired=change.desired.referring_to(change.desired.references) if change.desired else None,
        live=_there(change.live) if change.live else None,
        exact=None,
    )


def _there(found: RemoteObject) -> RemoteObject:
    """Return a live object with no more than its id, its name, and the number of its release."""
    return RemoteObject(found.kind, found.id, found.name, {}, published=found.published)
