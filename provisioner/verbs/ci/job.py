"""A job of a pipeline: its host, its stack and environment, and the places that it writes to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Final

from provisioner.engine.saved import plan_digest
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Report
from provisioner.model.plan import Plan
from provisioner.model.validation import Validation
from provisioner.pipelines.host import Host, Proposal
from provisioner.render.format import Layout, Shape
from provisioner.render.formats import rendered
from provisioner.render.markdown.syntax import code
from provisioner.render.view import View, view_of
from provisioner.verbs._shared.ledgers import pipeline_page
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.ci.notes import Key, found, marked
from provisioner.verbs.plan import Planned

MARKDOWN, TEXT = "markdown", "text"
PLAIN: Final = Layout()


class End(Enum):
    """The ways in which a job can end. The values are exit codes, the same as of other commands."""

    DONE = 0
    FAILED = 1
    PENDING = 3

    @property
    def gravity(self) -> int:
        """The rank of this end. A job with several proposals ends like the one of the highest rank."""
        return [End.DONE, End.PENDING, End.FAILED].index(self)


@frozen
class Job:
    """One job. `root` is the repository, `options.path` the folder of manifests that is checked out.

    `key` is the stack and environment of the job, by which its comment and issue are found again.
    `out` prints text. `perform` carries a plan out, and shows its progress. `sleep` waits for a number
    of seconds. `max_wait` is the most seconds that the job waits for earlier pipelines. Only with
    `leaks` the nightly job looks for leaks.
    """

    host: Host
    options: RunOptions
    key: Key
    root: Path
    out: Callable[[str], None]
    perform: Callable[[Planned], Report]
    sleep: Callable[[float], None]
    require_approval: bool = True
    leaks: bool = True
    max_wait: float = 900.0

    def line(self, text: str) -> None:
        """Print a sentence of this program, without words of manifests, servers or models."""
        self.out(f"{text}\n")

    def group(self, title: str, text: str) -> None:
        """Print text under a title, such that the host takes no line of it for a command.

        So the text may have words of manifests, servers and models.
        """
        self.out(self.host.grouped(title, text))

    def carried_out(self, planned: Planned) -> Report:
        """Carry a plan out, and return the report.

        The host takes no line that is printed meanwhile for a command.
        """
        begin, end = self.host.brackets("Apply")
        self.out(begin)
        try:
            return self.perform(planned)
        finally:
            self.out(end)

    def findings(
        self, diagnostics: Sequence[Diagnostic], clean: Callable[[str], str] = str
    ) -> None:
        """Publish diagnostics at their lines. `clean` makes paths relative to the repository."""
        text = rendered(
            Shape.VALIDATION, Validation({}, 0, tuple(diagnostics)), self.host.findings, PLAIN
        )
        if published := self.host.publish_findings(clean(text)):
            self.out(published)

    def comment(self, proposal: Proposal, *parts: str) -> None:
        """Write the comment of this stack and environment; an earlier one is replaced."""
        body = self._fitting("\n".join(filter(None, parts)))
        there = found(self.key, self.host.comments(proposal))
        self.host.write_comment(proposal, body, there.id if there else "")

    def _fitting(self, text: str) -> str:
        """Return the text of a comment with its mark, or a short text if it is too long for the host."""
        body = marked(self.key, text)
        if len(body.encode()) <= self.host.most_bytes:
            return body
        return marked(
            self.key, "This report is too long for a comment. The page of the job has all of it.\n"
        )

    def footer(self, proposal: Proposal, told: str) -> str:
        """Return the last line of a comment: the commit, the job, and what happens next."""
        page = pipeline_page(self.options.environ)
        where = f" · [job]({page})" if page else ""
        return f"\n<sub>{code(proposal.head[:12])}{where} · {told}</sub>\n"


def with_digest(found: Planned) -> Plan:
    """Return the plan with its digest, as `plan` prints it."""
    digest = plan_digest(found.plan, found.session.context.settings)
    return replace(found.plan, digest=digest)


def shown(plan: Plan | View) -> str:
    """Return a plan as text for a log."""
    return rendered(Shape.PLAN, view_of(plan), TEXT, PLAIN)


def as_markdown(plan: Plan | View) -> str:
    """Return a plan as Markdown for a comment or the summary of a job."""
    return rendered(Shape.PLAN, view_of(plan), MARKDOWN, PLAIN)
