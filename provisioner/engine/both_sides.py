"""Pairs the desired and the live value of each field of one object.

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
    """Return the tracked fields of an object, if any of them may differ.

    The result is empty if the object is certainly unchanged, as most objects of most plans are.
    Else it contains every tracked field.
    """
    # `ignore_changes` copies live values into the desired side. If such a value contains an id of
    # an older object, both sides are equal although the id must be updated.
    if resource.lifecycle.ignore_changes and has_leaf(found.spec, RemoteId):
        return tracked_fields_of(resource, found, kind, binding, owner)
    sides = _compared_object(resource, found, kind, binding, owner, live=found.spec)
    if is_unchanged(sides, found):
        return []
    # The id of an older or deleted object must be matched with the manifest's reference first.
    if has_leaf(found.spec, RemoteId):
        return tracked_fields_of(resource, found, kind, binding, owner)
    return _tracked_fields(sides, resource, found)


def is_unchanged(sides: ComparedObject, found: RemoteObject) -> bool:
    """Return true if certainly no tracked field of an object has changed.

    That is so if each tracked field has equal values on both sides, and the server returns all of
    them. The id of an older or deleted object equals no reference. If the result is false, the
    fields may still be unchanged.
    """
    kind, fields, mark = sides.kind, sides.binding.fields, sides.mark
    # The values of secrets are not returned, so equal sides prove nothing for them.
    if kind.secrets or not fields.not_echoed.isdisjoint(kind.split):
        return False
    # With a later time of change, values that the server does not return may have changed.
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

    If somebody has removed the mark, an empty one that is not `intact` takes its place.
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
