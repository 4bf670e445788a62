"""Render the report of an apply as Markdown: failures first, then the ids of what was done."""

from collections.abc import Iterator

from provisioner.model.outcome import Outcome, Report, Status
from provisioner.render.markdown.plan import told_in_fence
from provisioner.render.markdown.room import Piece, fitted
from provisioner.render.markdown.syntax import code, details, escaped, fenced, tag
from provisioner.render.report import tally_text
from provisioner.render.visible import visible


def outcome_markdown(report: Report) -> str:
    """Return the report of an apply as Markdown of at most `room.LIMIT` bytes."""
    title = "Apply, interrupted" if report.interrupted else "Apply"
    failed = "" if report.succeeded else " (not every change was made)"
    head = [f"### {title}{failed}: {escaped(tally_text(report))}", ""]
    if report.diagnostics:
        head += [*told_in_fence(report.diagnostics), ""]
    ended = {status: [o for o in report.outcomes if o.status is status] for status in Status}
    pieces = [*map(_stopped, (*ended[Status.FAILED], *ended[Status.SKIPPED]))]
    pieces += [Piece("", changes=0)] if pieces and ended[Status.DONE] else []
    pieces += [*map(_done, ended[Status.DONE])]
    return fitted(head, pieces, ())


def _stopped(outcome: Outcome) -> Piece:
    """Return a change that failed or was skipped as a piece of the comment, with its error."""
    told = f"{outcome.action.word} {outcome.status}"
    lines = [visible(line) for line in outcome.error.splitlines()]
    short = f"- **{told}** {code(str(outcome.address))}"
    if not lines:
        return Piece(short)
    summary = f"<b>{told}</b> {tag(str(outcome.address))}"
    is_open = outcome.status is Status.FAILED
    return Piece(short, tuple(details(summary, fenced(lines, "text"), is_open=is_open)))


def _done(outcome: Outcome) -> Piece:
    """Return a change that was made as a piece of the comment."""
    return Piece(f"- {' '.join(_words(outcome))}")


def _words(outcome: Outcome) -> Iterator[str]:
    """Yield the words about a change that was made."""
    yield f"{outcome.action.word} {code(str(outcome.address))}"
    if outcome.id:
        yield code(outcome.id)
    if outcome.release:
        yield f"release {outcome.release}"
