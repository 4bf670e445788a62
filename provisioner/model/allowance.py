"""Defines Allowance: a comment in a manifest that accepts a warning or a risk about its lines."""

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
    """A comment `# provisioner: allow CODE reason` in a manifest.

    `position` is the place of the comment. The comment applies to the lines `first` to `last` of
    the same file.
    """

    position: Position
    code: str
    reason: str
    first: int
    last: int

    def covers(self, finding: Diagnostic | Risk) -> bool:
        """Return true if this comment accepts a finding. An error cannot be accepted."""
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
    """Return the findings; each that a comment accepts has the comment's reason in `allowed`.

    The comments that accepted a finding are added to `used`.
    """
    found: list[Finding] = []
    for finding in findings:
        # A comment without a reason accepts nothing: a reviewer should be able to read why.
        covering = [one for one in allowances if one.reason and one.covers(finding)]
        used.update(covering)
        # A finding that is accepted stays in the list: reports show it, with the reason.
        found.append(replace(finding, allowed=covering[0].reason) if covering else finding)
    return found


def unused(allowances: Iterable[Allowance], used: Iterable[Allowance]) -> list[Diagnostic]:
    """Return a warning for each comment that has a reason but accepted no finding."""
    done = {*used}
    return [
        warning(
            codes.ALLOWS_NOTHING,
            f"Nothing on these lines is reported as `{one.code}`. Remove the comment, because it "
            "would hide the next such finding before anybody has read it.",
            one.position,
        )
        for one in allowances
        if one.reason and one not in done
    ]
