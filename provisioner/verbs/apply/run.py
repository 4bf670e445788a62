"""apply: make exactly the planned changes, and report how each ended."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from provisioner.apply import Event, Limits, Run, perform
from provisioner.engine.borrowed import gone
from provisioner.engine.guard import guarded
from provisioner.engine.plan import make_plan
from provisioner.engine.saved import Saved, from_document
from provisioner.engine.staleness import staleness
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import LockLost, ManifestErrors, PlanRefused
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.model.remote import Live, RemoteObject
from provisioner.verbs import forget
from provisioner.verbs._shared.ledgers import locked
from provisioner.verbs._shared.lookup import whole_overrides
from provisioner.verbs._shared.plan_file.read import (
    PlanFile,
    check_same,
    check_settings,
    other_outcome,
    placed,
    read_plan,
)
from provisioner.verbs._shared.plan_file.uploads import with_files
from provisioner.verbs._shared.promotion import origins_of
from provisioner.verbs._shared.risks import with_risks
from provisioner.verbs._shared.session import RunOptions, Session, connected, read
from provisioner.verbs.adopt import run as adopt
from provisioner.verbs.adopt.run import ADOPT
from provisioner.verbs.apply.guarded import GuardedProvider
from provisioner.verbs.apply.prune import prune
from provisioner.verbs.apply.record import Record
from provisioner.verbs.forget import FORGET
from provisioner.verbs.gc import plan as gc
from provisioner.verbs.gc.plan import GC
from provisioner.verbs.plan import Planned, asking_further
from provisioner.verbs.rollback.release import ROLLBACK
from provisioner.verbs.rollback.replanned import replanned as rollback_replanned

ALL = 100
"""The percentage of the live objects that a destroy may delete."""
APPLY, DESTROY, MIGRATE = "apply", "destroy", "migrate"
"""The verbs whose plans compare desired and live. Only `destroy` retains no object for
applications."""
PRUNING = frozenset({APPLY, DESTROY, MIGRATE})
"""Verbs after which old releases are pruned."""
REPLANNED = {
    ADOPT: adopt.replanned,
    ROLLBACK: rollback_replanned,
    FORGET: forget.replanned,
    GC: gc.replanned,
}
"""Verbs whose saved plan is made again from its arguments and compared with the saved one."""
Watch = Callable[[Event], None]


def apply(
    planned: Planned,
    *,
    watch: Watch = lambda _event: None,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Carry out a plan. `watch` gets every event; `stop` returns true once nothing new may start.

    The lock of the stack and environment is held meanwhile. Raises PlanRefused if the plan has a
    refusal: only planning again with the override that the refusal names removes it. Raises
    LockHeld if another run holds the lock, and LedgerError if a ledger that somebody named cannot
    be used.
    """
    demand(planned.plan)
    session = planned.session
    verb = session.options.verb or planned.plan.verb
    with locked(
        session.options, session.stack, verb, read_at=session.opened, was_alone=session.alone
    ) as found:
        record, report = Record(found, planned), None
        record.begin()
        try:
            with planned.materials():
                report = _applied(planned, record, watch, stop)
        finally:
            record.end(report)
    told = (*found.told, *record.problems)
    return replace(report, diagnostics=(*report.diagnostics, *told)) if told else report


def _applied(planned: Planned, record: Record, watch: Watch, stop: Callable[[], bool]) -> Report:
    """Carry out a plan under the lock. Return the report."""
    session = planned.session
    limits = Limits(
        parallelism=session.options.parallelism,
        settle=session.options.settle,
        timeout=session.options.timeout,
    )
    provider = GuardedProvider(session.provider, record.locked.check, record)
    run = Run(session.context, planned.plan, planned.live, provider, session.stack.root, limits)
    run.look = planned.look
    began = limits.clock()
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    diagnostics: list[Diagnostic] = []
    for event in perform(run, lambda: stop() or record.locked.is_lost):
        watch(event)
        if isinstance(event, Diagnostic):
            diagnostics.append(event)
        elif isinstance(event, Outcome) and event.status is not Status.STARTED:
            outcomes[str(event.address), event.action.word, event.id] = event
            record.add(event)
    try:
        # Pruning deletes releases, so the lock must still be ours, as at every write.
        record.locked.check()
        if not stop() and planned.plan.verb in PRUNING:
            diagnostics += prune(planned, run.forgotten)
    except LockLost as error:
        diagnostics += error.diagnostics
    return Report(
        outcomes=tuple(sorted(outcomes.values(), key=lambda o: (o.address, o.action.word, o.id))),
        diagnostics=tuple(diagnostics),
        requests=dict(session.provider.requests),
        seconds=limits.clock() - began,
        interrupted=stop(),
    )


@contextmanager
def planned_from_file(
    file: Path, options: RunOptions, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """Yield a saved plan of any verb but migrate, made again on the live side as it is now.

    The target comes from the Stack on disk, never from the file. Raises PlanRefused, with what
    moved, if anything that the plan touches or refers to has moved.
    """
    plan = read_plan(file)
    options = replace(placed(options, plan), origins=origins_of(plan.arguments))
    if plan.verb in REPLANNED:
        with _again(plan, options, overrides) as found:
            check_settings(found.session, plan)
            # The refusals of gc say more exactly what moved than a comparison of changes could.
            if plan.verb == GC:
                demand(found.plan)
            check_same(found.plan, found.session, plan)
            demand(found.plan)
            yield found
        return
    if plan.verb not in (APPLY, DESTROY):
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_VERB,
                f"{plan.verb} made the file, which has two plans: `verbs.migrate.from_file.migration_from_file` "
                "carries it out, and so does `apply FILE`.",
            )
        )
    loaded = read(options)
    if loaded.stack is None or (has_errors(loaded.diagnostics) and not loaded.desired):
        raise ManifestErrors(loaded.diagnostics)
    saved = from_document(plan.head, loaded.desired)
    with connected(options, loaded, loaded.stack) as session:
        check_settings(session, plan)
        yield _checked(session, saved, overrides)


def _again(
    plan: PlanFile, options: RunOptions, overrides: Overrides
) -> AbstractContextManager[Planned]:
    """Return a saved plan, made again by its verb. Raises PlanRefused for wrong arguments."""
    try:
        return REPLANNED[plan.verb](options, plan.arguments, overrides)
    except (KeyError, TypeError, ValueError) as error:
        raise PlanRefused(other_outcome()) from error


def _checked(session: Session, saved: Saved, overrides: Overrides) -> Planned:
    """Return a saved apply or destroy as a plan on the live side as it is now. Raises PlanRefused."""
    saved = replace(saved, desired=with_files(session.stack.root, saved.desired))
    retains = saved.verb != DESTROY
    # An object that the plan does not touch is known by its manifest, as when the plan was made.
    known = {**session.desired, **saved.desired} if retains else saved.desired
    inventory = session.read(known)
    live = session.live(known, inventory=inventory, retains=retains)
    if edits := [*staleness(saved, live), *gone(saved.desired, inventory)]:
        raise PlanRefused(*edits)
    overrides = whole_overrides(overrides, session.desired, live)
    only = _restricted(live, saved)
    # `staleness` has looked up the objects that are only referred to. No plan of them is made.
    #
    # Whoever applies a saved plan has seen the drift and the undeclared values that it shows, and
    # everything that a saved destroy deletes.
    agreed = replace(overrides, overwrite_drift=True, accept_undeclared=True, replace=saved.resend)
    if not retains:
        agreed = replace(agreed, max_delete_percent=ALL)
    make = partial(make_plan, session.context, saved.desired, only, overrides=agreed)
    plan = make(everything=live)
    seen = asking_further(session, plan, live, inventory)
    if seen is not live:
        plan = make(everything=seen)
    plan = replace(plan, unchanged=saved.unchanged, diagnostics=(), verb=saved.verb)
    if _work(plan) != sorted(saved.work):
        raise PlanRefused(other_outcome(saved.work, _work(plan)))
    plan = guarded(plan, live, session.stack, session.runtime.bindings, agreed)
    demand(plan)
    plan = with_risks(plan, session.loaded)
    return Planned(session, plan, live, retains=retains, inventory=inventory)


def demand(plan: Plan) -> None:
    """Raise PlanRefused if a plan has a refusal that is not lifted."""
    if plan.standing:
        raise PlanRefused(*plan.standing)


def _work(plan: Plan) -> list[tuple[str, str, str]]:
    """Return the changes of a plan, sorted, to be compared with those of another."""
    return sorted(
        (str(c.address), c.action.word, c.live.id if c.live else "") for c in plan.changes
    )


def _restricted(live: Live, saved: Saved) -> Live:
    """Return the live side with only the objects that the plan touches."""
    touched = {key[0] for key in saved.live}
    ids = {key[1] for key in saved.live}

    def stays(found: RemoteObject) -> bool:
        return found.id in ids

    return replace(
        live,
        objects={a: o for a, o in live.objects.items() if a in touched and stays(o)},
        surplus=tuple(o for o in live.surplus if stays(o)),
        foreign=(),
    )
