"""Sorts the rows of an inventory by their marks into our objects and those of others.

It is pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from provisioner.engine import files
from provisioner.engine.current_objects import current_objects, resolver
from provisioner.engine.detached_files import FileNames
from provisioner.engine.live_objects import (
    as_object,
    as_stranger,
    ids_named,
    with_documents,
)
from provisioner.engine.named_documents import known_by_name
from provisioner.engine.odd import guarded, odd_shape
from provisioner.engine.proof import with_unproven_kept
from provisioner.engine.published import published_before
from provisioner.engine.references import NO_IDS, Known, ids_in
from provisioner.engine.renamed import renamings
from provisioner.engine.retired import with_everything_retained, with_retained
from provisioner.engine.versions import our_version
from provisioner.model.binding import Binding, upload_kind
from provisioner.model.codes import plans as codes
from provisioner.model.codes.servers import NO_SUCH_API
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import changed
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.value import RemoteId, exchanged


def classify(
    inventory: Inventory,
    bindings: Mapping[str, Binding],
    owner: Owner,
    desired: Desired,
    *,
    retire_after: float | None = None,
) -> Live:
    """Sort the objects of an inventory into ours, those of other owners, and those without a mark.

    An object becomes `retained`, so that it is not deleted, if it was replaced less than
    `retire_after` seconds before the inventory was read, or if a kept release refers to it. This
    applies only to kinds whose binding has `retires`, and only if `retire_after` is not None. An
    upload that nothing proves to be ours is always retained.
    """
    known = Known.of(ids_of(inventory))
    found = sorted_out(inventory, bindings, owner, known)
    names = FileNames.of(desired, upload_kind(bindings))
    # A mark may have only a digest of a File's name, so the names are restored before anything
    # reads them.
    found.ours = [files.with_whole_names(object_, names) for object_ in found.ours]
    ours = with_documents(found.ours, inventory, bindings)
    # Renamings come first, because the next steps read addresses from marks and need the new ones.
    renamed = renamings(ours, desired, bindings)
    ours = [renamed.applied(object_) for object_ in ours]
    uploads = inventory.rows.get(names.kind, ())
    file_names = {str(row["id"]): str(row.get("filename", "")) for row in uploads}
    ours = [known_by_name(object_, file_names, inventory, owner, desired) for object_ in ours]
    published = published_before(inventory, bindings, known)
    before = [files.with_whole_names(object_, names) for object_ in published.of(owner)]
    # An older release has the names that the Files had when it was published.
    before = [renamed.applied(object_) for object_ in before]
    ours = [files.with_detached(object_, desired, names, uploads) for object_ in ours]
    # Uploads have no mark. Only our other objects show which uploads are ours, so these objects are
    # found first.
    ours += files.live_files(ours, before, uploads, owner)
    objects, surplus = current_objects(ours, desired, bindings)
    # An id can be replaced by a reference only when one object has been chosen for each address.
    resolve = resolver(objects, surplus, listed_ids(inventory))
    live = Live(
        objects={address: _resolved(one, resolve) for address, one in objects.items()},
        surplus=tuple(_resolved(one, resolve) for one in surplus),
        foreign=tuple(found.foreign),
        elsewhere=tuple(found.elsewhere),
        bystanders=(*found.bystanders, *_bystanders(inventory, known)),
        releases=published.retained,
        file_names=file_names,
        unread=frozenset(inventory.unread),
        diagnostics=(
            *_unread(inventory),
            *found.diagnostics,
            *published.diagnostics,
            *renamed.refusals,
        ),
    )
    if retire_after is not None:
        live = with_retained(live, bindings, published.named, inventory.read_at - retire_after)
        # A missing registry looks like an empty one. Any row, even a tombstone or a release of
        # another owner, proves that the registry is there.
        there = published.objects or not published.has_history
        live = live if there else with_everything_retained(live, bindings)
    if renamed.staying:
        live = replace(live, objects={a: renamed.marked(o) for a, o in live.objects.items()})
    return with_unproven_kept(live, desired)


def _resolved(found: RemoteObject, resolve: Callable[[RemoteId], Any]) -> RemoteObject:
    """Return the object with each known id in its spec replaced by a reference."""
    spec = exchanged(found.spec, RemoteId, resolve)
    return found if spec is found.spec else changed(found, spec=spec)


@dataclass(slots=True)
class Found:
    """The objects of kinds with marks, sorted by owner.

    `ours` have our mark, `elsewhere` have a mark of another owner, and `foreign` have none.
    `bystanders` are rows that no manifest can have made.
    """

    ours: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    elsewhere: list[RemoteObject] = field(default_factory=list)
    bystanders: list[RemoteObject] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def sorted_out(
    inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner, known: Known = NO_IDS
) -> Found:
    """Sort the rows of every kind with marks by owner.

    `known` are the ids that are searched for in each row. Those that are found become `refers_to`
    of the row's object.
    """
    found = Found()
    for kind, row in ((k, row) for k, rows in inventory.rows.items() for row in rows):
        binding = bindings[kind]
        if binding.mark_location is None:
            continue
        rest = inventory.versions.get(str(row["id"]), ())
        read = partial(_read, kind, rest=rest, binding=binding, owner=owner, known=known)
        one, odd = guarded(row, read)
        if odd:
            # The fields that were left out may name objects too.
            one = replace(one, odd=odd, refers_to=ids_named(row, known))
            found.diagnostics.append(odd_shape(str(one.address or kind), one.id, odd))
        # For a row whose mark could be read, `mark_of` has already called `may_be_ours`.
        if (odd or one.mark is None) and not guarded(row, binding.may_be_ours)[0]:
            found.bystanders.append(one)
        elif one.mark is None:
            found.foreign.append(one)
        elif one.mark.owner == owner:
            found.ours.append(one)
        else:
            found.elsewhere.append(one)
    return found


def _read(
    kind: str, row: Row, *, rest: Sequence[Row], binding: Binding, owner: Owner, known: Known
) -> RemoteObject:
    """Return the object of a row. Its spec is read only if the object is ours.

    `rest` are the rows of the object's versions. It is empty if the kind has no versions, or if
    they were not read.
    """
    mark, versions = our_version(row, rest, binding, owner, kind)
    # Somebody has copied the metadata of an object of another kind, together with the mark. Such a
    # mark does not prove that this object is ours.
    if mark is None or mark.address.kind != kind:
        return as_stranger(kind, row, known=known)
    if mark.owner != owner:
        return as_stranger(kind, row, mark, known)
    found = as_object(kind, row, mark, binding, known)
    # A field of an unexpected form may fail only when the spec is completed for a comparison. So it
    # is completed here already, where `guarded` catches the error and finds the field.
    binding.complete(found.spec)
    return replace(found, versions=versions) if versions else found


def with_referrers(live: Live, seen: Inventory) -> Live:
    """Return `live` with the referrers that another inventory contains.

    They are bystanders, and stores of others that contain files of ours.
    """
    # Only a plan that deletes something reads these lists, so `classify` has not seen them.
    ours = {found.id for found in live.ours}
    known = Known.of(ours)

    def holding(one: RemoteObject) -> RemoteObject:
        files = {str(row["id"]) for row in seen.documents.get(one.id) or ()}
        return replace(one, refers_to=one.refers_to | (files & ours)) if files else one

    return replace(
        live,
        foreign=tuple(map(holding, live.foreign)),
        elsewhere=tuple(map(holding, live.elsewhere)),
        bystanders=(*live.bystanders, *_bystanders(seen, known)),
        unread=live.unread | seen.unread.keys(),
        diagnostics=(*live.diagnostics, *_unread(seen)),
    )


def _bystanders(inventory: Inventory, known: Known) -> Iterator[RemoteObject]:
    for name, rows in inventory.bystanders.items():
        for row in rows:
            one, odd = guarded(row, partial(_bystander, name))
            yield replace(one, odd=odd, refers_to=ids_named(row, known))
    for kind, rows in inventory.nameless.items():
        for row in rows:
            yield RemoteObject(kind, "", "", {}, refers_to=ids_in(row, known))


def _bystander(name: str, row: Row) -> RemoteObject:
    metadata = row.get("metadata")
    mark = Mark.from_metadata(metadata) if isinstance(metadata, Mapping) else None
    return as_stranger(name, row, mark)


def _unread(inventory: Inventory) -> Iterator[Diagnostic]:
    """Yield an error for each kind that could not be read, and a warning for rows without an id.

    There is no error if the server does not have the API, because no object can exist there.
    """
    for kind, why in inventory.unread.items():
        if why.code != NO_SUCH_API:
            yield Diagnostic(codes.NOT_READ, f"{why.summary}: {why.detail}", subject=kind)
    for kind, rows in inventory.nameless.items():
        detail = (
            f"The list contains {len(rows)} rows without an id. Whatever they refer to counts as "
            "in use."
        )
        yield Diagnostic(codes.ODD_SHAPE, detail, subject=kind)


def listed_ids(inventory: Inventory) -> dict[str, set[str]]:
    """Return the ids of the objects of each kind that was listed, an empty set for an empty list."""
    return {
        kind: {str(row["id"]) for row in rows}
        for kind, rows in inventory.rows.items()
        if kind not in inventory.unread
    }


def ids_of(inventory: Inventory) -> set[str]:
    """Return the ids of everything that was read: objects, and files in stores."""
    ids = {str(row["id"]) for rows in inventory.rows.values() for row in rows}
    return ids | {str(row["id"]) for rows in inventory.documents.values() for row in rows or ()}
