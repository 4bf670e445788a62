"""Both sides of one object, unit by unit: what the plan is made of, and what `show` prints."""

from provisioner.engine.rollback import judged
from provisioner.engine.undeclared import Sides
from provisioner.engine.units import Unit, aligned, compared
from provisioner.engine.unshown import redated
from provisioner.model.kind import Form, Kind
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource


def units_of(
    resource: Resource, found: RemoteObject, kind: Kind, form: Form, owner: Owner
) -> list[Unit]:
    """Every unit that the manifest sets, or set when it was last applied."""
    sides = sides_of(resource, found, kind, form, owner)
    units = judged(compared(sides.desired, sides.live, kind, form, sides.mark), found)
    return redated(units, resource, found, kind, form)


def sides_of(
    resource: Resource, found: RemoteObject, kind: Kind, form: Form, owner: Owner
) -> Sides:
    """Both complete specs, with the mark of the live object; an empty one where it was wiped."""
    return Sides(
        form.complete(resource.spec),
        form.complete(aligned(found.spec, resource.spec)),
        kind,
        form,
        found.mark or Mark(owner, resource.address, intact=False),
    )
