"""What is wrong, and where: problems are collected as values and shown all at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a file. `file` is as the user would type it; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem.

    `summary` is one short sentence that a reader recognises; `detail` says in full sentences
    what, why, and what to do.
    """

    summary: str
    detail: str = ""
    position: Position | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        head = f"{where}{self.severity}: {self.summary}"
        return f"{head}\n{_indented(self.detail)}" if self.detail else head


def warning(summary: str, detail: str = "", position: Position | None = None) -> Diagnostic:
    return Diagnostic(summary, detail, position, Severity.WARNING)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
