"""Decides which objects of the source a migration deletes when everything lives on the new target.

Source and target may use the same account, and then the same stores and files. An object that the
new target uses is never changed or deleted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from provisioner.engine.references import addresses_of, reached, references
from provisioner.model.address import Address
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired

SHARED = "the other target uses the same object"


@frozen
class KeptObject:
    """An object that stays on the source. `why` is a clause that says why, without a full stop.

    `later` is true if a later run may delete it.
    """

    address: Address
    id: str
    why: str
    later: bool = False


@frozen
class Retirement:
    """The objects that a migration deletes on the source, and those that stay there."""

    changes: tuple[Change, ...] = ()
    stays: tuple[KeptObject, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(change.live.id for change in self.changes if change.live)


def with_references(
    addresses: Iterable[Address], desired: Desired, inside: Mapping[str, str] = {}
) -> frozenset[Address]:
    """Return the addresses, and the addresses of all resources that must move with them.

    A resource must move with another one if that one refers to it, or if its object is inside of
    the other one's object. `inside` maps each kind whose objects are inside of other objects to the
    kind of the outer objects.
    """

    def edges(address: Address) -> Iterator[Address]:
        yield from (a for a in desired[address].references if a in desired)
        for inner, resource in desired.items():
            if inside.get(inner.kind) == address.kind and address in resource.references:
                yield inner

    return frozenset(reached((a for a in addresses if a in desired), edges))


def retirement(
    moved: Collection[Address],
    source: Live,
    target: Live,
    named: Mapping[str, str],
    kinds: Mapping[str, Kind],
    *,
    one_account: bool,
) -> Retirement:
    """Return the deletions on the source, once all addresses in `moved` live on the new target.

    The objects of the moved resources are deleted, and the objects to which only these refer.
    `named` has the ids on the source to which a foreign object, an object of another owner, a
    bystander or a release refers, each with the id of one such referrer.
    """
    candidates = {o.id: o for o in _of(source, _reached(moved, source))}
    # On one account both targets may list one and the same object.
    shared = _ids(target, source)
    # Ids of files on different accounts may be equal by chance, so they are compared only on one
    # account.
    files = _files(target) if one_account or shared else set()
    stays: dict[str, KeptObject] = {}

    def stay(found: RemoteObject, why: str, *, later: bool = False) -> None:
        if found.address and found.id in candidates:
            stays.setdefault(found.id, KeptObject(found.address, found.id, why, later))

    for found in candidates.values():
        if (found.kind, found.id) in shared or found.id in files:
            stay(found, SHARED)
        elif not found.proven:
            stay(found, "only releases say that it is ours, so it is left for gc")
        elif found.retained:
            stay(found, "a kept release refers to it", later=True)
        elif found.id in named and not kinds[found.kind].is_conversational:
            stay(found, f"{named[found.id]} refers to it", later=True)
    for user, used in _uses(source, candidates, stays):
        later = user.id in stays and stays[user.id].later
        stay(used, f"{user.address} stays and refers to it", later=later)
    going = [found for id, found in candidates.items() if id not in stays]
    return Retirement(
        tuple(_delete(found, files) for found in sorted(going, key=_order)),
        tuple(sorted(stays.values(), key=lambda one: (one.address, one.id))),
    )


def stranded(
    retired: Retirement, moved: Collection[Address], kinds: Mapping[str, Kind]
) -> list[Diagnostic]:
    """Return a refusal for each moved assistant that must stay on the source.

    It must stay if another object of ours on the source refers to it, or if both targets share it.
    """
    return [
        Diagnostic(
            codes.CANNOT_LEAVE,
            f"{one.why[:1].upper()}{one.why[1:]} ({one.id}). "
            + (_ONE_PLACE if one.why == SHARED else _SELECT),
            subject=str(one.address),
        )
        for one in retired.stays
        if kinds[one.address.kind].is_conversational and one.address in moved
    ]


_ONE_PLACE = (
    "Both targets lead to the same place, although they are written differently: there is "
    "nothing to migrate."
)
_SELECT = "Select that resource too, or keep this one on both targets: --keep-source."


def used_by_source(changes: Iterable[Change], source: Live) -> list[Diagnostic]:
    """Return a refusal for each deletion on the new target of an object that the source still uses."""
    used = {name for o in source.objects.values() for name in references(o)}
    ids = {o.id for a, o in source.objects.items() if a in used}
    return [
        Diagnostic(
            codes.USED_BY_OTHER_SIDE,
            f"It would be {change.action.word}d. Both targets use the same account, and live "
            f"objects of the source refer to {change.live.id}. Apply to the source first, so that "
            "both agree; then migrate.",
            subject=str(change.address),
        )
        for change in changes
        if change.action.removes and change.live and not change.live.retained
        if change.live.id in ids
    ]


def taken_along(desired: Desired, source: Live, target: Live, markless: Collection[str]) -> Live:
    """Return the live side of a new target that uses the same account as the source.

    Each upload of the source that still has the declared content is added, because the new
    assistant can attach it too. `markless` are the kinds without a mark, as uploads have none. An
    older generation on the new target is retained if the source uses or retains it.
    """
    found = {
        address: object_
        for address, object_ in source.objects.items()
        if address.kind in markless and address in desired and address not in target.objects
        if _holds(object_, desired, address)
    }
    kept = {o.id for o in source.ours if o.retained}
    # An application may still run with the assistants of the source, and so with their stores.
    kept |= {
        name for o in source.objects.values() for name in references(o) if isinstance(name, str)
    }
    surplus = tuple(replace(o, retained=o.retained or o.id in kept) for o in target.surplus)
    return replace(target, objects={**target.objects, **found}, surplus=surplus)


def _holds(found: RemoteObject, desired: Desired, address: Address) -> bool:
    recorded = [document.sha256 for document in found.documents.values()]
    wanted = desired[address].documents.values()
    return len(recorded) == len(wanted) and all(
        document.is_recorded_as(sha256) for document, sha256 in zip(wanted, recorded, strict=True)
    )


def _reached(moved: Iterable[Address], source: Live) -> set[Address]:
    """Return the moved addresses, and all addresses to which their live objects refer, at any distance."""
    by_id = {found.id: found for found in source.ours}

    def edges(address: Address) -> Iterator[Address]:
        for found in _of(source, {address}):
            yield from addresses_of(references(found), by_id)

    return reached(moved, edges)


def _of(live: Live, addresses: Collection[Address]) -> Iterator[RemoteObject]:
    """Yield every object with one of these addresses, duplicates and older generations included."""
    yield from (found for found in live.ours if found.address in addresses)


def _uses(
    source: Live, candidates: Mapping[str, RemoteObject], stays: Mapping[str, KeptObject]
) -> Iterator[tuple[RemoteObject, RemoteObject]]:
    """Yield pairs of an object that stays and a candidate to which this object refers.

    Such a candidate must stay too, so pairs that begin with the candidate are yielded as well.
    """
    by_address: dict[Address, list[RemoteObject]] = {}
    for found in candidates.values():
        if found.address:
            by_address.setdefault(found.address, []).append(found)
    by_id = {found.id: found for found in source.ours}
    waiting = [o for o in source.ours if o.id not in candidates or o.id in stays]
    seen = {o.id for o in waiting}
    while waiting:
        user = waiting.pop()
        named = addresses_of(references(user), by_id)
        for used in (o for address in named for o in by_address.get(address, ())):
            yield user, used
            if used.id not in seen:
                seen.add(used.id)
                waiting.append(used)


def _ids(target: Live, source: Live) -> set[tuple[str, str]]:
    """Return the kind and id of each object that is on both the source and the new target.

    The time of creation must be equal too, because two accounts may use the same id.
    """
    mine = {(o.kind, o.id, o.created_at) for o in target.ours}
    theirs = {(o.kind, o.id, o.created_at) for o in source.ours}
    return {(kind, id) for kind, id, _ in mine & theirs}


def _files(target: Live) -> set[str]:
    """Return the ids of every file that an object of ours uses on the new target."""
    documents = (doc.file_id for o in target.ours for doc in o.documents.values())
    return {
        *documents,
        *(provenance.file_id for o in target.ours for provenance in o.file_provenance),
    }


def _delete(found: RemoteObject, files: Collection[str]) -> Change:
    """Return the deletion of an object. Documents whose files the new target also uses are left out."""
    kept = {path: doc for path, doc in found.documents.items() if doc.file_id not in files}
    surplus = tuple(doc for doc in found.surplus_documents if doc.file_id not in files)
    going = replace(found, documents=kept, surplus_documents=surplus)
    if found.address is None:
        raise ValueError(f"{found.id} carries no mark")
    return Change(found.address, Action.DELETE, Reason.MIGRATED, live=going)


def _order(found: RemoteObject) -> tuple[Address, str]:
    return found.address or Address("", ""), found.id
