"""Print what `migrate` shows: its report, the plans of both targets, refusals, and the outcome."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from provisioner.cli._shared.errors import DONE, FAILED, interrupted
from provisioner.cli._shared.formats import layout
from provisioner.cli._shared.options import JSON, TEXT, screen
from provisioner.cli._shared.perform import UNASKED, EventLog, performed
from provisioner.cli._shared.plan_output import saved_as, show, show_refusals
from provisioner.cli._shared.screen import interactive
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.migration import Migration
from provisioner.model.outcome import Report
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.document import to_json
from provisioner.render.format import Shape
from provisioner.render.formats import rendered
from provisioner.render.migration import ids_text, migration_text, stays_text
from provisioner.render.migration_document import execution_document, migration_document
from provisioner.render.migration_reading import MigrationView
from provisioner.render.report import report_text
from provisioner.render.view import view_of
from provisioner.render.visible import visible
from provisioner.verbs.migrate.plan import MigrationPlan
from provisioner.verbs.migrate.run import MigrationOutcome, migrate
from provisioner.verbs.migrate.save import save_migration, saved_migration_document

if TYPE_CHECKING:
    from provisioner.verbs.apply.run import Watch

NOTHING, REFUSED, DECLINED = "nothing to do", "refused", "declined"
"""The end of a migration, as the key `state` of its JSON document names it."""
MOVED, STOPPED, CUT = "done", "failed", "interrupted"


def show_report(report: Migration, format: str) -> None:
    """Print the report of a migration as text, unless the output is JSON, whose document contains it.

    In every other format for a document on stdout, the report goes to stderr.
    """
    if format == JSON:
        return
    stream, say = (sys.stdout, screen().out) if format == TEXT else (sys.stderr, screen().err)
    say(migration_text(report, colour=screen().colour(stream), width=screen().width))


def present(found: MigrationPlan, out: Path, format: str) -> int:
    """Save a migration to `out` and print it. Return the exit code.

    A migration with errors is saved only if a reviewer of the saved plan can accept all of them.
    """
    if not found.unsettled:
        save_migration(found, out)
    if format == JSON:
        screen().out(to_json(saved_migration_document(found)))
    else:
        show_saved(view_of_migration(found), format)
    if found.unsettled:
        told = diagnostics_text(found.unsettled, colour=screen().colour(sys.stderr))
        screen().err(
            f"\n{told}\n{out} was not written, because this migration cannot be carried out.\n"
        )
        return FAILED
    saved_as(out, found.planned.plan.root, found.sessions.overrides)
    return DONE


def show_saved(view: MigrationView, format: str) -> None:
    """Print a migration that is planned and not carried out: its report, and the plans of both targets."""
    if format != TEXT:
        screen().out(rendered(Shape.MOVE, view, format, layout(sys.stdout)))
        return
    show_report(view.migration, TEXT)
    show_both(view, sys.stdout)


def show_both(view: MigrationView, stream: TextIO) -> None:
    """Print the plan of the target, the deletes on the source, and the notes on both, to `stream`."""
    say = screen().out if stream is sys.stdout else screen().err
    migration = view.migration
    source, target = visible(migration.source.target), visible(migration.target.target)
    say(f"\nFirst, on {target}:\n\n")
    show(view.plan, stream)
    if view.drift.changes:
        say(f"\nChanged by hand on {source} since the last apply:\n\n")
        show(view.drift, stream)
    if view.retire.changes:
        say(f"\nThen, once everything on {target} is verified, on {source}:\n\n")
        show(view.retire, stream)
    if stays := stays_text(view.stays, view.migration):
        say(f"\n{stays}")
    show_refusals(view.notes, view.plan)


def view_of_migration(found: MigrationPlan) -> MigrationView:
    """Return a planned migration in the form that renderers take, with secrets masked."""
    return MigrationView(
        found.migration,
        plan=view_of(found.planned.plan),
        retire=view_of(found.retired),
        drift=view_of(found.drift),
        stays=found.retirement.stays,
        notes=found.notes,
    )


def carry_out(found: MigrationPlan, approve: Callable[[], bool] | None, format: str) -> int:
    """Carry out a migration: show it, refuse or ask, perform it, and report. Return the exit code.

    `approve` asks the user; it is None if `--yes` has answered.
    """
    told = _MigrationPrinter(found, format)
    told.both()
    refusals = found.refusals
    if approve and not refusals and not found.is_done and not interactive():
        refusals = (UNASKED,)
    if refusals:
        told.diagnostics(refusals)
        return told.end(REFUSED, MigrationOutcome(diagnostics=refusals), FAILED)
    if found.is_done:
        told.say(_nothing(found))
        return told.end(NOTHING, MigrationOutcome(stays=found.retirement.stays), DONE)
    if approve and not approve():
        return told.end(DECLINED, MigrationOutcome(), FAILED)
    done = _performed(found)
    told.outcome(done)
    if done.interrupted:
        return told.end(CUT, done, interrupted(screen()))
    return told.end(MOVED, done, DONE) if done.succeeded else told.end(STOPPED, done, FAILED)


def _nothing(found: MigrationPlan) -> str:
    """Return the text for a migration of which everything is done already."""
    sessions = found.sessions
    if found.before is None or sessions.keep_source:
        return f"\nNothing to do: everything that migrates is live on {sessions.target_name}.\n"
    return (
        f"\nNothing to do: everything that migrates is live on {sessions.target_name}, and there is nothing left to "
        f"retire on {sessions.source_name}.\n"
    )


def _performed(found: MigrationPlan) -> MigrationOutcome:
    """Perform a migration and show its progress. Return its outcome, also after a second Ctrl-C."""

    def act(watch: "Watch", stop: Callable[[], bool]) -> MigrationOutcome:
        return migrate(found, watch=watch, stop=stop, tell=screen().note)

    def left(seen: EventLog) -> MigrationOutcome:
        changes = (*found.planned.plan.changes, *found.retired.changes)
        return MigrationOutcome(seen.report(found.planned.session.provider.requests, changes))

    total = len(found.planned.plan.changes) + len(found.retired.changes)
    return performed(total, act, left)


@frozen
class _MigrationPrinter:
    """Prints one migration: as text while it runs, or as one document at its end."""

    found: MigrationPlan
    format: str

    def say(self, text: str) -> None:
        """Print a text for people: on stdout, or on stderr if stdout gets a document."""
        (screen().out if self.format == TEXT else screen().err)(text)

    def both(self) -> None:
        """Print the plan of the target, and the deletes on the source that follow it."""
        show_both(view_of_migration(self.found), self._stream)

    @property
    def _stream(self) -> TextIO:
        """The stream that gets the texts for people."""
        return sys.stdout if self.format == TEXT else sys.stderr

    def diagnostics(self, told: Sequence[Diagnostic]) -> None:
        """Print diagnostics on stderr, except those that the plan has shown already."""
        fresh = [one for one in told if one not in self.found.planned.plan.diagnostics]
        if fresh:
            screen().err(f"\n{diagnostics_text(fresh, colour=screen().colour(sys.stderr))}\n")

    def outcome(self, done: MigrationOutcome) -> None:
        """Print what was done on each target, the new ids, and what stays on the source."""
        sessions = self.found.sessions
        reports = ((sessions.target_name, done.applied), (sessions.source_name, done.retired))
        for name, report in reports:
            if report and (report.outcomes or report.interrupted):
                self.say(f"\nOn {name}\n{self._report(report)}")
        if done.verified and (ids := ids_text(done.ids, self.found.migration)):
            self.say(f"\n{ids}")
        if stays := stays_text(done.stays, self.found.migration) if done.retired else "":
            self.say(f"\n{stays}")
        self.diagnostics(done.diagnostics)

    def _report(self, report: Report) -> str:
        return report_text(report, colour=screen().colour(self._stream))

    def end(self, state: str, done: MigrationOutcome, code: int) -> int:
        """Print the document if the format has one. Return `code`."""
        if self.format == JSON:
            document = execution_document(
                state,
                plan=self.found.planned.plan,
                retire=self.found.retired,
                drift=self.found.drift,
                applied=done.applied,
                retired=done.retired,
                verified=done.verified,
                stays=done.stays or self.found.retirement.stays,
                ids=done.ids,
                diagnostics=(*self.found.notes, *done.diagnostics),
            )
            screen().out(to_json(migration_document(self.found.migration, document)))
        elif self.format != TEXT:
            screen().out(rendered(Shape.OUTCOME, done.report, self.format, layout(sys.stdout)))
        return code
