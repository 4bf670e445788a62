"""Candidates -> the changes of a plan that deletes them."""

from collections.abc import Collection, Iterator, Mapping

from provisioner.model.address import Address
from provisioner.model.leaks import Condition, Judgement
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.value import RemoteId, Spec

REASONS: Mapping[Condition, Reason] = {
    Condition.ORPHAN: Reason.ORPHAN,
    Condition.SUPERSEDED: Reason.DUPLICATE,
}
"""The reasons of conditions that a plan of `apply` knows as well. All others are leaks."""


def changes_of(
    chosen: Collection[Judgement], live: Live, kinds: Mapping[str, str]
) -> tuple[Change, ...]:
    """Return a delete for each candidate. `kinds` has the kind of each noun where the two differ."""
    ours = {one.id: one for one in live.ours}
    names = {f"{one.kind} {one.id}": one.id for one in chosen}
    users: dict[str, list[RemoteId]] = {}
    for one in chosen:
        for user in one.users:
            if user in names:
                users.setdefault(names[user], []).append(RemoteId(one.kind, one.id))
    return tuple(
        Change(
            one.address or Address(kinds.get(one.kind, one.kind), one.id),
            Action.DELETE,
            REASONS.get(one.condition, Reason.LEAK),
            live=_live(one, kinds.get(one.kind, one.kind), ours.get(one.id), users.get(one.id, ())),
            proof=f"{one.condition.value}: {one.proof}",
        )
        for one in sorted(chosen, key=lambda one: (one.kind, one.id))
    )


def _live(
    one: Judgement, kind: str, known: RemoteObject | None, named: Collection[RemoteId]
) -> RemoteObject:
    """Return the live side of a change, by which a saved plan tells whether the object has moved.

    Its spec says what it was judged by. It names the other candidates that the object names, so that
    these are deleted after it.
    """
    spec = dict(_facts(one, named))
    if known is not None:
        return RemoteObject(
            kind=kind,
            id=one.id,
            name=one.name,
            spec=spec,
            mark=known.mark,
            metadata=known.metadata,
            created_at=known.created_at,
            parent=known.parent,
        )
    return RemoteObject(
        kind, one.id, one.name, spec, created_at=one.created_at or 0.0, parent=one.parent
    )


def _facts(one: Judgement, named: Collection[RemoteId]) -> Iterator[tuple[str, Spec | object]]:
    yield "condition", one.condition.value
    yield "whose", one.whose.value
    if one.last_active_at is not None:
        yield "last_active_at", int(one.last_active_at)
    if one.bytes is not None:
        yield "bytes", one.bytes
    if named:
        yield "names", {id.id: id for id in named}
