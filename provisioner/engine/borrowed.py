"""Reads borrowed objects: objects of others to which manifests refer by id.

They are never changed.
"""

from collections.abc import Mapping
from dataclasses import replace

from provisioner.engine.classify import listed_ids
from provisioner.engine.live_objects import as_stranger
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import names as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.value import RemoteId, leaves


def with_borrowed(
    live: Live,
    borrowed: Desired,
    inventory: Inventory,
    bindings: Mapping[str, Binding],
    owner: Owner,
) -> Live:
    """Return `live` with the borrowed objects that exist, and an error for each that does not.

    It is also an error to borrow an object that this Stack manages. There is no error for objects
    of a kind that could not be listed, because they may exist.
    """
    objects: dict[Address, RemoteObject] = {}
    problems: list[Diagnostic] = []
    for address, resource in borrowed.items():
        if address.kind not in inventory.rows or address.kind in inventory.unread:
            continue
        id = str(resource.spec["id"])
        row = next((r for r in inventory.rows[address.kind] if str(r["id"]) == id), None)
        if row is None:
            detail = (
                f"{id} does not exist on this target. Write another id, or remove the manifest."
            )
            problems.append(
                Diagnostic(codes.BORROWED_GONE, detail, resource.origin, subject=str(address))
            )
            continue
        mark = bindings[address.kind].mark_of(row)
        # No manifest would declare it any more, so the plan would delete it as an orphan.
        if mark is not None and mark.owner == owner:
            problems.append(_managed(resource, id, mark.address))
        objects[address] = as_stranger(address.kind, row, mark)
    # They are not among `live.objects`, so no rule about our objects can change or delete them.
    return replace(live, borrowed=objects, diagnostics=(*live.diagnostics, *problems))


def gone(desired: Desired, inventory: Inventory) -> list[Diagnostic]:
    """Return an error for each borrowed id in the specs that no longer exists on the target.

    There is no error for objects of a kind that could not be listed, because they may exist.
    """
    listed = listed_ids(inventory)
    return [
        Diagnostic(
            codes.BORROWED_GONE,
            f"It refers to {leaf.id}, which no longer exists on this target. Nothing was changed. "
            "Plan again.",
            resource.origin,
            subject=str(address),
        )
        for address, resource in desired.items()
        for leaf in sorted(leaves(resource.spec, RemoteId), key=str)
        if leaf.id not in listed.get(leaf.kind, {leaf.id})
    ]


def _managed(resource: Resource, id: str, address: Address) -> Diagnostic:
    detail = (
        f"{id} is {address} of this stack, which cannot borrow its own objects. Refer to "
        f"{address.name} by its name, or declare it as before."
    )
    return Diagnostic(
        codes.BORROWED_IS_OURS, detail, resource.origin, subject=str(resource.address)
    )
