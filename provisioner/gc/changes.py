"""Turns candidates into the changes of a plan that deletes them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from provisioner.model.address import Address
from provisioner.model.leaks import Condition, Judgement
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.value import RemoteId, Spec, digest

LONG: Final = 22
"""The number of characters in the digest of a row."""
Rows: TypeAlias = Mapping[tuple[str, str], Row]
"""The rows of objects, by noun and id."""
REASONS: Mapping[Condition, Reason] = {
    Condition.ORPHAN: Reason.ORPHAN,
    Condition.SUPERSEDED: Reason.DUPLICATE,
}
"""The reasons of the deletes that a plan of `apply` can contain too, by condition.

For every other condition the reason is `leak`.
"""


def changes_of(
    chosen: Collection[Judgement], live: Live, kinds: Mapping[str, str], rows: Rows
) -> tuple[Change, ...]:
    """Return a delete for each candidate. `kinds` has the kind for each noun, if the two differ."""
    ours = {one.id: one for one in live.ours}
    names = {f"{one.kind} {one.id}": one.id for one in chosen}
    users: dict[str, list[RemoteId]] = {}
    for one in chosen:
        for user in one.users:
            if user in names:
                users.setdefault(names[user], []).append(RemoteId(one.kind, one.id))
    return tuple(
        _change(one, kinds.get(one.kind, one.kind), ours.get(one.id), users.get(one.id, ()), rows)
        for one in sorted(chosen, key=lambda one: (one.kind, one.id))
    )


def _change(
    one: Judgement,
    kind: str,
    known: RemoteObject | None,
    named: Collection[RemoteId],
    rows: Rows,
) -> Change:
    """Return the delete of one object. The live spec in it has the facts of `_facts`.

    `known` is the object if it is ours: its mark and its own spec are then in the delete too.
    """
    spec = dict(_facts(one, named, rows.get((one.kind, one.id), {})))
    live = RemoteObject(
        kind, one.id, one.name, spec, created_at=one.created_at or 0.0, parent=one.parent
    )
    if known is not None:
        # `retained` protects an object from `apply`. The judgement has already respected it.
        live = replace(known, kind=kind, spec={**known.spec, **spec}, retained=False)
    reason = REASONS.get(one.condition, Reason.LEAK) if one.address else Reason.LEAK
    return Change(
        one.address or Address(kind, one.id),
        Action.DELETE,
        reason,
        live=live,
        proof=f"{one.condition.value}: {one.proof}",
    )


def _facts(
    one: Judgement, named: Collection[RemoteId], row: Row
) -> Iterator[tuple[str, Spec | object]]:
    """Yield the facts by which `apply FILE` finds out if the object is still as it was reviewed.

    `named` are the candidates to which the object refers. They are among the facts, so that they
    are deleted after the object.
    """
    yield "condition", one.condition.value
    yield "whose", one.whose.value
    if one.last_active_at is not None:
        yield "last_active_at", int(one.last_active_at)
    if one.bytes is not None:
        yield "bytes", one.bytes
    # Between review and `apply FILE`, somebody may have edited the object without using it.
    yield "row", fingerprint(row)
    if named:
        yield "names", {id.id: id for id in named}


def fingerprint(row: Row) -> str:
    """Return a digest of an object as it was read. It changes if somebody changes the object."""
    return digest(row, LONG)
