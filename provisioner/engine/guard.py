"""What a plan may not do. Every refusal names the knob, and the flag for this one time."""

from collections.abc import Collection, Iterable, Iterator

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.mark import Owner
from provisioner.model.plan import Action, Change, DocumentAction, Reason
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.stack import Guards
from provisioner.model.value import Withheld, leaves

FLOOR = 5
"""Fewer deletions than this never count as a massacre."""
LEFTOVER = frozenset({Reason.DUPLICATE, Reason.RETIRED})
"""Why an object goes beside which another one stays."""


def refusals(
    changes: Iterable[Change], live: Live, guards: Guards, unprotected: Collection[Address] = ()
) -> list[Diagnostic]:
    """Why these changes must not be made, empty where they may be."""
    changes = list(changes)
    return [
        *_protected(changes, unprotected),
        *_too_many(changes, live, guards),
        *_too_many_documents(changes, guards),
    ]


def drift_refusals(changes: Iterable[Change]) -> list[Diagnostic]:
    """Why an apply that nobody reviewed must not overwrite what was changed on the live side."""
    return [_drifted(change) for change in changes if change.drifts]


def _drifted(change: Change) -> Diagnostic:
    position = change.desired.origin if change.desired else None
    if number := change.rolled_back_to:
        return Diagnostic(
            f"{change.address} was rolled back to release {number}",
            f"This would undo it: {_paths(change)}. Put what release {number} says into the "
            "manifest to keep it, or undo the rollback with --overwrite-drift. A plan saved with "
            "plan --out that shows it may also be applied.",
            position,
        )
    return Diagnostic(
        f"{change.address} was changed on the live side",
        f"{_paths(change)} moved there though the manifest did not say so. Put the change into "
        "the manifest to keep it, or overwrite it with --overwrite-drift. A plan saved with "
        "plan --out that shows it may also be applied.",
        position,
    )


def withheld_refusals(changes: Iterable[Change]) -> list[Diagnostic]:
    """Why nothing can be made of a secret that is not here. What is live needs none."""
    return [
        Diagnostic(
            f"{change.address} needs a secret that is not here",
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set, neither in the"
            " environment nor in .env. Nothing was changed. Set it where this is applied; no plan"
            " and no log ever shows it.",
            change.desired.origin if change.desired else None,
        )
        for change in changes
        if change.action.makes and (missing := _missing(change))
    ]


def _missing(change: Change) -> list[str]:
    spec = change.desired.spec if change.desired else {}
    return sorted({secret.variable for secret in leaves(spec, Withheld)})


def identity_refusals(owner: Owner, desired: Desired, live: Live) -> list[Diagnostic]:
    """Refuse where nothing is ours but somebody else holds our addresses: renamed, or copied."""
    if live.objects or live.surplus:
        return []
    return [
        Diagnostic(
            f"another stack holds {len(common)} of our addresses here",
            f"{holder} has {_some(common)}; nothing on this target belongs to {owner}. If this "
            f"stack was renamed or lost its id, take them over: provisioner adopt --owner {holder}."
            " If it is a copy that shall live beside the other, apply with --new.",
        )
        for holder, addresses in sorted(live.others.items())
        if holder.stack != owner.stack and (common := sorted(addresses & set(desired)))
    ]


def _protected(changes: list[Change], unprotected: Collection[Address]) -> Iterator[Diagnostic]:
    for change in changes:
        mark = change.live.mark if change.live else None
        lifted = change.desired is not None and not change.desired.lifecycle.prevent_destroy
        protects = mark is not None and mark.protected and change.reason not in LEFTOVER
        if change.action.removes and protects and not lifted and change.address not in unprotected:
            yield Diagnostic(
                f"{change.address} is protected and would be {change.action.word}d",
                "Its mark says prevent_destroy. Declare it with lifecycle.prevent_destroy: false "
                f"and apply, or lift the protection this once: --unprotect {change.address}.",
            )


def _too_many(changes: list[Change], live: Live, guards: Guards) -> Iterator[Diagnostic]:
    deletes = [c for c in changes if c.action is Action.DELETE and c.reason not in LEFTOVER]
    total = len(live.objects)
    if _exceeds(len(deletes), total, guards):
        yield Diagnostic(
            f"{len(deletes)} of {total} live objects would be deleted",
            f"That is more than max_delete_percent allows ({guards.max_delete_percent} %): "
            f"{_some([c.address for c in deletes])}. If it is meant, raise "
            "spec.guards.max_delete_percent in the Stack, or pass --max-delete-percent 100 once.",
        )


def _too_many_documents(changes: list[Change], guards: Guards) -> Iterator[Diagnostic]:
    for change in changes:
        removed = [d for d in change.documents if d.action is DocumentAction.REMOVE and not d.note]
        total = len(change.live.documents) if change.live else 0
        if _exceeds(len(removed), total, guards):
            yield Diagnostic(
                f"{len(removed)} of {total} documents of {change.address} would be removed",
                f"That is more than max_delete_percent allows ({guards.max_delete_percent} %). If "
                "it is meant, raise spec.guards.max_delete_percent in the Stack, or pass "
                "--max-delete-percent 100 once.",
                change.desired.origin if change.desired else None,
            )


def _exceeds(count: int, total: int, guards: Guards) -> bool:
    return count >= FLOOR and count * 100 > total * guards.max_delete_percent


def _paths(change: Change) -> str:
    moved = [f.path for f in change.fields if f.cause in (Reason.DRIFT, Reason.BOTH)]
    moved += [
        f"files[{d.path}]" for d in change.documents if d.cause in (Reason.DRIFT, Reason.BOTH)
    ]
    return _some(moved)


def _some(items: Iterable[object], most: int = 5) -> str:
    texts = [str(item) for item in items]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")
