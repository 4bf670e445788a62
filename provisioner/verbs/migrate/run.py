"""Carry out a migration: create and verify everything on the target, then delete it on the source.

Everything that could stop a migration later is checked before anything is created. Whatever
interrupts it, each assistant is live on one of the two targets at every moment, and running the
migration again does the rest.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import field, replace

from provisioner.engine.guard import LEFTOVER
from provisioner.engine.migration import KeptObject
from provisioner.kinds import CONVERSATIONAL
from provisioner.model.address import Address
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import PlanRefused, ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.outcome import Report
from provisioner.model.plan import Change
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.value import same
from provisioner.verbs._shared.ledgers import locked
from provisioner.verbs.apply.run import MIGRATE, Watch, apply
from provisioner.verbs.migrate.plan import MigrationPlan
from provisioner.verbs.plan import Planned, plan_against

PAUSE = 0.1
"""The seconds before the target is read again. They double each time."""
LOOKS = 2
"""The number of times that the source is read for what may be deleted: a deleted release frees what
it referred to."""


@frozen
class MigrationOutcome:
    """The outcome of a migration. `retired` is None if nothing was to be deleted yet.

    `ids` are the live ids of every migrated assistant on the source and on the target, each empty
    if there is none. `stays` are objects that stay on the source.
    """

    applied: Report = field(default_factory=Report)
    retired: Report | None = None
    verified: bool = False
    stays: tuple[KeptObject, ...] = ()
    ids: Mapping[Address, tuple[str, str]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def interrupted(self) -> bool:
        """True if somebody interrupted the migration."""
        return self.applied.interrupted or bool(self.retired and self.retired.interrupted)

    @property
    def succeeded(self) -> bool:
        """True if everything was created, verified and deleted as planned."""
        went = self.retired is None or self.retired.succeeded
        return self.verified and went and not self.interrupted and not has_errors(self.diagnostics)

    @property
    def report(self) -> Report:
        """One report of the changes on both targets: first those of the target, then the deletes."""
        reports = (self.applied, self.retired or Report())
        requests = Counter(self.applied.requests) + Counter(reports[1].requests)
        return Report(
            tuple(outcome for each in reports for outcome in each.outcomes),
            (*(one for each in reports for one in each.diagnostics), *self.diagnostics),
            requests,
            sum(each.seconds for each in reports),
            interrupted=self.interrupted,
        )


def migrate(
    plan: MigrationPlan,
    *,
    watch: Watch = lambda _event: None,
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda _line: None,
) -> MigrationOutcome:
    """Create, verify, and delete. `tell` gets lines about what happens between the changes.

    If a step fails, what was created stays and nothing is deleted, so that everything is still live
    on the source. Raises PlanRefused if the migration has a refusal. Only planning with the
    override that a refusal names removes it.
    """
    if plan.refusals:
        raise PlanRefused(*plan.refusals)
    source = plan.sessions.source
    # The lock must not have been held by others since the earlier of the two readings.
    read_at = min(source.opened, plan.sessions.target.opened)
    alone = source.alone and plan.sessions.target.alone
    with locked(source.options, source.stack, MIGRATE, read_at=read_at, was_alone=alone):
        return _migrated(plan, watch, stop, tell)


def _migrated(
    plan: MigrationPlan, watch: Watch, stop: Callable[[], bool], tell: Callable[[str], None]
) -> MigrationOutcome:
    """Carry out a migration under the lock."""
    applied = (
        Report() if plan.planned.plan.is_empty else apply(plan.planned, watch=watch, stop=stop)
    )
    if not applied.succeeded:
        return MigrationOutcome(
            applied, diagnostics=(_untouched(plan, "not everything could be created"),)
        )
    try:
        live, doubts = _verified(plan, stop)
    except ProviderError as error:
        return MigrationOutcome(
            applied, diagnostics=(*error.diagnostics, _untouched(plan, _UNREAD))
        )
    ids = _ids(plan, live)
    applied = replace(applied, requests=dict(plan.sessions.target.provider.requests))
    if doubts:
        return MigrationOutcome(applied, ids=ids, diagnostics=doubts)
    tell(f"✓ {plan.sessions.target_name} verified: {len(ids)} live, nothing left to change")
    done = MigrationOutcome(applied, verified=True, ids=ids)
    if plan.before is None or not plan.agreed or stop():
        interrupted = replace(applied, interrupted=stop())
        return replace(done, applied=interrupted, stays=plan.retirement.stays)
    return _retired(plan, live, done, watch, stop)


def _verified(plan: MigrationPlan, stop: Callable[[], bool]) -> tuple[Live, tuple[Diagnostic, ...]]:
    """Return the target as it is read again, and the reasons why it is not verified; () if it is.

    Lists may not show new objects at once, so the target is read again until `settle` has passed.
    """
    deadline, pause = time.monotonic() + plan.sessions.target.options.settle, PAUSE
    while True:
        live, doubts = _seen(plan)
        left = deadline - time.monotonic()
        if not doubts or left <= 0 or stop():
            return live, doubts
        time.sleep(min(pause, left))
        pause *= 2


def _seen(plan: MigrationPlan) -> tuple[Live, tuple[Diagnostic, ...]]:
    """Read the target once. Return its live objects, and the reasons why they are not as planned."""
    session, chosen = plan.sessions.target, plan.sessions.both.chosen
    live = session.live()
    again = plan_against(session, session.desired, live, chosen, plan.sessions.overrides).plan
    pending = sorted({str(c.address) for c in again.changes if c.reason not in LEFTOVER})
    absent = [
        str(a) for a in sorted(chosen) if a.kind == CONVERSATIONAL.name and a not in live.objects
    ]
    if not pending and not absent:
        return live, ()
    detail = f"When the target was read again, these still had to be changed: {', '.join(pending)}."
    if absent:
        detail = f"When the target was read again, these were missing: {', '.join(absent)}."
    why = Diagnostic(codes.NOT_VERIFIED, detail, subject=plan.sessions.target_name)
    return live, (why, _untouched(plan, "what was created could not be verified"))


def _ids(plan: MigrationPlan, target: Live) -> dict[Address, tuple[str, str]]:
    """Return the ids of migrated assistants on the source and on the target."""
    source = plan.before.objects if plan.before else {}
    return {
        address: (_id(source.get(address)), _id(target.objects.get(address)))
        for address in sorted(plan.sessions.both.chosen)
        if address.kind == CONVERSATIONAL.name
    }


def _id(found: RemoteObject | None) -> str:
    """Return the id of an object; empty if there is none."""
    return found.id if found else ""


def _retired(
    plan: MigrationPlan,
    target: Live,
    done: MigrationOutcome,
    watch: Watch,
    stop: Callable[[], bool],
) -> MigrationOutcome:
    """Delete what was agreed on and may still be deleted, now that everything is live on the target."""
    sessions, total = plan.sessions, Report()
    for look in range(LOOKS):
        try:
            source = sessions.source_live(plan.before)
            goes = sessions.retirement(source, target)
        except ProviderError as error:
            told = (*error.diagnostics, _untouched(plan, _UNREAD))
            return replace(done, retired=total if look else None, diagnostics=told)
        changes = [c for c in goes.changes if c.live and c.live.id in plan.agreed]
        done = replace(done, stays=goes.stays)
        if touched := _touched(changes, plan.before):
            return replace(done, retired=total if look else None, diagnostics=touched)
        if look and not changes:
            break
        against = sessions.refusals_to_retire(source, replace(goes, changes=tuple(changes)))
        planned = Planned(sessions.source, sessions.retirement_plan(changes, against), source)
        if refused := planned.plan.standing:
            told = (*refused, _untouched(plan, _REFUSED))
            return replace(done, retired=total if look else None, diagnostics=told)
        report = apply(planned, watch=watch, stop=stop)
        total = replace(
            report,
            outcomes=(*total.outcomes, *report.outcomes),
            diagnostics=(*total.diagnostics, *report.diagnostics),
            seconds=total.seconds + report.seconds,
        )
        if not report.succeeded:
            break
    return replace(done, retired=total)


def _touched(changes: list[Change], before: Live | None) -> tuple[Diagnostic, ...]:
    """Return a refusal if somebody changed an object on the source after it was read."""
    then = {o.id: o for o in (*before.objects.values(), *before.surplus)} if before else {}
    moved = [
        f"{c.address} ({c.live.id})"
        for c in changes
        if c.live and not _same(c.live, then[c.live.id])
    ]
    if not moved:
        return ()
    detail = (
        f"{', '.join(moved)}. Nothing was deleted. Run the migration again to see the difference."
    )
    return (Diagnostic(codes.MOVED_MEANWHILE, detail),)


def _same(one: RemoteObject, other: RemoteObject) -> bool:
    """Return true if two readings of an object are equal."""
    return same(one.spec, other.spec) and same(one.metadata, other.metadata)


def _untouched(plan: MigrationPlan, why: str) -> Diagnostic:
    """Return the diagnostic that nothing was deleted, with the reason and the command to go on."""
    left, new = plan.sessions.source_name, plan.sessions.target_name
    again = (
        f"The reason is that {why}. {hint('migrate', '--from', left, '--to', new, '--apply')} goes"
        " on from here; with --out and a new file in place of --apply it saves what is left to do."
    )
    return Diagnostic(codes.NOTHING_RETIRED, again, subject=left)


_REFUSED = "a guard refuses it by now"
_UNREAD = "not everything could be read"
