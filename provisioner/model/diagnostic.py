"""Defines Diagnostic, one problem with its place. Diagnostics are collected and shown together."""

from collections.abc import Iterable

from provisioner.model.code import Code, Severity
from provisioner.model.frozen import frozen

__all__ = ["Diagnostic", "Position", "Severity", "has_errors", "warning"]


@frozen(order=True)
class Position:
    """A place in a file. `file` is the path as the user would type it.

    `line` and `column` are counted from 1.
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Diagnostic:
    """One problem that the user is told of.

    `code` is the kind of the problem and has a fixed summary. `subject` names the object concerned
    (an address, an id or a path), '' if there is none. `detail` says in full sentences what
    happened, why, and what to do. `allowed` is the reason for which a comment in the manifest
    accepts the problem, '' if none does.
    """

    code: Code
    detail: str
    position: Position | None
    severity: Severity
    subject: str
    allowed: str

    # It is written by hand because the default of `severity` depends on `code`.
    def __init__(
        self,
        code: Code,
        detail: str = "",
        position: Position | None = None,
        severity: Severity | None = None,
        subject: str = "",
        *,
        allowed: str = "",
    ) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "detail", detail)
        object.__setattr__(self, "position", position)
        object.__setattr__(self, "severity", severity or code.severity)
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "allowed", allowed)

    @property
    def summary(self) -> str:
        """The fixed phrase of the code."""
        return self.code.summary

    @property
    def told(self) -> str:
        """The summary, with the subject and a colon before it if there is a subject."""
        return f"{self.subject}: {self.summary}" if self.subject else self.summary

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        head = f"{where}{self.severity}: {self.told} [{self.code.name}]"
        return f"{head}\n{_indented(self.detail)}" if self.detail else head


def warning(
    code: Code, detail: str = "", position: Position | None = None, subject: str = ""
) -> Diagnostic:
    return Diagnostic(code, detail, position, Severity.WARNING, subject)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
