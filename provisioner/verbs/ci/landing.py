"""Apply what was merged, if exactly this plan was approved."""

from collections.abc import Sequence

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.outcome import Report
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.pipelines.host import Landed, Proposal, Reviews
from provisioner.render.format import Shape
from provisioner.render.formats import rendered
from provisioner.render.markdown.plan import told_in_fence
from provisioner.render.text import diagnostics_text
from provisioner.verbs.ci.job import MARKDOWN, PLAIN, End, Job, as_markdown, shown, with_digest
from provisioner.verbs.ci.verdict import refusal
from provisioner.verbs.plan import planned
from provisioner.verbs.validate import validate

PAUSE = 15.0
"""Seconds between the questions if earlier pipelines have ended."""


def landed(job: Job, event: Landed) -> End:
    """Plan at the merged commit, and apply the plan if it was approved. Raises ProvisionerError."""
    if left := _left(job):
        return _stopped(job, None, [_waited(left)])
    if event.is_again and job.host.newest(event.branch) != event.commit:
        return _stopped(job, None, [_outrun(event)])
    proposal = job.host.proposal_of(event.commit)
    job.findings(validate(job.options).diagnostics)
    with planned(job.options, overrides=Overrides(overwrite_drift=True)) as found:
        plan = with_digest(found)
        job.group("Plan", shown(plan))
        if plan.is_empty and not plan.standing:
            return _unchanged(job, proposal, plan)
        why = [*plan.standing] or _unapproved(job, proposal, plan.digest)
        if why:
            return _stopped(job, proposal, why, plan)
        return _told(job, proposal, event, job.perform(found))


def _left(job: Job) -> Sequence[str]:
    """Wait for earlier pipelines. Returns those that have not ended after `max_wait` seconds."""
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
        "Nothing was changed."
    )
    return Diagnostic(codes.NOT_REVIEWED, detail)


def _unapproved(job: Job, proposal: Proposal | None, digest: str) -> list[Diagnostic]:
    """Return the reason why this plan may not be applied; nothing if it was approved."""
    host, needs = job.host, job.require_approval
    is_known = proposal is not None and not proposal.is_foreign
    reviews = host.reviews(proposal) if proposal and is_known and needs else Reviews()
    commits = [one.commit for one in reviews.approvals]
    if proposal and not needs:
        commits = [proposal.head]
    records = host.records(proposal, str(job.key), commits) if proposal and commits else ()
    why = refusal(digest, proposal, reviews, records, require_approval=needs)
    return [why] if why else []


def _unchanged(job: Job, proposal: Proposal | None, plan: Plan) -> End:
    text = as_markdown(plan)
    job.host.summarise(text)
    if proposal:
        job.comment(proposal, text, job.footer(proposal, "merged; nothing was left to apply"))
    return End.DONE


def _stopped(
    job: Job, proposal: Proposal | None, why: Sequence[Diagnostic], plan: Plan | None = None
) -> End:
    """Tell why nothing was applied."""
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
    text = rendered(Shape.OUTCOME, report, MARKDOWN, PLAIN)
    job.host.summarise(text)
    if proposal:
        told = f"merged as {event.commit[:12]}" + (
            "" if report.succeeded else ", and not all applied"
        )
        job.comment(proposal, text, job.footer(proposal, told))
    return End.DONE if report.succeeded else End.FAILED
