"""Reports that are no plan: of each shape one, with a text of others wherever one can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provisioner.engine.migration import KeptObject
from provisioner.model.address import Address
from provisioner.model.checks import Attempt, Check, ChecksReport, Side, Tested
from provisioner.model.comparison import Comparison
from provisioner.model.comparison import Side as Compared
from provisioner.model.diagnostic import Diagnostic, Position, Severity
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    Migration,
    ResourceEffect,
    ResourceMigration,
)
from provisioner.model.migration import Side as Place
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import Action, Change, FieldChange, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.runtime import Level, Support
from provisioner.model.validation import Validation
from provisioner.render.format import Shape
from provisioner.render.migration_reading import MigrationView
from provisioner.render.view import view_of
from tests.render.samples import ASSISTANT, STORE, plan, update
from tests.support.codes import code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _said(text: str) -> tuple[Diagnostic, ...]:
    told = Diagnostic(code("odd"), text, Position(text, 1, 1), subject=text)
    return told, Diagnostic(code("odd"), text, None, Severity.WARNING, text)


def _outcome(text: str) -> Report:
    outcomes = (
        Outcome(STORE, Action.CREATE, Status.DONE, "vs_1", release=3, seconds=1.25),
        Outcome(Address("assistant", text), Action.UPDATE, Status.DONE, text),
        Outcome(ASSISTANT, Action.CREATE, Status.FAILED, text, text),
        Outcome(ASSISTANT, Action.DELETE, Status.SKIPPED, error=text),
    )
    return Report(outcomes, _said(text), {text: 1}, seconds=2)


def _checks(text: str) -> ChecksReport:
    check = Check(text, text, ())
    results = (
        Tested(ASSISTANT, check, Side.CANDIDATE, (Attempt(None, 1.5, (text,)),)),
        Tested(ASSISTANT, check, Side.LIVE, (Attempt(None, 0.5),)),
    )
    judged = {ASSISTANT: Side.CANDIDATE}
    return ChecksReport(text, text, text, text, "abc", results, judged, _said(text))


def _comparison(text: str) -> Comparison:
    changes = (
        update(FieldChange("temperature", 0.2, 0.9), FieldChange(text, text, f"{text}\nx")),
        Change(STORE, Action.CREATE),
    )
    sides = Compared("dev", text), Compared("prod", text)
    return Comparison(*sides, changes, 3, _said(text))


def _migration(text: str) -> Migration:
    stored, none = Support(Level.STORED), Support(Level.UNSUPPORTED)
    at = Position(text, 7, 3)
    fields = (
        FieldMigration("model", FieldEffect.EXACT, stored, stored),
        FieldMigration(text, FieldEffect.CHANGED, stored, stored, name=text, note=text),
        FieldMigration(
            "temperature", FieldEffect.LOST, stored, none, note=text, drop=text, position=at
        ),
    )
    places = Place(text, "assistants", text), Place("new", "agents", text, text)
    resources = (
        ResourceMigration(STORE, ResourceEffect.LOST, 3, drop=text, position=at),
        ResourceMigration(Address("file", text), ResourceEffect.REBUILT, 1),
    )
    moved = (AssistantMigration(ASSISTANT, fields),)
    return Migration(text, text, *places, moved, resources, (text,), _said(text))


def _move(text: str) -> MigrationView:
    gone = Change(STORE, Action.DELETE, Reason.MIGRATED, live=RemoteObject("x", "vs_1", text, {}))
    return MigrationView(
        _migration(text),
        view_of(plan(update(FieldChange("instructions", text, f"{text} x")))),
        view_of(plan(gone)),
        view_of(plan(update(FieldChange("name", text, "x", Reason.DRIFT)))),
        (KeptObject(STORE, text, "used by others"),),
        _said(text),
    )


REPORTS: Final[Mapping[Shape, Callable[[str], Any]]] = {
    Shape.OUTCOME: _outcome,
    Shape.CHECKS: _checks,
    Shape.COMPARISON: _comparison,
    Shape.MIGRATION: _migration,
    Shape.MOVE: _move,
    Shape.VALIDATION: lambda text: Validation({"assistant": 1}, 0, _said(text)),
}


def report_of(shape: Shape, text: str = "Nothing to worry about.") -> Any:
    """Return a report of this shape, in which everything that others can write is the text."""
    return REPORTS[shape](text)
