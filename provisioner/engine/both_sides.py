"""Pairs the desired and the live side of one object, field by field.

The plan is made from these pairs, and `show` prints them, so both always agree.
"""

from provisioner.engine.rollback import judged
from provisioner.engine.tracked_fields import TrackedField, aligned, compared
from provisioner.engine.undeclared import ComparedObject
from provisioner.engine.unshown import redated
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource


def tracked_fields_of(
    resource: Resource, found: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> list[TrackedField]:
    """Return each tracked field that the manifest sets now, or that it set at the last apply."""
    sides = compared_object(resource, found, kind, binding, owner)
    tracked_fields = judged(compared(sides.desired, sides.live, kind, binding, sides.mark), found)
    return redated(tracked_fields, resource, found, kind, binding)


def compared_object(
    resource: Resource, found: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> ComparedObject:
    """Return both complete specs and the mark of the live object.

    The mark is empty where somebody has removed it from the object.
    """
    return ComparedObject(
        binding.complete(resource.spec),
        binding.complete(aligned(found.spec, resource.spec)),
        kind,
        binding,
        found.mark or Mark(owner, resource.address, intact=False),
    )
