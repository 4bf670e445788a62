"""Find the risks of a plan's changes, each with its position in a manifest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from provisioner.model.allowance import Allowance, allowed, unused
from provisioner.model.drift import Drift
from provisioner.model.plan import Plan
from provisioner.model.risk import Risk
from provisioner.model.schemas import NOWHERE
from provisioner.policy.risks import ranked, risks_of, undeclared_risks
from provisioner.policy.seen import Seen, of_drift, of_plan
from provisioner.render.view import view_of_field
from provisioner.source import Loaded
from provisioner.verbs._shared.lifecycle import is_vendor_host


def with_risks(plan: Plan, loaded: Loaded, *, whole: bool = False) -> Plan:
    """Return a plan with the risks of its changes and of undeclared tools.

    A risk that a comment in a manifest allows is marked so. `whole` is true for a plan of
    everything declared: a comment that allows nothing in it then gets a warning.
    """
    used: set[Allowance] = set()
    risks = allowed(_placed(_of(plan, of_plan), loaded), loaded.allowances, used)
    diagnostics = allowed(plan.diagnostics, loaded.allowances, used)
    idle = unused(loaded.allowances, used) if whole else []
    return replace(plan, risks=ranked(risks), diagnostics=(*diagnostics, *idle))


def with_risks_of_drift(drift: Drift, loaded: Loaded) -> Drift:
    """Return drift with the risks of the values that somebody changed."""
    risks = allowed(_placed(_of(drift.plan, of_drift), loaded), loaded.allowances, set())
    return replace(drift, plan=replace(drift.plan, risks=ranked(risks)))


def _of(plan: Plan, seen_as: Callable[..., Seen]) -> Iterator[Risk]:
    """Yield the risks of all changes. `seen_as` turns a change into what the rules look at."""
    vendor = is_vendor_host(plan.host)
    for change in plan.changes:
        schemas = plan.schemas.get(change.address.kind, NOWHERE)
        # The rules see the fields as they are shown, so that they can repeat no secret.
        yield from risks_of(
            seen_as(change, map(view_of_field, change.fields), schemas, vendor=vendor)
        )
    yield from undeclared_risks(plan.undeclared)


def _placed(risks: Iterable[Risk], loaded: Loaded) -> Iterator[Risk]:
    """Yield risks with their positions."""
    for risk in risks:
        yield replace(risk, position=loaded.position(risk.address, risk.path))
