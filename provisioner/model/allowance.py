"""Allowances: comments in manifests that allow what a diagnostic or a risk says of their lines."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from provisioner.model.code import Severity
from provisioner.model.codes import policies as codes
from provisioner.model.diagnostic import Diagnostic, Position, warning
from provisioner.model.frozen import frozen
from provisioner.model.risk import Risk

Finding = TypeVar("Finding", Diagnostic, Risk)


@frozen
class Allowance:
    """One comment `# provisioner: allow CODE reason`.

    `position` is that of the comment. It holds for the lines from `first` to `last` of its file.
    """

    position: Position
    code: str
    reason: str
    first: int
    last: int

    def covers(self, finding: Diagnostic | Risk) -> bool:
        """Return true if this comment allows a finding. An error is never allowed."""
        at = finding.position
        return (
            at is not None
            and finding.code.name == self.code
            and finding.severity is not Severity.ERROR
            and at.file == self.position.file
            and self.first <= at.line <= self.last
        )


def allowed(
    findings: Iterable[Finding], allowances: Sequence[Allowance], used: set[Allowance]
) -> list[Finding]:
    """Return the findings, each with the reason for which a comment allows it.

    The comments that allowed something are added to `used`.
    """
    found: list[Finding] = []
    for finding in findings:
        covering = [one for one in allowances if one.reason and one.covers(finding)]
        used.update(covering)
        found.append(replace(finding, allowed=covering[0].reason) if covering else finding)
    return found


def unused(allowances: Iterable[Allowance], used: Iterable[Allowance]) -> list[Diagnostic]:
    """Return a warning for each comment that has a reason and allowed nothing."""
    done = {*used}
    return [
        warning(
            codes.ALLOWS_NOTHING,
            f"Nothing here is a `{one.code}`. Remove the comment: it would allow the next one that"
            " nobody has looked at.",
            one.position,
        )
        for one in allowances
        if one.reason and one not in done
    ]
