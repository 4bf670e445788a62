"""Finds the findings at which a pipeline must stop: the option `--fail-on`."""

from collections.abc import Collection, Iterable

from provisioner.model.code import Severity
from provisioner.model.diagnostic import Diagnostic


def stopping(terms: Collection[str], findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the findings that have one of these codes, or at least one of these severities.

    Findings that a comment in a manifest allows are left out. Equal findings are returned once.
    """
    grades = [severity for severity in Severity if severity.value in terms]
    return [
        one
        for one in dict.fromkeys(findings)
        if not one.allowed
        and (one.code.name in terms or any(one.severity.is_at_least(grade) for grade in grades))
    ]
