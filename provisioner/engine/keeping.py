"""Keeps objects that a plan would delete while another object still refers to them.

Referrers are searched for in everything that was read. An orphan that is kept is *forgotten*: it
stays, and apply removes our mark from it. Other kept objects stay ours, and a later plan deletes
them: older generations, duplicates, objects to which only our own objects refer, and objects whose
mark is a part of their content.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from provisioner.engine.references import Name, references, structural
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.frozen import frozen
from provisioner.model.mark import Owner
from provisioner.model.plan import Action, Change, Referrer
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.value import Reference, RemoteId, leaves

FOREIGN, OURS, FORGOTTEN = "foreign", "ours", "forgotten"
MOST = 3
"""The largest number of referrers that a message names. Others are only counted."""


def keeping(
    changes: Iterable[Change], live: Live, bindings: Mapping[str, Binding], owner: Owner
) -> tuple[list[Change], list[Diagnostic]]:
    """Return the changes without deletions of objects that are still used, and a warning for each.

    `live` must be everything that was read, even if the changes concern only a part of it, because
    any object may be a referrer.
    """
    changes = list(changes)
    referrers = _referrers(changes, live, owner)
    forgotten = _forgotten(changes, live, referrers, bindings)
    kept: list[Change] = []
    said: list[Diagnostic] = []
    for change in changes:
        found = tuple(
            replace(one, whose=FORGOTTEN) if one.id in forgotten else one
            for one in (referrers.get(change.live.id, ()) if change.live else ())
        )
        if not (found and change.live):
            kept.append(change)
        elif change.action is Action.REPLACE:
            # The new object is made in any case. The old one stays until nothing refers to it.
            kept.append(replace(change, live=replace(change.live, retained=True)))
            said.append(_for_now(change, found, "The old object"))
        elif change.live.id in forgotten:
            kept.append(replace(change, action=Action.FORGET, referrers=found))
        # Only our own objects refer to this one. It keeps our mark, because without the mark a
        # later plan could not delete it.
        else:
            said.append(_for_now(change, found, "It"))
    return kept, said


def _forgotten(
    changes: Sequence[Change],
    live: Live,
    referrers: Mapping[str, Sequence[Referrer]],
    bindings: Mapping[str, Binding],
) -> set[str]:
    """Return the ids of objects to forget: objects of others, or forgotten objects, refer to them."""
    leftover = {one.id for one in live.surplus}
    candidates = {
        change.live.id
        for change in changes
        if change.live and change.action is Action.DELETE
        if _can_be_forgotten(bindings[change.address.kind], is_leftover=change.live.id in leftover)
    }
    found: set[str] = set()
    more = True
    # A forgotten object stays and still refers to other objects, so these must stay too.
    while more:
        new = {
            id
            for id in candidates - found
            if any(one.whose != OURS or one.id in found for one in referrers.get(id, ()))
        }
        found |= new
        more = bool(new)
    return found


def _can_be_forgotten(binding: Binding, *, is_leftover: bool) -> bool:
    """Return true if an object can be forgotten: its mark can be removed, or it has none, like uploads."""
    if binding.mark_location is None:
        return True
    # A forgotten object counts as foreign. An older generation that was forgotten would never be
    # deleted by anybody, so it keeps its mark.
    return binding.mark_location.clear is not None and not is_leftover


def _for_now(change: Change, found: Sequence[Referrer], what: str) -> Diagnostic:
    id = change.live.id if change.live else ""
    return warning(
        codes.STILL_IN_USE,
        f"{named(found)}. {what} ({id}) stays ours, and a later apply deletes it when nothing "
        "refers to it.",
        change.desired.origin if change.desired else None,
        subject=str(change.address),
    )


def named(found: Sequence[Referrer]) -> str:
    """Return the referrers of an object as a clause, such as `X (foreign) refers to it`."""
    rest = len(found) - MOST
    texts = [str(one) for one in found[:MOST]] + ([f"{rest} more"] if rest > 0 else [])
    verb = "refers" if len(found) == 1 else "refer"
    return f"{', '.join(texts)} {verb} to it"


def _referrers(
    changes: Sequence[Change], live: Live, owner: Owner
) -> Mapping[str, tuple[Referrer, ...]]:
    """Return the objects that stay and refer to an object to be deleted, by the id of the latter.

    An object that is kept because of a referrer becomes a referrer itself, so the search continues
    until it finds no further object to keep.
    """
    going = {c.live.id for c in changes if c.live and c.action is Action.DELETE}
    replaced = {c.live.id for c in changes if c.live and c.action is Action.REPLACE}
    # Most plans delete nothing, so the search for referrers is skipped for them.
    if not (going or replaced):
        return {}
    leaving = {c.address for c in changes if c.action is Action.DELETE}
    users = list(_users(changes, live, owner, leaving))
    found: dict[str, set[Referrer]] = defaultdict(set)
    waiting = [user for user in users if user.id not in going]
    while waiting:
        user = waiting.pop()
        for id in user.ids & (going | replaced) - {user.id}:
            if id not in found and id in going:
                waiting += [other for other in users if other.id == id]
            found[id].add(user.who)
    return {id: tuple(sorted(who)) for id, who in found.items()}


@frozen
class _User:
    """An object as it will be after the changes, with the ids to which it will refer."""

    id: str
    who: Referrer
    ids: frozenset[str]


def _users(
    changes: Sequence[Change], live: Live, owner: Owner, leaving: set[Address]
) -> Iterator[_User]:
    current_objects = {address: found.id for address, found in live.objects.items()}
    remade = {c.address for c in changes if c.action.makes}
    remaking = {c.live.id for c in changes if c.live and c.action is Action.REPLACE}
    by_id = {c.live.id: c for c in changes if c.live and c.action is Action.UPDATE}
    for one in live.ours:
        if one.id in remaking:
            # The old object is deleted, and the new one refers to what the manifests say.
            continue
        ids = _ids(references(one), current_objects) | _ids_of_files(one)
        if one.id in by_id:
            ids = _after(one, by_id[one.id], remade, current_objects)
        yield _User(one.id, _who(one, OURS), ids)
    for one in live.foreign:
        yield _User(one.id, _who(one, FOREIGN), one.refers_to)
    for one in (*live.elsewhere, *live.bystanders):
        # A release of another target of this stack is ours. The objects to which it refers keep our
        # mark, because the manifests of that target may declare them.
        whose = str(one.mark.owner) if one.mark else FOREIGN
        is_ours = one.mark is not None and one.mark.owner == owner
        yield _User(one.id, _who(one, OURS if is_ours else whose), one.refers_to)
    staying = live.objects.keys() - leaving
    for one in live.releases:
        # A release of ours protects objects by setting `retained`. In a run that retains nothing,
        # such as a destroy, these releases are deleted too and protect nothing.
        if one.mark is None or one.mark.owner != owner or one.address in staying:
            yield _User(f"release {one.id}", _who(one, "a release that is kept"), _of_release(one))


def _of_release(one: RemoteObject) -> frozenset[str]:
    return frozenset(name for name in references(one) if isinstance(name, str))


def _ids_of_files(one: RemoteObject) -> frozenset[str]:
    return frozenset({*one.foreign_documents, *(doc.file_id for doc in one.surplus_documents)})


def _after(
    one: RemoteObject, change: Change, remade: set[Address], current_objects: Mapping[Address, str]
) -> frozenset[str]:
    """Return the ids to which an object of ours refers after its update.

    `remade` are the addresses for which the plan makes a new object. References to them are left
    out, because they lead to the new object then. An id in a field that the kind does not have
    stays in the object, because an update never sends such a field.
    """
    spec = change.desired.spec if change.desired else {}
    after: set[Name] = {leaf.address for leaf in leaves(spec, Reference)}
    after -= remade
    after |= {leaf.id for leaf in leaves(spec, RemoteId)}
    gone = {document.file_id for document in change.documents}
    after |= {doc.file_id for doc in one.documents.values()} - gone
    unknown = one.refers_to - _ids(structural(one), current_objects) - _ids_of_files(one)
    return _ids(after, current_objects) | unknown


def _ids(names: Iterable[Name], current_objects: Mapping[Address, str]) -> frozenset[str]:
    ids = (current_objects.get(name, "") if isinstance(name, Address) else name for name in names)
    return frozenset(filter(None, ids))


def _who(one: RemoteObject, whose: str) -> Referrer:
    return Referrer(one.kind, one.id, one.name, whose)
