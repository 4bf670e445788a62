"""Inventory -> Live: what of everything that was read is ours, and what its marks say. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    is_expired,
    with_documents,
)
from provisioner.engine.marks import FILES
from provisioner.engine.named_documents import known_by_name
from provisioner.engine.odd import FAILURES, guarded, odd_shape
from provisioner.engine.proof import with_unproven_kept
from provisioner.engine.published import published_before
from provisioner.engine.references import NO_IDS, Known
from provisioner.engine.renamed import renamings
from provisioner.engine.retired import with_everything_retained, with_retained
from provisioner.engine.versions import our_version
from provisioner.model.address import Address
from provisioner.model.binding import Binding, upload_kind
from provisioner.model.codes import plans as codes
from provisioner.model.codes.servers import NO_SUCH_API
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
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
    """Sort what was read into ours, somebody else's and nobody's.

    What was replaced within `retire_after` seconds before the inventory was read, or is named by a
    release that is retained, is marked as retained where its binding says so; nothing is where
    `retire_after` is None. An upload that nothing proves to be ours is retained in any case.
    """
    known = Known.of(ids_of(inventory))
    found = sorted_out(inventory, bindings, owner, known)
    names = FileNames.of(desired, upload_kind(bindings))
    found.ours = [files.with_whole_names(object_, names) for object_ in found.ours]
    ours = with_documents(found.ours, inventory, bindings)
    # Renamed first: what follows asks marks for addresses, and those have to be the new ones.
    renamed = renamings(ours, desired, bindings)
    ours = [renamed.applied(object_) for object_ in ours]
    uploads = inventory.rows.get(names.kind, ())
    file_names = {str(row["id"]): str(row.get("filename", "")) for row in uploads}
    ours = [known_by_name(object_, file_names, inventory, owner, desired) for object_ in ours]
    published = published_before(inventory, bindings, known)
    before = [files.with_whole_names(object_, names) for object_ in published.of(owner)]
    # Releases speak for files in the names of their day.
    before = [renamed.applied(object_) for object_ in before]
    ours = [files.with_detached(object_, desired, names, uploads) for object_ in ours]
    # Uploads carry no mark: they are ours by the word of objects that are ours, so they come last.
    ours += files.live_files(ours, before, uploads, owner)
    objects, surplus = current_objects(ours, desired, bindings)
    # Ids turn into references only now: which object stands for an address had to be chosen first.
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
        # Any row of a history shows that the registry is there, even a tombstone or a stranger's.
        there = published.objects or not published.kept
        live = live if there else with_everything_retained(live, bindings)
    if renamed.staying:
        live = replace(live, objects={a: renamed.marked(o) for a, o in live.objects.items()})
    return with_unproven_kept(live, desired)


def _resolved(found: RemoteObject, resolve: Callable[[RemoteId], Any]) -> RemoteObject:
    """Return the object with what the ids in its spec mean in their place."""
    spec = exchanged(found.spec, RemoteId, resolve)
    return found if spec is found.spec else replace(found, spec=spec)


@dataclass(slots=True)
class Found:
    """Objects that carry a mark or could, by whose they are."""

    ours: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    elsewhere: list[RemoteObject] = field(default_factory=list)
    bystanders: list[RemoteObject] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def sorted_out(
    inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner, known: Known = NO_IDS
) -> Found:
    """Sort the rows of every kind that carries a mark by whose they are.

    `known` are the ids of which each is to say whether it refers to them.
    """
    found = Found()
    for kind, row in ((k, row) for k, rows in inventory.rows.items() for row in rows):
        binding = bindings[kind]
        if binding.mark_location is None:
            continue
        rest = inventory.versions.get(str(row["id"]), ())
        one, odd = guarded(row, partial(_read, kind, rest=rest, binding=binding, owner=owner))
        one = replace(one, odd=odd, refers_to=ids_named(row, known))
        if odd:
            found.diagnostics.append(odd_shape(str(one.address or kind), one.id, odd))
        # `mark_of` has asked `may_be_ours` already where a mark was found.
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
    kind: str, row: Row, *, rest: Sequence[Row], binding: Binding, owner: Owner
) -> RemoteObject:
    """Return a row as an object of ours in its normal form, or as a stranger.

    `rest` are the rows of its versions, where its kind has any and they were read.
    """
    mark, versions = our_version(row, rest, binding, owner, kind)
    # A mark of another kind was copied here with other metadata, so it proves nothing.
    if mark is None or mark.address.kind != kind:
        return as_stranger(kind, row)
    if mark.owner != owner:
        return as_stranger(kind, row, mark)
    found = as_object(kind, row, mark, binding)
    # A spec that cannot be completed cannot be compared: let `guarded` find the field at fault.
    binding.complete(found.spec)
    return replace(found, versions=versions) if versions else found


def with_referrers(live: Live, seen: Inventory) -> Live:
    """Return `live` with the referrers that another inventory shows.

    That are bystanders, and stores of others with the files that were found in them.
    """
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
            one, odd = guarded(row, partial(as_stranger, name))
            yield replace(one, odd=odd, refers_to=ids_named(row, known))


def _unread(inventory: Inventory) -> Iterator[Diagnostic]:
    """Yield an error for each kind that could not be read.

    Of an API that a server does not have there is nothing to say.
    """
    for kind, why in inventory.unread.items():
        if why.code != NO_SUCH_API:
            yield Diagnostic(codes.NOT_READ, f"{why.summary}: {why.detail}", subject=kind)


def listed_ids(inventory: Inventory) -> dict[str, set[str]]:
    """The ids of each kind that was listed, whether or not anything was found."""
    return {
        kind: {str(row["id"]) for row in rows}
        for kind, rows in inventory.rows.items()
        if kind not in inventory.unread
    }


def ids_of(inventory: Inventory) -> set[str]:
    """Return the ids of everything that was seen, objects and files of stores alike."""
    ids = {str(row["id"]) for rows in inventory.rows.values() for row in rows}
    return ids | {str(row["id"]) for rows in inventory.documents.values() for row in rows or ()}


def parents_of(rows: Iterable[Row], binding: Binding, owner: Owner) -> list[str]:
    """Return the ids of our objects, for others lie inside of them."""
    return [str(row["id"]) for row, _ in _of_owner(rows, binding, owner)]


def holders_of(rows: Iterable[Row], binding: Binding, owner: Owner, desired: Desired) -> list[str]:
    """Return the ids of our objects whose documents have to be read.

    An expired one holds nothing any more. One that says itself that it is empty is asked only where
    a manifest wants documents in it: some servers count late.
    """
    wanted = {a for own, r in desired.items() if r.documents for a in (own, *r.formerly)}
    return [
        str(row["id"])
        for row, address in _of_owner(rows, binding, owner)
        if not is_expired(row)
        if address in wanted or not (binding.documents and binding.documents.is_empty(row))
    ]


def _of_owner(rows: Iterable[Row], binding: Binding, owner: Owner) -> Iterator[tuple[Row, Address]]:
    for row in rows:
        mark = binding.mark_of(row)
        if mark is not None and mark.owner == owner:
            yield row, mark.address


def speaks_of_files(inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner) -> bool:
    """Returns true where the list of files is needed.

    Something of ours says of a file that it is the content of a File, or a store of ours holds one
    that carries no attributes of ours: its name may say whose it is. The first is said in marks, so
    only objects whose mark speaks of files are read for it, and those that hold documents.
    """
    return any(
        found.foreign_documents or found.file_provenance
        for found in _speakers(inventory, bindings, owner)
    )


def _speakers(
    inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner
) -> Iterator[RemoteObject]:
    speaking = replace(
        inventory,
        rows={
            kind: tuple(row for row in rows if _may_speak(row, bindings[kind]))
            for kind, rows in inventory.rows.items()
        },
    )
    yield from with_documents(sorted_out(speaking, bindings, owner).ours, inventory, bindings)
    yield from published_before(inventory, bindings).of(owner)


def _may_speak(row: Row, binding: Binding) -> bool:
    """Returns true for an object that holds documents, or whose mark speaks of files."""
    if binding.documents:
        return True
    try:
        mark = binding.mark_of(row)
    except FAILURES:
        return True  # whoever reads it leaves out what is at fault
    return mark is not None and FILES in mark.settings
