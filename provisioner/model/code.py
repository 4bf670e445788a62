"""Defines Code: one kind of problem, with a stable name for programs and a meaning for people.

The summary of a code is fixed. Words of a user or of a server belong in the subject and the detail
of a Diagnostic, so that the summary is safe to log and to compare.
"""

from enum import StrEnum

from provisioner.model.frozen import frozen


class Severity(StrEnum):
    """The severities of a problem, the most serious first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def is_at_least(self, other: "Severity") -> bool:
        """Return true if this severity is as serious as `other`, or more."""
        gravest_first = [*Severity]
        return gravest_first.index(self) <= gravest_first.index(other)


@frozen
class Code:
    """One row of the table of codes in `provisioner.model.codes`.

    `name` is the text that programs compare, such as `unknown-field`. `summary` is a short phrase
    for people. `meaning` says in full sentences what happened, why, and what to do.
    """

    name: str
    summary: str
    meaning: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self.summary


def error(name: str, summary: str, meaning: str) -> Code:
    """Return a code for a problem that stops the command."""
    return Code(name, summary, meaning)


def warning(name: str, summary: str, meaning: str) -> Code:
    """Return a code for a problem that the user should know of and that stops nothing."""
    return Code(name, summary, meaning, Severity.WARNING)


def note(name: str, summary: str, meaning: str) -> Code:
    """Return a code for information that the user may want and that stops nothing."""
    return Code(name, summary, meaning, Severity.NOTE)
