"""A code: the stable name of one kind of problem, with its fixed summary and its meaning.

A summary never holds words of a user or of a server: these belong in the subject and the detail of
a Diagnostic.
"""

from enum import StrEnum

from provisioner.model.frozen import frozen


class Severity(StrEnum):
    """The grades of a problem, gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def is_at_least(self, other: "Severity") -> bool:
        """Return true if this is as grave as `other`, or graver."""
        gravest_first = [*Severity]
        return gravest_first.index(self) <= gravest_first.index(other)


@frozen
class Code:
    """One row of the closed table in `provisioner.model.codes`.

    `name` is what programs rely on (`unknown-field`), `summary` the sentence that people read, and
    `meaning` says in full sentences what happened, why, and what to do.
    """

    name: str
    summary: str
    meaning: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self.summary


def error(name: str, summary: str, meaning: str) -> Code:
    """Return the code of a problem that stops something."""
    return Code(name, summary, meaning)


def warning(name: str, summary: str, meaning: str) -> Code:
    """Return the code of something that a reader should know and that stops nothing."""
    return Code(name, summary, meaning, Severity.WARNING)


def note(name: str, summary: str, meaning: str) -> Code:
    """Return the code of something that a reader may want to know."""
    return Code(name, summary, meaning, Severity.NOTE)
