"""Pairs the desired and the live side of one object, field by field.

The plan is made from these pairs, and `show` prints them, so both always agree.
"""

from provisioner.engine.rollback import judged
from provisioner.engine.tracked_fields import TrackedField, aligned, compared
from provisioner.engine.undeclared import ComparedObject
from provisioner.engine.unshown import changed_since, redated
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import Mark, Owner
from provisioner.model.plan import UNSET
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import RemoteId, Spec, has_leaf, is_identical


def tracked_fields_of(
    resource: Resource, found: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> list[TrackedField]:
    """Return each tracked field that the manifest sets now, or that it set at the last apply."""
    sides = compared_object(resource, found, kind, binding, owner)
    return _tracked_fields(sides, resource, found)


def differing_fields_of(
    resource: Resource, found: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> list[TrackedField]:
    """Return the tracked fields of an object that may have a cause.

    The result is empty for an object of which `is_unchanged` is true, and has every tracked field of
    any other object. Most objects of most plans are unchanged.
    """
    # `ignore_changes` copies live values into the desired side. An id in one of them is equal on both
    # sides, and may be out of date all the same.
    if resource.lifecycle.ignore_changes and has_leaf(found.spec, RemoteId):
        return tracked_fields_of(resource, found, kind, binding, owner)
    sides = _compared_object(resource, found, kind, binding, owner, live=found.spec)
    if is_unchanged(sides, found):
        return []
    # An id of a vanished or older object has to be matched with the manifest's reference first.
    if has_leaf(found.spec, RemoteId):
        return tracked_fields_of(resource, found, kind, binding, owner)
    return _tracked_fields(sides, resource, found)


def is_unchanged(sides: ComparedObject, found: RemoteObject) -> bool:
    """Return true if certainly no tracked field of an object has a cause.

    It is true where each tracked field has equal values on both sides, and no value is one that the
    server does not show. An id of a vanished or older object is equal to no reference. If the result
    is false, the fields may still have no cause.
    """
    kind, fields, mark = sides.kind, sides.binding.fields, sides.mark
    if kind.secrets or not fields.not_echoed.isdisjoint(kind.split):
        return False
    if not sides.binding.versions and changed_since(found):
        return False
    for name in {*sides.desired, *sides.live, *fields.defaults, *fields.per_run}:
        default = fields.defaults.get(name, UNSET)
        wanted, have = sides.desired.get(name, default), sides.live.get(name, default)
        if wanted is have or is_identical(wanted, have):
            continue
        if name in kind.split or name in sides.desired or mark.of(name) is not None:
            return False
    hidden = fields.not_echoed - sides.live.keys()
    return not any(name in sides.desired or mark.of(name) is not None for name in hidden)


def compared_object(
    resource: Resource, found: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> ComparedObject:
    """Return both complete specs and the mark of the live object.

    The mark is empty where somebody has removed it from the object.
    """
    live = aligned(found.spec, resource.spec)
    return _compared_object(resource, found, kind, binding, owner, live=live)


def _compared_object(
    resource: Resource,
    found: RemoteObject,
    kind: Kind,
    binding: Binding,
    owner: Owner,
    *,
    live: Spec,
) -> ComparedObject:
    return ComparedObject(
        binding.complete(resource.spec),
        binding.complete(live),
        kind,
        binding,
        found.mark or Mark(owner, resource.address, intact=False),
    )


def _tracked_fields(
    sides: ComparedObject, resource: Resource, found: RemoteObject
) -> list[TrackedField]:
    kind, binding = sides.kind, sides.binding
    tracked_fields = judged(compared(sides.desired, sides.live, kind, binding, sides.mark), found)
    return redated(tracked_fields, resource, found, kind, binding)
