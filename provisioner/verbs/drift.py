"""drift: what was changed on the live side though no manifest says so. The path without apply."""

from collections.abc import Sequence
from dataclasses import replace

from provisioner.model.plan import Change, Plan, Reason
from provisioner.verbs.plan import planned
from provisioner.verbs.session import Setup

MOVED = frozenset({Reason.DRIFT, Reason.BOTH})


def drift(setup: Setup, *, select: Sequence[str] = ()) -> Plan:
    """The plan of a setup, reduced to the fields that moved on the live side."""
    with planned(setup, select=select) as found:
        plan = found.plan
    changes = tuple(filter(None, map(_drifted, plan.changes)))
    return replace(plan, changes=changes, unchanged=len(found.live.objects) - len(changes))


def _drifted(change: Change) -> Change | None:
    fields = tuple(f for f in change.fields if f.cause in MOVED)
    documents = tuple(d for d in change.documents if d.cause in MOVED)
    if not fields and not documents:
        return None
    return replace(change, reason=Reason.DRIFT, fields=fields, documents=documents)
