"""Objects of ours whose mark was wiped, known again by what they are."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from provisioner.engine.rows import as_object
from provisioner.engine.units import alike
from provisioner.model.inventory import Inventory
from provisioner.model.kind import Form
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.value import Reference, RemoteId, walk

if TYPE_CHECKING:
    from provisioner.engine.classify import Found

STORE = "vector_store"
ALIKE = 4
"""Fields, the name among them, that must be as declared for one that is not to be forgiven."""


def recognised(
    found: "Found",
    inventory: Inventory,
    forms: Mapping[str, Form],
    owner: Owner,
    desired: Desired,
) -> "Found":
    """Take back objects whose mark was wiped.

    An unmarked object that has the name of a resource which is nowhere else, and every field of it
    as the manifest says, but for one perhaps, is that resource: its metadata was replaced. It
    stands under its address with no mark, which the diff shows as drift. Anything less alike stays
    foreign. A store has too few fields to be known by: its documents have to say whose it is, and
    of what others lie inside of, those.
    """
    held = {object_.address for object_ in found.ours}
    lost = {
        (address.kind, str(resource.spec.get("name"))): resource
        for address, resource in desired.items()
        if address not in held and address.kind in forms and _has_metadata(forms[address.kind])
    }
    if not lost:
        return found
    # An assistant is known again by the store that it refers to, a credential by its vault.
    first = {STORE, *(form.parent for form in forms.values())}
    for foreign in sorted(found.foreign, key=lambda object_: object_.kind not in first):
        resource = lost.get((foreign.kind, foreign.name))
        if resource is None:
            continue
        form = forms[foreign.kind]
        twin = as_object(foreign.kind, found.rows[foreign.id], None, form)
        is_ours = _holds(twin, resource, inventory, form) and _contains(twin, forms, found.ours)
        if _is_twin(twin, resource, form, found.ours) and is_ours:
            placeholder = Mark(owner, resource.address, intact=False)
            found.ours.append(replace(twin, mark=placeholder))
            found.foreign.remove(foreign)
            del lost[foreign.kind, foreign.name]
    return found


def _is_twin(
    twin: RemoteObject, resource: Resource, form: Form, ours: Iterable[RemoteObject]
) -> bool:
    ids = {o.id: Reference(o.address) for o in ours if o.address}
    claimed = {claim.file_id: claim.address for o in ours for claim in o.claims}

    def named(leaf: Any) -> Any:
        if isinstance(leaf, RemoteId):
            address = claimed.get(leaf.id)
            return Reference(address) if address else ids.get(leaf.id, leaf)
        return leaf

    mine, theirs = form.complete(resource.spec), form.complete(walk(twin.spec, named))
    fields = set(mine) - form.per_run - form.unread - {"metadata"}
    met = [
        alike(_comparable(mine[name]), _comparable(theirs.get(name, form.defaults.get(name))))
        for name in fields
    ]
    return all(met) or (met.count(False) == 1 and met.count(True) >= ALIKE)


def _holds(twin: RemoteObject, resource: Resource, inventory: Inventory, form: Form) -> bool:
    """Whether a store holds a document of the resource, with our word on it."""
    if form.documents is None:
        return True
    read = map(form.documents.from_wire, inventory.documents.get(twin.id) or ())
    return any(document and document.path in resource.documents for document in read)


def _contains(twin: RemoteObject, forms: Mapping[str, Form], ours: Iterable[RemoteObject]) -> bool:
    """Whether an object that others lie inside of has one of ours in it."""
    if all(form.parent != twin.kind for form in forms.values()):
        return True
    return any(object_.parent == twin.id for object_ in ours)


def _comparable(value: Any) -> Any:
    """A value without the attached files: what they are was said by the mark that is gone."""
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items() if key != "files"}
    return value


def _has_metadata(form: Form) -> bool:
    return form.carrier is not None and form.carrier.in_metadata
