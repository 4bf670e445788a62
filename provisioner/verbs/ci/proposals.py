"""Validate and plan proposals, and write a comment on each. Changes nothing on the live side."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.validation import Validation
from provisioner.pipelines.host import Proposal, Proposed, Readiness
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.format import Shape
from provisioner.render.formats import rendered
from provisioner.render.markdown.plan import told_in_fence
from provisioner.verbs._shared.session import RunOptions, environ_of, read
from provisioner.verbs._shared.trusted import Asked, Trusted
from provisioner.verbs.ci.files import fetched, taken_out
from provisioner.verbs.ci.job import (
    MARKDOWN,
    PLAIN,
    TEXT,
    End,
    Job,
    as_markdown,
    shown,
    with_digest,
)
from provisioner.verbs.plan import planned
from provisioner.verbs.validate import validate

PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the requests that ask whether the host has tried the merge."""
APPROVE: Final = "to apply exactly this plan, approve and merge"
FOREIGN: Final = (
    "This proposal comes from another repository, so it is validated only: no key is in reach, and "
    "nothing was asked of the target."
)
NO_STACK: Final = (
    "The branch that this proposal goes to has no Stack in this folder, so nothing says which "
    "target may be asked. The proposal is validated only."
)


def proposed(job: Job, event: Proposed) -> End:
    """Plan every proposal of the event, and return the worst end.

    If one proposal cannot be planned, the others are planned all the same.
    """
    ends = [_one(job, proposal) for proposal in event.proposals]
    return max(ends, key=lambda end: end.gravity, default=End.DONE)


def _one(job: Job, proposal: Proposal) -> End:
    """Validate and plan a proposal, and return the end: FAILED, with a message, after an error."""
    try:
        return _looked_at(job, proposal)
    except ProvisionerError as error:
        # The message may hold words of the proposal, so it is printed where they command nothing.
        job.group(f"No plan of {proposal.name}", diagnostics_text(error.diagnostics))
        return End.FAILED


def _looked_at(job: Job, proposal: Proposal) -> End:
    """Validate and plan a proposal, and comment on it.

    Raises ProvisionerError if there is no plan, or if the comment could not be written.
    """
    ready = _readiness(job, proposal)
    if ready is Readiness.MOVED:
        job.line(f"{proposal.name} is closed, or has a newer commit, which its own pipeline plans.")
        return End.DONE
    if ready is not Readiness.READY:
        return _told(job, proposal, [_unmerged(proposal, ready)])
    with _place(job.options) as place:
        try:
            return _planned(job, proposal, place)
        except ProvisionerError as error:
            _told(job, proposal, error.diagnostics, clean=place.clean)
            raise


@dataclass
class _Place:
    """The folder into which the files of a proposal are written."""

    folder: Path

    def clean(self, text: str) -> str:
        """Return a text in which paths are relative to the repository."""
        for folder in {str(self.folder), os.path.realpath(self.folder)}:
            text = text.replace(f"{folder}/", "")
        return text


@contextmanager
def _place(options: RunOptions) -> Iterator[_Place]:
    where = options.environ.get("RUNNER_TEMP") or None
    with TemporaryDirectory(prefix="proposal-", dir=where) as folder:
        yield _Place(Path(folder))


def _readiness(job: Job, proposal: Proposal) -> Readiness:
    """Return the host's word on whether a proposal can be merged, after waiting for it a while."""
    ready = job.host.readiness(proposal)
    for pause in PAUSES:
        if ready is not Readiness.UNKNOWN:
            break
        job.sleep(pause)
        ready = job.host.readiness(proposal)
    return ready


def _unmerged(proposal: Proposal, ready: Readiness) -> Diagnostic:
    if ready is Readiness.CONFLICTS:
        detail = f"{proposal.name} conflicts with {proposal.base}. Resolve the conflicts and push."
    else:
        detail = f"The host has not tried to merge {proposal.name} yet. Run the job again."
    return Diagnostic(codes.PROPOSAL_CONFLICTS, detail)


def _planned(job: Job, proposal: Proposal, place: _Place) -> End:
    """Validate and plan the merge of a proposal, publish the plan, and record its digest."""
    environ = job.options.environ
    merged = fetched(job.root, environ, proposal.ref)
    # The host's ref may have moved to a newer commit, which the comment would then be wrong about.
    if proposal.head not in merged.parents:
        job.line(f"{proposal.name} has a newer commit, which its own pipeline plans.")
        return End.DONE
    folder = taken_out(job.root, environ, merged.commit, job.key.folder, place.folder)
    if folder is None:
        detail = f"{proposal.name} has no folder {job.key.folder}. A link does not count as one."
        raise ProvisionerError(Diagnostic(codes.PROPOSAL_UNREADABLE, detail))
    trusted, has_stack = _trusted(job.options)
    options = replace(job.options, path=folder, trusted=trusted)
    validation = validate(options)
    job.findings(validation.diagnostics, place.clean)
    why = FOREIGN if proposal.is_foreign else "" if has_stack else NO_STACK
    if why or not validation.valid:
        return _validated(job, proposal, validation, why, place.clean)
    with planned(options) as found:
        plan = with_digest(found)
    job.group(f"Plan of {proposal.name}", place.clean(shown(plan)))
    text = place.clean(as_markdown(plan))
    job.host.summarise(text)
    if plan.unsettled:
        job.comment(proposal, text, job.footer(proposal, "this plan may not be applied"))
        return End.FAILED
    held = [one for one in plan.diagnostics if one.code is codes.PROPOSAL_CHANGES_TARGETS]
    job.comment(proposal, text, _held(held, place.clean), job.footer(proposal, APPROVE))
    # Only now: a plan that nobody could be shown must not count as one that somebody approved.
    job.host.record(proposal, str(job.key), plan.digest)
    return End.DONE


def _held(diagnostics: Sequence[Diagnostic], clean: Callable[[str], str]) -> str:
    """Return Markdown about changes of targets, which count only after the merge; empty if none."""
    if not diagnostics:
        return ""
    title = "**The plan was made with the targets of the branch that this proposal goes to.**"
    return clean("\n".join([title, "", *told_in_fence(diagnostics)]))


def _trusted(options: RunOptions) -> tuple[Trusted, bool]:
    """Return the folder of the options as one to trust, and true if its Stack can be used.

    Its manifests are read, to learn which environment variables they ask for.
    """
    asked = Asked(environ_of(options))
    loaded = read(options, asked)
    return Trusted(options.path, frozenset(asked.names)), loaded.stack is not None


def _validated(
    job: Job, proposal: Proposal, validation: Validation, why: str, clean: Callable[[str], str]
) -> End:
    """Publish what `validate` found and `why` no plan is made, and return the end."""
    job.group(
        f"Validation of {proposal.name}",
        clean(rendered(Shape.VALIDATION, validation, TEXT, PLAIN)),
    )
    text = clean(rendered(Shape.VALIDATION, validation, MARKDOWN, PLAIN))
    job.host.summarise(text)
    job.comment(proposal, text, f"\n{why}\n" if why else "", job.footer(proposal, "no plan"))
    return End.DONE if validation.valid else End.FAILED


def _told(
    job: Job,
    proposal: Proposal,
    diagnostics: Sequence[Diagnostic],
    clean: Callable[[str], str] = str,
) -> End:
    """Publish why there is no plan, and return FAILED.

    The reason replaces the comment, in which reviewers would otherwise see an earlier plan.
    """
    text = "\n".join(["### No plan", "", *told_in_fence(diagnostics)])
    job.findings(diagnostics, clean)
    job.host.summarise(clean(text))
    job.comment(proposal, clean(text), job.footer(proposal, "no plan"))
    return End.FAILED
