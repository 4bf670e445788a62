"""Render the report of an apply as text for people."""

from collections.abc import Iterator

from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.plan import Action
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.fields import INDENT
from provisioner.render.palette import Palette, Style
from provisioner.render.values import plural
from provisioner.render.visible import visible


def report_text(report: Report, *, colour: bool = False) -> str:
    """Return the changes that failed, those that were skipped because of them, and the counts."""
    paint = Palette(colour)
    failed = [o for o in report.outcomes if o.status is Status.FAILED]
    skipped = [o for o in report.outcomes if o.status is Status.SKIPPED]
    sections = [
        *("\n".join(_ended(outcome, paint)) for outcome in failed),
        "\n".join(line for outcome in skipped for line in _ended(outcome, paint)),
        diagnostics_text(report.diagnostics, colour=colour),
        _tally(report, paint),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _ended(outcome: Outcome, paint: Palette) -> Iterator[str]:
    """Yield the lines of a change that failed or was skipped."""
    failed = outcome.status is Status.FAILED
    mark = paint(Style.RED, "✗") if failed else paint(Style.DIM, "·")
    verb = f"{outcome.action.word} {outcome.status}"
    address = paint(Style.STRONG, visible(str(outcome.address)))
    yield f"{mark} {address}  {paint(Style.RED if failed else Style.DIM, verb)}"
    for line in outcome.error.splitlines():
        yield f"{INDENT}{visible(line)}"


def _tally(report: Report, paint: Palette) -> str:
    """Return the last line of the report, with its numbers."""
    title = "Apply, interrupted:" if report.interrupted else "Apply:"
    style = Style.STRONG if report.succeeded else Style.RED
    return f"{paint(style, title)} {tally_text(report)}."


def tally_text(report: Report) -> str:
    """Return the numbers of a report, such as `3 created in 1.2 s, 9 requests (6 GET, 3 POST)`."""
    forgotten = sum(o.action is Action.FORGET and o.status is Status.DONE for o in report.outcomes)
    counts = {w: n for w, n in {**report.counts, "forgotten": forgotten}.items() if n}
    done = ", ".join(f"{count:,} {word}" for word, count in counts.items()) or "nothing was done"
    return f"{done} in {_elapsed(report.seconds)}{_requests(report)}"


def _elapsed(seconds: float) -> str:
    """Return a duration, given in seconds, such as `2 min 5 s` or `1.2 s`."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {int(rest)} s" if minutes else f"{rest:.1f} s"


def _requests(report: Report) -> str:
    """Return the numbers of requests, by method, after a comma."""
    total = sum(report.requests.values())
    if not total:
        return ", no requests"
    methods = ", ".join(f"{n:,} {visible(m)}" for m, n in sorted(report.requests.items()) if n)
    return f", {plural(total, 'request')} ({methods})"
