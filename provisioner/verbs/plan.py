"""plan: what would change, field by field. Changes nothing."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from provisioner.engine.guard import identity_refusals, namesake_refusals, refusals
from provisioner.engine.plan import make_plan
from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.codes.commands import SELECTS_NOTHING
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import UsageError
from provisioner.model.inventory import Inventory
from provisioner.model.plan import Plan
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.stack import Guards
from provisioner.verbs import lifecycle
from provisioner.verbs.session import Session, Setup, open_session


@dataclass(frozen=True, slots=True)
class Allowances:
    """What this one run may do beyond what the Stack allows.

    `new`: live beside another owner of our addresses. `new_objects`: addresses, `assistant.*` among
    them, that may be created beside a foreign object of the same name. `max_delete_percent` stands in for the
    Stack's guard.
    """

    unprotect: Collection[Address] = ()
    new: bool = False
    new_objects: Collection[Address] = ()
    overwrite_drift: bool = False
    max_delete_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it was made from, and why it may not be applied (nothing: it may).

    Unless it `retains`, what goes is not kept for a while for running applications. `inventory` is
    what was read, where the plan was made from one reading.
    """

    session: Session
    plan: Plan
    live: Live
    refusals: tuple[Diagnostic, ...]
    retains: bool = True
    inventory: Inventory = field(default_factory=Inventory)


@contextmanager
def planned(
    setup: Setup, *, select: Sequence[str] = (), allowances: Allowances = Allowances()
) -> Iterator[Planned]:
    """Read both sides and plan; the session stays open for an apply.

    Raises ManifestErrors, ProviderError, or UsageError for a selector that says nothing.
    """
    with open_session(setup) as session:
        yield plan_session(session, session.desired, select=select, allowances=allowances)


def plan_session(
    session: Session,
    desired: Desired,
    *,
    select: Sequence[str] = (),
    allowances: Allowances = Allowances(),
) -> Planned:
    """Plan `desired` against what the session's target holds now.

    Where nothing is desired, nothing is retained for the sake of what was published before.
    """
    retains = bool(desired)
    inventory = session.read(desired)
    live = session.live(desired, inventory=inventory, retains=retains)
    try:
        chosen = selected(select, session.desired, live)
    except ValueError as error:
        raise UsageError(Diagnostic(SELECTS_NOTHING, f"{error}.")) from error
    planned = plan_against(session, desired, live, chosen, allowances)
    return replace(planned, retains=retains, inventory=inventory)


def plan_against(
    session: Session,
    desired: Desired,
    live: Live,
    chosen: frozenset[Address] | None,
    allowances: Allowances,
) -> Planned:
    """Plan `desired` against a live side that was read already."""
    from provisioner.inventory.texts import with_texts

    plan = make_plan(session.ground, desired, live, chosen=chosen, dropped=session.loaded.dropped)
    plan = with_texts(plan, session.provider, session.runtime.forms)
    target, host = session.stack.target, session.ground.host
    day = lifecycle.today()
    ends = lifecycle.of_planned(
        target, host, desired, plan.changes, provider=session.provider, day=day
    )
    plan = replace(
        plan,
        root=os.path.relpath(session.stack.root),
        diagnostics=(*session.loaded.diagnostics, *plan.diagnostics, *ends, *_unpublished(live)),
    )
    return Planned(session, plan, live, refused(session, plan, live, allowances))


def _unpublished(live: Live) -> tuple[Diagnostic, ...]:
    if not live.unpublished:
        return ()
    return (
        warning(
            codes.NOTHING_PUBLISHED,
            "Nobody can tell which stores and files applications use, so none is deleted. If the "
            "release registry is not where it was (a disk that is not mounted, another folder), "
            "mend that first: apply would begin a new one.",
        ),
    )


def refused(
    session: Session, plan: Plan, live: Live, allowances: Allowances
) -> tuple[Diagnostic, ...]:
    """Every guard that this plan runs into."""
    guards = session.stack.guards
    if allowances.max_delete_percent is not None:
        guards = Guards(allowances.max_delete_percent)
    found = refusals(plan.changes, live, guards, allowances.unprotect)
    found += namesake_refusals(plan.changes, live, session.runtime.forms, allowances.new_objects)
    if not allowances.new:
        wanted = {c.address: c.desired for c in plan.changes if c.desired}
        found += identity_refusals(session.stack.owner, wanted, live)
    return tuple(found)
