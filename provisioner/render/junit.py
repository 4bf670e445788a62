"""Render results as JUnit XML, which nearly every pipeline shows as a list of tests.

A finding that is an error is a failed test. A change of a plan is a passed test, and an object with
drift a failed one. The first test stands for the whole result, because pipelines take an empty
report for a broken one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.junit_xml import Case, junit
from provisioner.render.values import plural
from provisioner.render.visible import visible

if TYPE_CHECKING:
    from provisioner.model.outcome import Outcome
    from provisioner.render.findings import Finding


def _cases(whole: Case, found: "Sequence[Finding]", failing: "Sequence[str]") -> list[Case]:
    """Return the tests of a report: `whole`, which stands for the result, and one for each finding.

    `failing` are the levels of findings that are failed tests.
    """
    return [
        whole,
        *(
            Case(
                one.told,
                one.position.file if one.position else one.rule,
                "\n".join(filter(None, [str(one.position or ""), one.detail])),
                # A finding that a manifest allows is listed, and fails nothing.
                failed=one.summary if one.level in failing and not one.allowed else "",
                kind=one.rule,
            )
            for one in found
        ),
    ]


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.findings import ERROR, of_validation
    from provisioner.render.validation import contents_told

    found = of_validation(validation)
    errors = sum(one.level == ERROR for one in found)
    failed = f"{plural(errors, 'error was', 'errors were')} found." if errors else ""
    told = contents_told(validation) if validation.valid else ""
    whole = Case("no error was found", "validate", told, failed, kind="validate")
    return junit("validate", _cases(whole, found, (ERROR,)))


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.findings import ERROR, of_plan
    from provisioner.render.tally import counts_told, nothing_told

    failed = "This plan cannot be applied: the failed tests below say why." if view.standing else ""
    told = nothing_told(view) if view.is_empty else counts_told(view)
    whole = Case("the plan can be applied", view.verb, told, failed, kind="refused")
    return junit(f"plan of {view.verb}", _cases(whole, of_plan(view), (ERROR,)))


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.drift import summary_told
    from provisioner.render.findings import ERROR, WARNING, of_drift

    told = " ".join(summary_told(drift))
    failed = "" if drift.is_empty else told
    whole = Case("nothing drifted", "drift", told, failed, kind="drift")
    return junit("drift", _cases(whole, of_drift(drift), (ERROR, WARNING)))


def _outcome(report: Any, _layout: Layout) -> str:
    from provisioner.model.outcome import Status
    from provisioner.render.findings import ERROR, of_diagnostics
    from provisioner.render.report import tally_text

    failed = (
        ""
        if report.succeeded
        else "Not every change was made: the failed and skipped tests below say which."
    )
    whole = Case("every change was made", "apply", tally_text(report), failed, kind="apply")
    cases = _cases(whole, of_diagnostics(report.diagnostics), (ERROR,))
    # A test that only started would be counted as passed.
    ended = [one for one in report.outcomes if one.status is not Status.STARTED]
    return junit("apply", [*cases, *map(_ended, ended)])


def _ended(one: "Outcome") -> Case:
    """Return the JUnit test for the outcome of one change."""
    from provisioner.model.outcome import Status

    told = f"{one.action.word} {one.status}"
    detail = "\n".join(map(visible, (one.error or one.id).splitlines()))
    return Case(
        f"{one.action.word} {one.address}",
        one.address.kind,
        detail,
        failed=told if one.status is Status.FAILED else "",
        skipped=told if one.status is Status.SKIPPED else "",
        kind=one.action.word,
        seconds=one.seconds,
    )


def _checks(report: Any, _layout: Layout) -> str:
    from provisioner.render.checks import checks_junit

    return checks_junit(report)


FORMAT: Final = Format(
    "junit",
    {
        Shape.VALIDATION: _validation,
        Shape.CHECKS: _checks,
        Shape.PLAN: _plan,
        Shape.DRIFT: _drift,
        Shape.OUTCOME: _outcome,
    },
)
