"""The gate `--fail-on`: the findings that a pipeline was told to stop for."""

from collections.abc import Collection, Iterable

from provisioner.model.code import Severity
from provisioner.model.diagnostic import Diagnostic


def stopping(terms: Collection[str], findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the findings with one of these codes, or with at least one of these severities.

    Findings that a manifest allows are left out. The same finding is returned once.
    """
    grades = [severity for severity in Severity if severity.value in terms]
    return [
        one
        for one in dict.fromkeys(findings)
        if not one.allowed
        and (one.code.name in terms or any(one.severity.is_at_least(grade) for grade in grades))
    ]
