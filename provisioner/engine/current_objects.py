"""Chooses the current object of an address at which we have several live objects.

That happens after a replace that was interrupted, after a create whose answer was lost, and if
somebody copied an object together with its mark.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.documents import is_filled
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired, Document
from provisioner.model.value import Reference, RemoteId


def current_objects(
    ours: Iterable[RemoteObject], desired: Desired, bindings: Mapping[str, Binding]
) -> tuple[dict[Address, RemoteObject], list[RemoteObject]]:
    """Return the current object of each address, and all other objects.

    The newest complete generation is current. Within one generation the oldest object is current.

    For a File, an upload with the desired content is preferred, even if only older releases refer
    to it. Among several, an upload that is in use is preferred, and then the newest one: an
    interrupted apply was changing to it.
    """
    by_address: dict[Address, list[RemoteObject]] = {}
    for object_ in ours:
        if object_.address:
            by_address.setdefault(object_.address, []).append(object_)
    objects, surplus = {}, []
    for address, candidates in by_address.items():
        wanted = [*desired[address].documents.values()] if address in desired else []
        best, *rest = sorted(candidates, key=_ranking(wanted, bindings[address.kind]), reverse=True)
        objects[address] = best
        surplus += rest
    return objects, surplus


def _ranking(
    wanted: Collection[Document], binding: Binding
) -> Callable[[RemoteObject], tuple[bool, int, float, str]]:
    """Return a sort key for the objects of one address. The current object has the highest key.

    `wanted` are the documents that the manifest declares: one for a File.
    """

    def rank(candidate: RemoteObject) -> tuple[bool, int, float, str]:
        # Sorting is by the highest key, so a negative age puts the oldest object first.
        mark, age = candidate.mark, -candidate.created_at
        good = not candidate.expired and (binding.documents is None or is_filled(mark))
        if binding.is_upload:
            recorded = [document.sha256 for document in candidate.documents.values()]
            good = any(each.is_recorded_as(sha256) for each in wanted for sha256 in recorded)
            age = candidate.created_at
        # To an upload with `former` only older releases refer.
        in_use = mark.generation if mark and not candidate.former else 0
        # The id decides between equal objects, so that every run chooses the same one.
        return good, in_use, age, candidate.id

    return rank


def resolver(
    objects: Mapping[Address, RemoteObject],
    surplus: Iterable[RemoteObject],
    listed: Mapping[str, Collection[str]],
) -> Callable[[RemoteId], Any]:
    """Return a function that replaces a RemoteId in a live spec by what is known about it.

    The id of a current object of ours becomes a Reference. Any other id stays a RemoteId. The id of
    an older object of ours gets the `address` of that object. `gone` is set on an id of no object
    of ours if its kind was listed and the list does not contain it.
    """
    current_objects = {found.id: address for address, found in objects.items()}
    # An id of these is outdated, but it still shows which address was meant.
    older = {found.id: found.address for found in surplus}

    def resolve(leaf: RemoteId) -> Any:
        if leaf.id in current_objects:
            return Reference(current_objects[leaf.id])
        if leaf.id in older:
            return replace(leaf, address=older[leaf.id])
        return replace(leaf, gone=leaf.id not in listed.get(leaf.kind, {leaf.id}))

    return resolve
