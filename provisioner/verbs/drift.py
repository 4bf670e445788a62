"""drift: what was changed on the live side though no manifest says so. The path without apply."""

from collections.abc import Sequence
from dataclasses import replace

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.plan import Action, Change, FieldChange, Plan, Reason
from provisioner.model.value import RemoteId
from provisioner.verbs.plan import planned
from provisioner.verbs.session import Setup

MOVED = frozenset({Reason.DRIFT, Reason.BOTH})
ABSENT = codes.ABSENT_LIVE


def drift(setup: Setup, *, select: Sequence[str] = ()) -> Plan:
    """The plan of a setup, reduced to what moved on the live side.

    What is declared and not there is named in a warning: whether it was deleted or never made,
    no mark is left to say.
    """
    with planned(setup, select=select) as found:
        plan = found.plan
    changes = tuple(filter(None, map(drifted, plan.changes)))
    absent = [str(c.address) for c in plan.changes if c.action is Action.CREATE]
    return replace(
        plan,
        changes=changes,
        unchanged=len(found.live.objects) - len(changes),
        diagnostics=(*plan.diagnostics, *_absent(absent)),
    )


def _absent(addresses: Sequence[str]) -> list[Diagnostic]:
    if not addresses:
        return []
    return [
        warning(
            ABSENT,
            f"There is no live {', '.join(addresses)}: deleted there, or not applied yet. "
            "`provisioner plan` shows what apply would create.",
        )
    ]


def drifted(change: Change) -> Change | None:
    """What of a change undoes something on the live side; None where nothing does."""
    fields = tuple(
        replace(f, cause=Reason.DRIFT) if _vanished(f) else f
        for f in change.fields
        if f.cause in MOVED or _vanished(f)
    )
    documents = tuple(d for d in change.documents if d.cause in MOVED)
    if not fields and not documents:
        return None
    return replace(change, reason=Reason.DRIFT, fields=fields, documents=documents)


def _vanished(field: FieldChange) -> bool:
    """Whether a live object refers to one that somebody deleted."""
    return isinstance(field.live, RemoteId) and field.live.gone
