"""Chooses the leaks that a user asked to delete and that may be deleted: the candidates.

An object is a candidate only if every object that refers to it is a candidate too, or has ended.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field

from provisioner.model.codes import leaks as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Condition, Judgement, Whose, has_metadata
from provisioner.model.mark import CANDIDATE

GRACE = 3600.0
"""The age in seconds below which a leak is kept, unless the user gives another age.

A run on another machine uploads a file first and attaches it later.
"""


@frozen
class Wanted:
    """The leaks that a user asks for: all with these conditions and of this age, or single ids.

    `older_than` is in seconds since the object was created or last active. An object that is named
    by its id may be of any age. An object that is chosen by its condition must have all values of
    `metadata` in its metadata. With a `quarantine`, in seconds, an object is deleted only when a
    note of it in the ledger is that old.
    """

    conditions: frozenset[Condition] = frozenset()
    ids: tuple[str, ...] = ()
    older_than: float = GRACE
    quarantine: float | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.conditions or self.ids)


@frozen
class Candidates:
    """The chosen leaks, in the order of the judgements: `ours`, and `nobodys`, which have no owner.

    `young` is the number of leaks that are not old enough. `named` is the number of leaks that
    stay because an object that is not chosen refers to them.
    """

    ours: tuple[Judgement, ...] = ()
    nobodys: tuple[Judgement, ...] = ()
    young: int = 0
    named: int = 0

    @property
    def all(self) -> tuple[Judgement, ...]:
        return (*self.ours, *self.nobodys)


def candidates(judgements: Collection[Judgement], wanted: Wanted, now: float) -> Candidates:
    """Return the leaks that are asked for. Raises UsageError for an id that may not be deleted."""
    by_name = {f"{one.kind} {one.id}": one for one in judgements}
    asked = _asked(judgements, wanted.ids)
    fitting = [
        one
        for one in judgements
        if one.condition in wanted.conditions and one.condition.is_a_class and one.deletable
        if has_metadata(one, wanted.metadata)
    ]
    # An object of unknown age counts as new (see `_age`), so that it is rather kept.
    old = [one for one in fitting if _age(one, now) >= wanted.older_than]
    chosen = {f"{one.kind} {one.id}": one for one in (*asked, *old)}
    free = _without_named(chosen, by_name)
    # A person who names an id expects that object to go, so silence about it would mislead.
    for one in asked:
        if one not in free:
            raise UsageError(Diagnostic(codes.NOT_A_LEAK, one.proof, subject=one.id))
    return Candidates(
        tuple(one for one in free if one.whose is Whose.OURS),
        tuple(one for one in free if one.whose is Whose.NOBODY),
        young=len(fitting) - len(old),
        named=len(chosen) - len(free),
    )


def may_go(one: Judgement) -> bool:
    """Return true if an object is `deletable` (see Judgement) and a leak, idle or unknowable."""
    is_free = one.condition.is_a_class or one.condition is Condition.UNKNOWABLE
    return is_free and one.deletable


def still_named(names: Collection[str], judgements: Collection[Judgement]) -> dict[str, str]:
    """Return the objects to which an object that stays refers, each with a sentence that names it.

    A new store to which nothing refers yet is itself a leak, so it does not make its files needed.
    Its files must still not be deleted as long as the store stays.
    """
    by_name = {f"{one.kind} {one.id}": one for one in judgements}
    chosen = {name: by_name[name] for name in names if name in by_name}
    free = {f"{one.kind} {one.id}" for one in _without_named(chosen, by_name)}
    return {
        name: f"{next(user for user in one.users if user not in free)} refers to it, and stays."
        for name, one in chosen.items()
        if name not in free
    }


def _age(one: Judgement, now: float) -> float:
    """Return the seconds since an object was last used; 0 if that is not known or is in the future."""
    # The clocks of this machine and of the server may differ, so an age may come out negative.
    return max(0.0, now - one.active_at) if one.active_at is not None else 0.0


def _asked(judgements: Iterable[Judgement], ids: Collection[str]) -> list[Judgement]:
    """Return the objects with these ids.

    Raises UsageError for one that no longer exists, is needed, or belongs to another owner.
    """
    wanted = set(ids)
    found = [one for one in judgements if one.id in wanted]
    for id in sorted(wanted - {one.id for one in found}):
        detail = (
            "No list of this account contains this id: its object is already deleted, or belongs "
            "to another project."
        )
        raise UsageError(Diagnostic(codes.NOT_A_LEAK, detail, subject=id))
    for one in found:
        if not may_go(one):
            is_free = one.condition.is_a_class or one.condition is Condition.UNKNOWABLE
            why = f"It is {one.condition.value}. {one.proof}" if not is_free else _undeletable(one)
            raise UsageError(Diagnostic(codes.NOT_A_LEAK, why, subject=one.id))
    return found


def _undeletable(one: Judgement) -> str:
    if one.whose is Whose.OTHERS and CANDIDATE in one.owner:
        return (
            f"A test made it as {one.owner}, and may still use it. The stack beside which it was made "
            "can delete it a day after it was made."
        )
    if one.whose is Whose.OTHERS:
        return (
            f"It belongs to {one.owner}, and an object with the mark of another owner is never "
            "deleted."
        )
    return "The API has no request to delete it."


def _without_named(
    chosen: Mapping[str, Judgement], by_name: Mapping[str, Judgement]
) -> list[Judgement]:
    """Return the chosen objects to which only chosen objects refer, or objects that have ended.

    `by_name` has all objects of the account. The keys of both are `NOUN ID`.
    """
    left = dict(chosen)
    # An object that is removed from the choice may itself refer to others, so the search is
    # repeated.
    while True:
        named = [name for name, one in left.items() if any(_stays(one, left, by_name))]
        if not named:
            return list(left.values())
        for name in named:
            del left[name]


def _stays(
    one: Judgement, left: Mapping[str, Judgement], by_name: Mapping[str, Judgement]
) -> Iterator[bool]:
    """Yield, for each object that refers to `one`, true if it stays and continues to refer to it.

    `left` are the objects that are still chosen, and `by_name` are all objects of the account.
    """
    for user in one.users:
        yield user not in left and not (user in by_name and by_name[user].is_over)
