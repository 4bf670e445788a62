"""Render the report of `test` as a page: each check on each side, and why an answer failed."""

from collections.abc import Iterator

from provisioner.model.checks import ChecksReport, Tested
from provisioner.render.checks import ENDED_EARLY, decides, mean_seconds, ordered, outcome
from provisioner.render.html.markup import Markup, code, joined, table, tag
from provisioner.render.html.page import facts, page, told

_HEADERS = ("Assistant", "Check", "Side", "Result", "Answers", "Tokens", "Mean time")


def checks_html(report: ChecksReport) -> str:
    """Return a report as one HTML document, failures first."""
    title = "passed" if report.passed else "not passed"
    found = ordered(report)
    rows = [_row(one, report) for one in found]
    named = {
        "Stack": report.stack,
        "Environment": report.environment,
        "Target": report.target,
        "Host": report.host,
        "Digest": report.digest,
    }
    failed = [_failure(one, report) for one in found if not one.passed]
    return page(
        f"Test of {report.stack}: {title}",
        facts(named),
        {
            "said": ("Diagnostics", told(report.diagnostics)),
            "failed": ("Failed", failed),
            "checks": ("Checks", [*_checks(rows), tag("p", outcome(report))]),
        },
    )


def _checks(rows: list[tuple[str, ...]]) -> Iterator[Markup]:
    if rows:
        yield table(_HEADERS, rows, "Each check, on each side")


def _row(one: Tested, report: ChecksReport) -> tuple[str, ...]:
    beside = "" if decides(one, report) else ", for comparison"
    return (
        code(one.address),
        code(one.check.name),
        f"{one.side}{beside}",
        "passed" if one.passed else tag("strong", "failed"),
        f"{sum(a.passed for a in one.attempts)} of {one.check.repeats}",
        f"{sum(a.tokens for a in one.attempts):,}",
        f"{mean_seconds(one):.1f} s",
    )


def _failure(one: Tested, report: ChecksReport) -> Markup:
    """Return a block with each sentence about an answer that failed."""
    beside = "" if decides(one, report) else ", for comparison"
    head = joined([code(one.address), " ", code(one.check.name), f", {one.side}{beside}"])
    said = [
        line
        for number, attempt in enumerate(one.attempts, 1)
        for failure in attempt.failures
        for line in f"answer {number}: {failure}".splitlines()
    ]
    lines = [joined([Markup("\n"), line]) for line in said or [ENDED_EARLY]]
    return tag("div", head, *lines, class_="stop")
