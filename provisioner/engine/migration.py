"""Which objects may go once what they stand for lives on another target, and what must stay.

Two targets may well reach one account: then a store has one object for both, and what serves the
new side is never touched. Pure, like everything here.
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

SHARED = "the other target uses this very object"


@frozen
class Stays:
    """An object that could have gone, and why it does not. `later`: a later run may delete it."""

    address: Address
    id: str
    why: str
    later: bool = False


@frozen
class Retirement:
    """What a move deletes where it came from, and what of it stays there."""

    changes: tuple[Change, ...] = ()
    stays: tuple[Stays, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(change.live.id for change in self.changes if change.live)


def with_references(
    addresses: Iterable[Address], desired: Desired, inside: Mapping[str, str] = {}
) -> frozenset[Address]:
    """The addresses, and everything that they refer to or that lies inside of them, however far.

    `inside` are the kinds whose objects lie inside of another, and of which.
    """

    def edges(address: Address) -> Iterator[Address]:
        yield from (a for a in desired[address].references if a in desired)
        for inner, resource in desired.items():
            if inside.get(inner.kind) == address.kind and address in resource.references:
                yield inner

    return frozenset(reached((a for a in addresses if a in desired), edges))


def retirement(
    moved: Collection[Address],
    there: Live,
    here: Live,
    named: Mapping[str, str],
    kinds: Mapping[str, Kind],
    *,
    one_account: bool,
) -> Retirement:
    """What of `there` goes once all of `moved` lives `here`.

    That is the moved resources and what only they referred to. `named` are ids that something
    there goes on to use though it is not ours, or is kept for a while, and what that is.
    """
    candidates = {o.id: o for o in _of(there, _reached(moved, there))}
    shared = _ids(here, there)
    files = _files(here) if one_account or shared else set()
    stays: dict[str, Stays] = {}

    def stay(found: RemoteObject, why: str, *, later: bool = False) -> None:
        if found.address and found.id in candidates:
            stays.setdefault(found.id, Stays(found.address, found.id, why, later))

    for found in candidates.values():
        if (found.kind, found.id) in shared or found.id in files:
            stay(found, SHARED)
        elif not found.proven:
            stay(found, "only releases say that it is ours, so it is left for gc")
        elif found.retained:
            stay(found, "a release that is kept names it", later=True)
        elif found.id in named and not kinds[found.kind].is_conversational:
            stay(found, f"{named[found.id]} names it", later=True)
    for user, used in _uses(there, candidates, stays):
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
    """Moved assistants that cannot go, because something of ours that is not moved needs them."""
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


_ONE_PLACE = "However they are spelled, both targets lead to one place: there is nothing to move."
_SELECT = "Select that as well, or let this one live on both sides: --keep-source."


def trespasses(changes: Iterable[Change], there: Live) -> list[Diagnostic]:
    """Changes that would take away what the side that is left still needs, before it is left."""
    used = {name for o in there.objects.values() for name in references(o)}
    ids = {o.id for a, o in there.objects.items() if a in used}
    return [
        Diagnostic(
            codes.USED_BY_OTHER_SIDE,
            f"It would be {change.action.word}d. Both targets reach one account, and live objects of the other one refer to "
            f"{change.live.id}. Apply there first, so that both say the same; then move.",
            subject=str(change.address),
        )
        for change in changes
        if change.action.removes and change.live and not change.live.retained
        if change.live.id in ids
    ]


def taken_along(desired: Desired, there: Live, here: Live, markless: Collection[str]) -> Live:
    """`here` on one account with `there`: with what only the other side can tell of it.

    A file that an assistant attached there serves the next one as well, if it still holds what is
    declared; `markless` are the kinds that carry no mark. An older generation that is in use or
    kept there is not to be deleted from here.
    """
    found = {
        address: object_
        for address, object_ in there.objects.items()
        if address.kind in markless and address in desired and address not in here.objects
        if _holds(object_, desired, address)
    }
    kept = {o.id for o in there.ours if o.retained}
    kept |= {
        name for o in there.objects.values() for name in references(o) if isinstance(name, str)
    }
    surplus = tuple(replace(o, retained=o.retained or o.id in kept) for o in here.surplus)
    return replace(here, objects={**here.objects, **found}, surplus=surplus)


def _holds(found: RemoteObject, desired: Desired, address: Address) -> bool:
    recorded = [document.sha256 for document in found.documents.values()]
    wanted = desired[address].documents.values()
    return len(recorded) == len(wanted) and all(
        document.is_recorded_as(sha256) for document, sha256 in zip(wanted, recorded, strict=True)
    )


def _reached(moved: Iterable[Address], there: Live) -> set[Address]:
    """The moved addresses, and those that their live objects refer to, however far."""
    by_id = {found.id: found for found in there.ours}

    def edges(address: Address) -> Iterator[Address]:
        for found in _of(there, {address}):
            yield from addresses_of(references(found), by_id)

    return reached(moved, edges)


def _of(live: Live, addresses: Collection[Address]) -> Iterator[RemoteObject]:
    """Every object of these addresses, duplicates and older generations included."""
    yield from (found for found in live.ours if found.address in addresses)


def _uses(
    there: Live, candidates: Mapping[str, RemoteObject], stays: Mapping[str, Stays]
) -> Iterator[tuple[RemoteObject, RemoteObject]]:
    """Who stays, and each candidate that it uses; what stays by that stays with what it uses."""
    by_address: dict[Address, list[RemoteObject]] = {}
    for found in candidates.values():
        if found.address:
            by_address.setdefault(found.address, []).append(found)
    by_id = {found.id: found for found in there.ours}
    waiting = [o for o in there.ours if o.id not in candidates or o.id in stays]
    seen = {o.id for o in waiting}
    while waiting:
        user = waiting.pop()
        named = addresses_of(references(user), by_id)
        for used in (o for address in named for o in by_address.get(address, ())):
            yield user, used
            if used.id not in seen:
                seen.add(used.id)
                waiting.append(used)


def _ids(here: Live, there: Live) -> set[tuple[str, str]]:
    """Objects that are one and the same on both sides: same kind, same id, made at one moment."""
    mine = {(o.kind, o.id, o.created_at) for o in here.ours}
    theirs = {(o.kind, o.id, o.created_at) for o in there.ours}
    return {(kind, id) for kind, id, _ in mine & theirs}


def _files(here: Live) -> set[str]:
    """Ids of every file that something of ours uses on the new side."""
    documents = (doc.file_id for o in here.ours for doc in o.documents.values())
    return {
        *documents,
        *(provenance.file_id for o in here.ours for provenance in o.file_provenance),
    }


def _delete(found: RemoteObject, files: Collection[str]) -> Change:
    """The change; documents that serve the new side too are let go, not deleted."""
    kept = {path: doc for path, doc in found.documents.items() if doc.file_id not in files}
    surplus = tuple(doc for doc in found.surplus_documents if doc.file_id not in files)
    going = replace(found, documents=kept, surplus_documents=surplus)
    if found.address is None:
        raise ValueError(f"{found.id} carries no mark")
    return Change(found.address, Action.DELETE, Reason.MIGRATED, live=going)


def _order(found: RemoteObject) -> tuple[Address, str]:
    return found.address or Address("", ""), found.id
