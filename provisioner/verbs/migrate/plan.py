"""Plan a migration: read both targets, and return what is created, what is deleted, and refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from provisioner.engine.migration import Retirement
from provisioner.model.codes import moves as codes
from provisioner.model.diagnostic import Diagnostic, Severity
from provisioner.model.errors import PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.migration import Migration, Verdict
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.model.remote import Live
from provisioner.verbs._shared.lookup import whole_overrides
from provisioner.verbs._shared.session import RunOptions, connected
from provisioner.verbs.migrate.report import MigrationManifests, Route, compared, is_wrong, loads
from provisioner.verbs.migrate.sessions import MigrationSessions
from provisioner.verbs.plan import Planned


@frozen
class MigrationPlan:
    """A planned migration. Both targets were read, and nothing has changed yet.

    `planned` is the plan of the target. `before` are the live objects of the source, None if its API
    is gone. `retirement` has the objects of the source that are deleted afterwards, and those that
    stay; `retired` is the plan that deletes them. `drift` is what people changed on the source. Each
    plan has the refusals that keep it from being applied. `notes` are warnings for the reviewer.
    """

    migration: Migration
    sessions: MigrationSessions
    planned: Planned
    before: Live | None
    retirement: Retirement
    retired: Plan
    drift: Plan
    notes: tuple[Diagnostic, ...] = ()

    @property
    def refusals(self) -> tuple[Diagnostic, ...]:
        """The refusals of both plans: of what is created, and of what is deleted."""
        return (*self.planned.plan.standing, *self.retired.standing)

    @property
    def unsettled(self) -> tuple[Diagnostic, ...]:
        """The refusals that remain even if the migration is saved and reviewed."""
        return (*self.planned.plan.unsettled, *self.retired.unsettled)

    @property
    def is_done(self) -> bool:
        """True if nothing is left to do on the source and on the target."""
        return self.planned.plan.is_empty and not self.agreed

    @property
    def agreed(self) -> frozenset[str]:
        """The ids of all objects that may be deleted on the source, now or later."""
        return self.retirement.ids | {one.id for one in self.retirement.stays if one.later}


@contextmanager
def planned_migration(
    options: RunOptions,
    route: Route,
    *,
    overrides: Overrides = Overrides(),
    keep_source: bool = False,
) -> Iterator[MigrationPlan]:
    """Read both targets and plan the migration, with both sessions open. Changes nothing.

    Raises ManifestErrors, UsageError, ProviderError, or PlanRefused if something would be lost that
    the target's `drop:` does not list.
    """
    both = loads(options, route)
    report = compared(options, both)
    if report.verdict is Verdict.BLOCKED:
        raise PlanRefused(blocked(report))
    with (
        connected(options, both.source_manifests, both.source) as source,
        connected(
            options, replace(both.target_manifests, diagnostics=_told(both)), both.target
        ) as target,
    ):
        yield _read(report, MigrationSessions(both, source, target, overrides, keep_source))


def blocked(report: Migration) -> Diagnostic:
    """Return the refusal that names what would be lost, and how to accept the loss."""
    names = [str(one.address) for one in report.assistants if one.verdict is Verdict.BLOCKED]
    names = names or [str(one.address) for one in report.resources if one.blocks]
    more = f" and {len(names) - 5} more" if names[5:] else ""
    ways = "change the manifests, or choose another target."
    if report.missing:
        entries = ", ".join(f'"{entry}"' for entry in report.missing)
        ways = f"Add to `drop:` of {report.target.target}: {entries}; or {ways}"
    else:
        ways = ways.capitalize()
    return Diagnostic(
        codes.NOT_MIGRATABLE,
        f"{', '.join(names[:5])}{more} would lose fields or tools, and no `drop:` accepts that. {ways}",
        subject=report.target.target,
    )


def _told(both: MigrationManifests) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of the manifests, without those about fields that the target lacks."""
    known = both.target_manifests.diagnostics
    return tuple(d for d in known if is_wrong(d) or d.severity is not Severity.ERROR)


def _read(report: Migration, sessions: MigrationSessions) -> MigrationPlan:
    """Return the plan of a migration whose sessions are open."""
    before, gone = sessions.read_source()
    # --unprotect is about the source, --new-object about the target, and each may drop a kind.
    declared = {**sessions.source.desired, **sessions.target.desired}
    overrides = whole_overrides(sessions.overrides, declared, before or Live())
    sessions = replace(sessions, overrides=overrides)
    planned = sessions.plan_target(before)
    if before is None:
        nothing = sessions.retirement_plan(())
        return MigrationPlan(report, sessions, planned, None, Retirement(), nothing, nothing, gone)
    goes, drift = sessions.retirement(before, planned.live), sessions.drift(before)
    return MigrationPlan(
        report,
        sessions,
        planned,
        before,
        goes,
        sessions.retirement_plan(
            goes.changes, sessions.refusals_to_migrate(before, planned, goes, drift)
        ),
        drift,
        notes=(*gone, *sessions.notes(before, goes)),
    )
