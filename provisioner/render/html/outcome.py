"""Render the report of an apply as a page: what failed first, and then each object with its id."""

from provisioner.model.outcome import Outcome, Report, Status
from provisioner.render.html.markup import Markup, code, joined, table, tag
from provisioner.render.html.page import Sections, page, told
from provisioner.render.report import tally_text


def outcome_html(report: Report) -> str:
    """Return the report of an apply as one HTML document."""
    title = "Apply, interrupted" if report.interrupted else "Apply"
    failed = "" if report.succeeded else " (not all of it was done)"
    return page(f"{title}{failed}: {tally_text(report)}", Markup(""), outcome_sections(report))


def outcome_sections(report: Report) -> Sections:
    """Return a section for each status of an outcome, and one for the diagnostics of the report."""
    ended = {status: [o for o in report.outcomes if o.status is status] for status in Status}
    failed, skipped, done = (ended[s] for s in (Status.FAILED, Status.SKIPPED, Status.DONE))
    return {
        "said": ("Diagnostics", told(report.diagnostics)),
        "failed": ("Failed", [_stopped(one, "stop") for one in failed]),
        "skipped": ("Skipped", [_stopped(one, "warn") for one in skipped]),
        "done": ("Done", [_done(done)] if done else []),
    }


def _stopped(outcome: Outcome, style: str) -> Markup:
    """Return a block about a change that failed or was not begun, with its reason."""
    facts = [f"{outcome.action.word} ", code(outcome.address)]
    facts += [" ", code(outcome.id)] if outcome.id else []
    lines = [joined([Markup("\n"), line]) for line in outcome.error.splitlines()]
    return tag("div", *facts, *lines, class_=style)


def _done(outcomes: list[Outcome]) -> Markup:
    rows = [
        (
            code(one.address),
            one.action.word,
            code(one.id) if one.id else "",
            str(one.release or ""),
            f"{one.seconds:.1f} s",
        )
        for one in outcomes
    ]
    return table(("Resource", "Action", "Id", "Release", "Time"), rows, "Changes that were made")
