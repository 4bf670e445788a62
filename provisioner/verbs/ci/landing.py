"""Apply what was merged, if exactly this plan was approved."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Report
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.pipelines.host import Landed, Proposal, Record, Reviews
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.format import Shape
from provisioner.render.formats import rendered
from provisioner.render.markdown.plan import told_in_fence
from provisioner.verbs._shared.session import read
from provisioner.verbs._shared.trusted import Trusted
from provisioner.verbs.ci.files import fetched, taken_out
from provisioner.verbs.ci.job import MARKDOWN, PLAIN, End, Job, as_markdown, shown, with_digest
from provisioner.verbs.ci.verdict import refusal, stale
from provisioner.verbs.plan import planned
from provisioner.verbs.validate import validate

PAUSE = 15.0
"""Seconds between two requests that ask whether earlier pipelines have ended."""


def landed(job: Job, event: Landed) -> End:
    """Plan at the merged commit, and apply the plan if it was approved. Raises ProvisionerError."""
    if left := _left(job):
        return _stopped(job, None, [_waited(left)])
    if event.is_again and job.host.newest(event.branch) != event.commit:
        return _stopped(job, None, [_outrun(event)])
    proposal = job.host.proposal_of(event.commit)
    try:
        seen = _seen(job, proposal)
        job.findings(validate(job.options).diagnostics)
        if (early := seen.unapproved()) and _leads_away(job, event):
            return _stopped(job, proposal, [early])
        return _planned(job, event, seen)
    except ProvisionerError as error:
        return _stopped(job, proposal, error.diagnostics)


def _planned(job: Job, event: Landed, seen: "_Seen") -> End:
    """Plan at the merged commit, and apply the plan if exactly this one was approved."""
    # Whoever approved the plan has seen the drift that it overwrites. Another plan is refused.
    with planned(job.options, overrides=Overrides(overwrite_drift=True)) as found:
        plan = with_digest(found)
        job.group("Plan", shown(plan))
        if plan.is_empty and not plan.standing:
            return _unchanged(job, seen.proposal, plan)
        unapproved = seen.refusal(plan.digest)
        why = [*plan.standing] or ([unapproved] if unapproved else [])
        if why:
            return _stopped(job, seen.proposal, why, plan)
        return _told(job, seen.proposal, event, job.carried_out(replace(found, plan=plan)))


def _left(job: Job) -> Sequence[str]:
    """Wait for pipelines of earlier commits, for at most `max_wait` seconds.

    Return the names of those that have not ended then.
    """
    left, waited = job.host.earlier(), 0.0
    while left and waited < job.max_wait:
        job.line(f"Waiting for {', '.join(left)}, which came before.")
        job.sleep(PAUSE)
        waited += PAUSE
        left = job.host.earlier()
    return left


def _waited(left: Sequence[str]) -> Diagnostic:
    detail = (
        f"{', '.join(left)} came before and has not ended, and what it changes would be a part of this "
        "plan. Nothing was changed. Run this job again when it has ended."
    )
    return Diagnostic(codes.NOT_REVIEWED, detail)


def _outrun(event: Landed) -> Diagnostic:
    detail = (
        f"This job was started again, and {event.branch} has a newer commit than {event.commit[:12]}. "
        "Nothing was changed. Run the job of the newest commit again instead."
    )
    return Diagnostic(codes.NOT_REVIEWED, detail)


@frozen
class _Seen:
    """The merged proposal, its reviews, and the records of the plans that were made of it."""

    proposal: Proposal | None
    reviews: Reviews
    records: Sequence[Record]
    needs_approval: bool

    def refusal(self, digest: str) -> Diagnostic | None:
        """Return the reason why the plan with this digest may not be applied; None if it may be."""
        needs = self.needs_approval
        return refusal(digest, self.proposal, self.reviews, self.records, require_approval=needs)

    def unapproved(self) -> Diagnostic | None:
        """Return the reason why no approval covers the targets of the merged commit; None if one does."""
        # No plan has an empty digest, so there is always a refusal. NOT_REVIEWED says that nothing
        # was approved; any other says only that the approved plan has another digest.
        found = self.refusal("")
        if found is None or found.code is codes.NOT_REVIEWED:
            return found
        return stale(self.proposal, self.reviews) if self.proposal and self.needs_approval else None


def _seen(job: Job, proposal: Proposal | None) -> _Seen:
    """Return the reviews and records of a merged proposal, as far as the verdict needs them."""
    host, needs = job.host, job.require_approval
    is_known = proposal is not None and not proposal.is_foreign
    reviews = host.reviews(proposal) if proposal and is_known and needs else Reviews()
    commits = [one.commit for one in reviews.approvals]
    if proposal and not needs:
        commits = [proposal.head]
    records = host.records(proposal, str(job.key), commits) if proposal and commits else ()
    return _Seen(proposal, reviews, records, needs)


def _leads_away(job: Job, event: Landed) -> bool:
    """Return true if the push changes where requests go or which variables are read.

    If nobody approved that, even a plan must not send a request there. The commit before the push
    is read as data. Raises ProvisionerError.
    """
    # For a push that creates a branch, the host gives zeros as the commit before it.
    if not event.before.strip("0"):
        return False
    environ = job.options.environ
    with TemporaryDirectory(prefix="before-", dir=environ.get("RUNNER_TEMP") or None) as folder:
        before = fetched(job.root, environ, event.before)
        place = taken_out(job.root, environ, before.commit, job.key.folder, Path(folder))
        if place is None:
            return False
        loaded = read(replace(job.options, trusted=Trusted(place)))
    return any(one.code is codes.PROPOSAL_CHANGES_TARGETS for one in loaded.diagnostics)


def _unchanged(job: Job, proposal: Proposal | None, plan: Plan) -> End:
    """Publish that the merged commit changes nothing, and return DONE."""
    text = as_markdown(plan)
    job.host.summarise(text)
    if proposal:
        job.comment(proposal, text, job.footer(proposal, "merged; nothing was left to apply"))
    return End.DONE


def _stopped(
    job: Job, proposal: Proposal | None, why: Sequence[Diagnostic], plan: Plan | None = None
) -> End:
    """Publish why nothing was applied, and return FAILED."""
    job.group("Not applied", diagnostics_text(why))
    job.findings(why)
    text = "\n".join(["### Not applied", "", *told_in_fence(why), ""])
    whole = f"{text}\n{as_markdown(plan)}" if plan else text
    job.host.summarise(whole)
    if proposal:
        body = whole if len(whole.encode()) < job.host.most_bytes - len(text) else text
        job.comment(proposal, body, job.footer(proposal, "merged, and not applied"))
    return End.FAILED


def _told(job: Job, proposal: Proposal | None, event: Landed, report: Report) -> End:
    """Publish the report of an apply, and return how the job ends."""
    text = rendered(Shape.OUTCOME, report, MARKDOWN, PLAIN)
    job.host.summarise(text)
    if proposal:
        told = f"merged as {event.commit[:12]}" + (
            "" if report.succeeded else ", and not all applied"
        )
        job.comment(proposal, text, job.footer(proposal, told))
    return End.DONE if report.succeeded else End.FAILED
