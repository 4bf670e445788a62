"""Defines guards: rules that refuse a plan.

Every refusal names the setting that allows the change permanently, and the option that allows it
once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from provisioner.engine.missing_secrets import missing_secret_refusals
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.hints import hint
from provisioner.model.mark import Owner
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, DocumentAction, Plan, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.stack import REFUSE, Guards, Stack

FLOOR = 5
"""The smallest number of deletions that `max_delete_percent` can refuse."""
LEFTOVER = frozenset({Reason.DUPLICATE, Reason.RETIRED})
"""The reasons of a delete after which another object still has the address."""
UNCOUNTED = LEFTOVER | {Reason.LEAK}
"""The reasons of a delete that `max_delete_percent` does not count: no current object is lost."""


def guarded(
    plan: Plan, live: Live, stack: Stack, bindings: Mapping[str, Binding], overrides: Overrides
) -> Plan:
    """Return the plan with a refusal for each guard that stands against it and is not lifted."""
    changes, percent = plan.changes, overrides.max_delete_percent
    guards = stack.guards if percent is None else replace(stack.guards, max_delete_percent=percent)
    wanted = {c.address: c.desired for c in changes if c.desired}
    return replace(
        plan,
        refusals=(
            *refusals(changes, live, guards, overrides.unprotect),
            *namesake_refusals(changes, live, bindings, overrides.new_objects),
            *(() if overrides.new else identity_refusals(stack.owner, wanted, live)),
            *(() if overrides.overwrite_drift else drift_refusals(changes)),
            *(() if overrides.accept_undeclared else undeclared_refusals(plan, guards)),
            *missing_secret_refusals(changes),
        ),
    )


def refusals(
    changes: Iterable[Change], live: Live, guards: Guards, unprotected: Collection[Address] = ()
) -> list[Diagnostic]:
    """Return a refusal for each deletion that is protected, or that exceeds a limit of the guards."""
    changes = list(changes)
    return [
        *_protected(changes, unprotected),
        *_too_many(changes, live, guards),
        *_too_many_documents(changes, guards),
    ]


def undeclared_refusals(plan: Plan, guards: Guards) -> list[Diagnostic]:
    """Return a refusal if undeclared values have changed and the Stack has `undeclared: refuse`."""
    if guards.undeclared != REFUSE:
        return []
    moved: dict[Address, list[str]] = {}
    for value in plan.undeclared:
        if value.counts:
            moved.setdefault(value.address, []).append(value.path)
    return [
        Diagnostic(
            codes.UNDECLARED,
            f"Values that no manifest sets changed on the live side: {_some(paths)}. Declare them, "
            "list them in lifecycle.ignore_changes, or accept them with --accept-undeclared.",
            subject=str(address),
        )
        for address, paths in sorted(moved.items())
    ]


def drift_refusals(changes: Iterable[Change]) -> list[Diagnostic]:
    """Return a refusal for each change that would overwrite a live edit in a plan that nobody reviewed."""
    return [_drifted(change) for change in changes if change.drifts]


def _reviewed() -> str:
    return (
        f"A saved plan that shows the change ({hint('plan', '--out', 'FILE')}) may also be applied."
    )


def _drifted(change: Change) -> Diagnostic:
    position = change.desired.origin if change.desired else None
    if number := change.rolled_back_to:
        return Diagnostic(
            codes.ROLLED_BACK,
            f"Release {number} is live after a rollback, which this plan would undo: "
            f"{drifted_paths(change)}. To keep it, write the content of release {number} into the "
            f"manifest. To undo the rollback, pass --overwrite-drift. {_reviewed()}",
            position,
            subject=str(change.address),
        )
    return Diagnostic(
        codes.DRIFT,
        f"On the live side somebody changed {drifted_paths(change)}. To keep the change, write it into "
        f"the manifest. To overwrite it, pass --overwrite-drift. {_reviewed()}",
        position,
        subject=str(change.address),
    )


def identity_refusals(owner: Owner, desired: Desired, live: Live) -> list[Diagnostic]:
    """Return a refusal if no object is ours and another owner has objects at our addresses.

    Then the Stack was probably renamed or copied, and a plan would create every object a second
    time.
    """
    # One object of ours shows that this stack has lived here before.
    if live.objects or live.surplus:
        return []
    return [
        Diagnostic(
            codes.OTHER_STACK,
            f"{holder} has objects at {len(common)} of our addresses: {_some(common)}. No object "
            f"on this target belongs to {owner}. If this stack was renamed or lost its id, take "
            f"them over: {hint('adopt', '--owner', str(holder))}. If it is a copy that should "
            "live beside the other one, apply with --new.",
            subject=str(holder),
        )
        for holder, addresses in sorted(live.others.items())
        # Other environments of this stack have the same addresses, and that is intended.
        if holder.stack != owner.stack and (common := sorted(addresses & set(desired)))
    ]


def namesake_refusals(
    changes: Iterable[Change],
    live: Live,
    bindings: Mapping[str, Binding],
    allowed: Collection[Address] = (),
) -> list[Diagnostic]:
    """Return a refusal for each create while a foreign object has the same name.

    The foreign object may be this resource's own object after somebody removed its mark, and only a
    person can decide that. `allowed` are the addresses, or terms such as `assistant.*`, for which a
    second object is wanted. Foreign objects inside of other foreign objects do not count.
    """
    parents = {"", *(found.id for found in live.objects.values())}
    return [
        Diagnostic(
            codes.NAMESAKE,
            f"{foreign.id} has no mark, so it is not ours, and a second {foreign.name!r} would be "
            f"created beside it. {_ways(change.address, foreign, bindings)}",
            change.desired.origin,
            subject=str(change.address),
        )
        for change in changes
        if change.action is Action.CREATE and change.desired
        if not any(is_meant(change.address, term) for term in allowed)
        for foreign in live.foreign
        if foreign.name
        and foreign.kind == change.address.kind
        and foreign.parent in parents
        and foreign.name == bindings[foreign.kind].live_name(change.desired.spec)
    ]


def is_meant(address: Address, term: Address) -> bool:
    """Return true if a term is this address, its whole kind, or all rows of its manifest."""
    return address.is_meant_by(term)


def _ways(address: Address, foreign: RemoteObject, bindings: Mapping[str, Binding]) -> str:
    beside = f"to create a second one beside it, pass --new-object {address}."
    if bindings[foreign.kind].versions:
        return f"It cannot be adopted, because its mark would be a part of its content: {beside}"
    return (
        f"If it is this resource, take it over: {hint('adopt', str(address), foreign.id)}; {beside}"
    )


_LOST = {Action.DELETE: "deleted", Action.REPLACE: "replaced", Action.FORGET: "forgotten"}
"""The participle of each action that is refused for a protected object."""


def _protected(changes: list[Change], unprotected: Collection[Address]) -> Iterator[Diagnostic]:
    for change in changes:
        mark = change.live.mark if change.live else None
        lifted = change.desired is not None and not change.desired.lifecycle.prevent_destroy
        # The mark says prevent_destroy until the next apply, even if the manifest no longer does. The
        # present manifest counts.
        protects = mark is not None and mark.protected and change.reason not in LEFTOVER
        lost = _LOST.get(change.action)
        if lost and protects and not lifted and change.address not in unprotected:
            yield Diagnostic(
                codes.PROTECTED,
                f"It would be {lost}, and its mark says prevent_destroy. Declare it with "
                "lifecycle.prevent_destroy: false and apply, or remove the protection once: "
                f"--unprotect {change.address}.",
                subject=str(change.address),
            )


def _too_many(changes: list[Change], live: Live, guards: Guards) -> Iterator[Diagnostic]:
    deletes = [c for c in changes if c.action is Action.DELETE and c.reason not in UNCOUNTED]
    # Duplicates and older generations count neither here nor among the deletions.
    total = len(live.objects)
    if _exceeds(len(deletes), total, guards):
        yield Diagnostic(
            codes.TOO_MANY_DELETES,
            f"{len(deletes)} of {total} objects would be deleted. That is more than max_delete_percent "
            f"allows ({guards.max_delete_percent} %): {_some([c.address for c in deletes])}. If "
            "this is intended, raise spec.guards.max_delete_percent in the Stack, or pass "
            "--max-delete-percent 100 once.",
        )


def _too_many_documents(changes: list[Change], guards: Guards) -> Iterator[Diagnostic]:
    for change in changes:
        # Documents with a note are leftovers or duplicates, whose removal loses nothing.
        removed = [d for d in change.documents if d.action is DocumentAction.REMOVE and not d.note]
        total = len(change.live.documents) if change.live else 0
        if _exceeds(len(removed), total, guards):
            yield Diagnostic(
                codes.TOO_MANY_DOCUMENTS,
                f"{len(removed)} of {total} documents would be removed. That is more than "
                f"max_delete_percent allows ({guards.max_delete_percent} %). If this is intended, "
                "raise spec.guards.max_delete_percent in the Stack, or pass --max-delete-percent "
                "100 once.",
                change.desired.origin if change.desired else None,
                subject=str(change.address),
            )


def _exceeds(count: int, total: int, guards: Guards) -> bool:
    # In a small stack one deletion is a large share, so small numbers are never refused.
    return count >= FLOOR and count * 100 > total * guards.max_delete_percent


def drifted_paths(change: Change) -> str:
    """Return the paths that somebody changed on the live side, in words; the first five of them."""
    moved = [f.path for f in change.fields if f.cause in (Reason.DRIFT, Reason.BOTH)]
    moved += [
        f"files[{d.path}]" for d in change.documents if d.cause in (Reason.DRIFT, Reason.BOTH)
    ]
    return _some(moved)


def _some(items: Iterable[object], most: int = 5) -> str:
    texts = [str(item) for item in items]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")
