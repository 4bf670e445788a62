"""Carry out the plan of any verb that writes: save it; or show it, refuse or ask, apply, report."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from provisioner.cli._shared.errors import DONE, FAILED, interrupted
from provisioner.cli._shared.formats import layout
from provisioner.cli._shared.options import TEXT, screen
from provisioner.cli._shared.plan_output import present, show, show_refusals, with_texts
from provisioner.cli._shared.progress import Event, progress
from provisioner.cli._shared.screen import interactive, is_terminal
from provisioner.cli._shared.signals import winding_down
from provisioner.engine.plan import agreed
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.hints import hint
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Change, Plan
from provisioner.render.format import Shape
from provisioner.render.formats import rendered
from provisioner.verbs.plan import Planned

if TYPE_CHECKING:
    from provisioner.verbs.apply.run import Watch

T = TypeVar("T")
YES: Final = ("y", "yes")
"""The answers that agree to a plain question."""
UNASKED = Diagnostic(
    codes.NOBODY_TO_ASK,
    "There is no terminal to ask on. Nothing was changed. Pass --yes to go ahead without asking.",
)


def offer(
    planned: Planned,
    out: Path | None,
    format: str,
    question: str,
    *,
    answers: Sequence[str] = YES,
    overrides: Overrides = Overrides(),
    yes: bool,
) -> int:
    """Save a plan to `out` if that is given; else show it, ask, and carry it out.

    `answers` are the texts that agree to the question. `overrides` are those with which the plan
    was made. Return the exit code.
    """
    if out:
        return present(planned, out, format, overrides=overrides)
    hint = " [y/N]" if answers == YES else ""
    ask = None if yes else lambda: approval(f"\n{question}{hint} ", answers)
    return carry_out(planned, ask, format)


def carry_out(
    planned: Planned,
    approve: Callable[[], bool] | None,
    format: str,
) -> int:
    """Show a plan, refuse or ask, apply it, and report. Return the exit code.

    `approve` asks the user; it is None if `--yes` has answered.
    """
    plan, requests = planned.plan, planned.session.provider.requests
    refusals = plan.standing
    # Where stdout gets a document for a program, the plan for people goes to stderr.
    stream = sys.stdout if format == TEXT else sys.stderr
    is_asked = approve is not None and not refusals
    # The words of documents may cost a request each, so they are fetched only for somebody who is asked.
    shown = with_texts(plan, planned) if is_asked else plan
    show(_without_doubles(shown), stream, is_done_at_once=not (approve or refusals))
    # Nothing is applied that nobody agreed to.
    if approve and not refusals and not plan.is_empty and not interactive():
        refusals = (UNASKED,)
    if refusals:
        show_refusals(refusals, plan)
        # A report without a failed change ends with 0, and a refused plan has to end with 1.
        return _report(Report((), tuple(refusals), requests), format, quiet=True) or FAILED
    if plan.is_empty:
        return _report(Report(requests=requests), format, quiet=True)
    if approve and not approve():
        return _report(Report(requests=requests), format, quiet=True) or FAILED
    if approve:
        # With --yes nobody was asked, so the undeclared values are not accepted as the baseline.
        planned = replace(planned, plan=agreed(plan))
    return _report(applied(planned), format)


def _without_doubles(plan: Plan) -> Plan:
    """Return a plan without the warnings about secrets that its refusals repeat as errors."""
    told = {one.subject for one in plan.standing if one.code is codes.SECRET_NOT_SET}
    kept = [
        d for d in plan.diagnostics if d.code is not codes.SECRET_NEEDED or d.subject not in told
    ]
    return replace(plan, diagnostics=tuple(kept))


def applied(planned: Planned) -> Report:
    """Apply a plan and show its progress. Return the report, also after a second Ctrl-C."""
    # Imported here, because a plan without changes needs none of these modules.
    from provisioner.verbs.apply.run import apply

    def left(seen: EventLog) -> Report:
        return seen.report(planned.session.provider.requests, planned.plan.changes)

    def act(watch: "Watch", stop: Callable[[], bool]) -> Report:
        return apply(planned, watch=watch, stop=stop)

    return performed(len(planned.plan.changes), act, left)


def performed(
    total: int, act: "Callable[[Watch, Callable[[], bool]], T]", left: "Callable[[EventLog], T]"
) -> T:
    """Run `act` and show the progress of `total` changes. Return its result.

    `act` gets a function for events, and a function that returns true once the run has to stop.
    `left` makes the result after a second Ctrl-C from the events so far.
    """
    seen = EventLog()
    screen().err("\n")
    with winding_down(screen()) as stop:
        live = is_terminal(sys.stderr)
        try:
            with progress(screen(), total, live=live) as show_event:
                seen.then = show_event
                return act(seen, stop)
        # A second signal: the requests that still run are left behind, and what became of them is unknown.
        except KeyboardInterrupt:
            return left(seen)


@dataclass(slots=True)
class EventLog:
    """Records every event of an apply, so that a report can be made if the user leaves at once.

    `then` is called with each event. `began` is the monotonic time at which the log was made.
    """

    events: list[Event] = field(default_factory=list)
    then: Callable[[Event], None] = lambda _event: None
    began: float = field(default_factory=time.monotonic)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.then(event)

    def report(self, requests: Mapping[str, int], changes: Sequence[Change]) -> Report:
        """Return the report of `changes` so far.

        A change whose request is still running counts as failed, because its outcome is not known.
        """
        told = [e for e in self.events if isinstance(e, Outcome)]
        ended = [e for e in told if e.status is not Status.STARTED]
        seen = {e.address for e in ended}
        running = {e.address for e in told} - seen
        left = [
            Outcome(
                change.address,
                change.action,
                Status.FAILED if change.address in running else Status.SKIPPED,
                change.live.id if change.live else "",
                _LEFT.format(plan=hint("plan")) if change.address in running else _NOT_BEGUN,
            )
            for change in changes
            if change.address not in seen
        ]
        diagnostics = tuple(e for e in self.events if isinstance(e, Diagnostic))
        seconds = time.monotonic() - self.began
        return Report((*ended, *left), diagnostics, dict(requests), seconds, interrupted=True)


_LEFT: Final = (
    "its request was still running when the run was stopped: whether it was performed is not known,"
    " and {plan} shows it"
)
_NOT_BEGUN: Final = "interrupted before it began"


def _report(report: Report, format: str, *, quiet: bool = False) -> int:
    """Print a report and return the exit code.

    With `quiet`, a report as text is not printed, because everything in it has been shown.
    """
    if format != TEXT or not quiet:
        text = rendered(Shape.OUTCOME, report, format, layout(sys.stdout))
        screen().out(f"\n{text}" if format == TEXT else text)
    if report.interrupted:
        return interrupted(screen())
    return DONE if report.succeeded else FAILED


def approval(question: str, answers: Sequence[str]) -> bool:
    """Ask a question on the terminal and return true if the answer agrees.

    The end of input counts as a no. Raises PlanRefused if there is no terminal.
    """
    if not interactive():
        raise PlanRefused(UNASKED)
    screen().err(question)
    approved = sys.stdin.readline().strip().lower() in answers
    if not approved:
        screen().err("Nothing was changed.\n")
    return approved
