"""What the terminal can do, and what the user wants of it: colour, width, how much is said."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from provisioner.model.diagnostic import Diagnostic

WIDEST = 120
"""Columns beyond which a row is hard to read."""


@dataclass(slots=True)
class Screen:
    """Where everything that a command says goes: results to stdout, all else to stderr.

    `verbosity` counts the `-v`s. `above` prints a line over a live display, while there is one.
    """

    verbosity: int = 0
    plain: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    above: Callable[[str], None] | None = None
    warned: list["Diagnostic"] = field(default_factory=list)

    def colour(self, stream: TextIO) -> bool:
        """--no-color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
        if self.plain or self.environ.get("NO_COLOR"):
            return False
        if forced := self.environ.get("FORCE_COLOR"):
            return forced != "0"
        return is_terminal(stream) and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)

    def out(self, text: str) -> None:
        """A result. `text` ends its own lines."""
        click.echo(text, nl=False, color=self.colour(sys.stdout))

    def err(self, text: str) -> None:
        """Everything that is not the result."""
        click.echo(text, nl=False, err=True, color=self.colour(sys.stderr))

    def note(self, line: str) -> None:
        """A line beside what is going on, such as a request."""
        if self.above:
            self.above(line)
        else:
            self.err(f"{line}\n")

    def warn(self, diagnostic: "Diagnostic") -> None:
        """What comes up while something is read or written; the same thing once."""
        from provisioner.render.text import diagnostics_text

        if diagnostic not in self.warned:
            self.warned.append(diagnostic)
            self.note(diagnostics_text([diagnostic], colour=self.colour(sys.stderr)))

    @property
    def trace(self) -> Callable[[str], None] | None:
        """Where a line a request goes, if anywhere."""
        return self.note if self.verbosity else None


def is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def interactive() -> bool:
    """Whether somebody is there to answer."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)
