"""Look for drift and leaks, and keep one issue about them. Changes nothing on the live side."""

from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.drift import Drift
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import rendered
from provisioner.render.leaks.view import LeaksView, pending, view_of_survey
from provisioner.verbs.ci.job import MARKDOWN, PLAIN, TEXT, End, Job
from provisioner.verbs.ci.notes import found, marked
from provisioner.verbs.drift import drift
from provisioner.verbs.gc.survey import surveyed

QUIET = "There is no drift and no leak in what was read. The next finding opens a new issue.\n"


def nightly(job: Job) -> End:
    """Open, update or close the issue of this stack and environment. Raises ProvisionerError."""
    moved = drift(job.options)
    job.group("Drift", rendered(Shape.DRIFT, moved, TEXT, PLAIN))
    view = _leaks(job) if job.leaks else None
    if view:
        job.group("Leaks", rendered(Shape.LEAKS, view, TEXT, PLAIN))
    text = _text(job, moved, view)
    job.host.summarise(text)
    unread: tuple[Diagnostic, ...] = view.diagnostics if view else ()
    is_found = not moved.is_empty or bool(view and pending(view))
    there = found(job.key, job.host.issues())
    if is_found:
        job.host.write_issue(_title(moved), marked(job.key, text), there.id if there else "")
        return End.PENDING
    if has_errors(unread):
        job.findings(unread)
        return End.FAILED
    if there:
        job.host.close_issue(there.id, marked(job.key, f"{QUIET}\n{text}"))
    return End.DONE


def _leaks(job: Job) -> LeaksView:
    with surveyed(job.options) as seen:
        return view_of_survey(seen.survey)


def _title(moved: Drift) -> str:
    plan = moved.plan
    return f"Drift and leaks of {plan.stack}" + (
        f" ({plan.environment})" if plan.environment else ""
    )


def _text(job: Job, moved: Drift, view: LeaksView | None) -> str:
    """Return what was found as Markdown; a summary if all of it is too long for one issue."""
    whole = rendered(Shape.DRIFT, moved, MARKDOWN, PLAIN)
    leaks = f"\n{rendered(Shape.LEAKS, view, MARKDOWN, PLAIN)}" if view else ""
    short = rendered(Shape.DRIFT, moved, MARKDOWN, Layout(summary=True))
    room = job.host.most_bytes - len(QUIET) - len(job.key.mark) - 2
    for text in (f"{whole}{leaks}", f"{short}{leaks}", short):
        if len(text.encode()) <= room:
            return text
    # A character has at most four bytes in UTF-8.
    return short[: room // 4]
