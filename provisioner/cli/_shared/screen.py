"""Write to the terminal: results, messages, status lines; with colour and width."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from provisioner.model.diagnostic import Diagnostic

WIDEST = 120
"""The most columns of a line, because longer lines are hard to read."""
PATIENCE, EVERY = 0.5, 0.1
"""Seconds before the first status line is shown, and seconds between two drawings of it."""


@dataclass(slots=True)
class Screen:
    """Prints everything that a command prints: results to stdout, all else to stderr.

    `verbosity` is the number of `-v`, and `plain` is true with `--no-color`. `above` prints a line above a live display, and `beside`
    shows in it what is being waited for; both are None without a display. `everything` asks for
    parts of a plan that are folded or only counted. `summary` asks for the counts of a plan alone.
    `signal` is the number of the signal that ended the command, 0 if none did. `warned` are the
    warnings that were printed.
    """

    verbosity: int = 0
    plain: bool = False
    everything: bool = False
    summary: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    above: Callable[[str], None] | None = None
    beside: Callable[[str, float], None] | None = None
    signal: int = 0
    warned: list["Diagnostic"] = field(default_factory=list)
    status: "StatusLine" = field(default_factory=lambda: StatusLine(sys.stderr))

    def colour(self, stream: TextIO) -> bool:
        """Return true if output to `stream` gets colours.

        `--no-color` decides first, then `NO_COLOR`, then `FORCE_COLOR`. If none is set, only a
        terminal gets colours.
        """
        if self.plain or self.environ.get("NO_COLOR"):
            return False
        if forced := self.environ.get("FORCE_COLOR"):
            return forced != "0"
        return is_terminal(stream) and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """The width of the terminal in columns, at most WIDEST; 100 if there is no terminal."""
        return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)

    def out(self, text: str) -> None:
        """Print a result on stdout. The text has to end its own lines."""
        self.status.clear()
        try:
            click.echo(text, nl=False, color=self.colour(sys.stdout))
        except BrokenPipeError:
            # A reader such as `head` has read all that it wanted. That must change neither what the
            # command does nor its exit code.
            discard_output()

    def err(self, text: str) -> None:
        """Print anything that is not the result on stderr. The text has to end its own lines."""
        self.status.clear()
        click.echo(text, nl=False, err=True, color=self.colour(sys.stderr))

    def note(self, line: str) -> None:
        """Print a line about one event, such as a request: above a live display if there is one."""
        if self.above:
            self.above(line)
        else:
            self.err(f"{line}\n")

    def tell(self, text: str, seconds: float = 0) -> None:
        """Show on a terminal that `text` is being read.

        With `seconds`, show for that time that the command waits for `text`.
        """
        if self.beside:
            self.beside(text, seconds)
        elif not self.above:
            self.status.show(text, self.width, waits=seconds > 0)

    def warn(self, diagnostic: "Diagnostic") -> None:
        """Print a warning that comes up while something is read or written.

        An equal one is printed once.
        """
        from provisioner.render.diagnostics import diagnostics_text

        if diagnostic not in self.warned:
            self.warned.append(diagnostic)
            self.note(diagnostics_text([diagnostic], colour=self.colour(sys.stderr)))

    @property
    def trace(self) -> Callable[[str], None] | None:
        """The function that prints a line for each request; None unless `-v` was given."""
        return self.note if self.verbosity else None


@dataclass(slots=True)
class StatusLine:
    """One line at the bottom of a terminal that shows what is going on, and is redrawn and erased.

    Any thread may call it. What ends within PATIENCE seconds is never shown, and without a terminal
    nothing is. A thread of its own redraws the line every EVERY seconds, so that the time counts on
    while a server does not answer.
    """

    stream: TextIO
    _text: str = ""
    _width: int = 0
    _began: float = 0.0
    _drawn: str = ""
    _ticker: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, text: str, width: int, *, waits: bool = False) -> None:
        """Show `text` from now on. With `waits`, show it at once and not only after PATIENCE."""
        if not _redraws(self.stream):
            return
        with self._lock:
            self._text, self._width = text, width
            # The seconds count from the first text after the line was cleared, and not from each text.
            self._began = self._began or time.monotonic()
            if waits:
                self._draw()
            if self._ticker is None:
                # A daemon, because Python waits for every other thread before it ends.
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()

    def clear(self) -> None:
        """Remove the line, so that something else can be printed in its place."""
        with self._lock:
            self._text, self._began = "", 0.0
            if self._drawn:
                self._drawn = ""
                self._write("\r\x1b[2K")

    def _tick(self) -> None:
        """Draw the line again and again until there has been nothing to show for PATIENCE seconds."""
        last = time.monotonic()
        while True:
            time.sleep(EVERY)
            with self._lock:
                now = time.monotonic()
                last = now if self._text else last
                if now - last > PATIENCE:
                    self._ticker = None
                    return
                if self._text and now - self._began >= PATIENCE:
                    self._draw()

    def _draw(self) -> None:
        """Draw the line if it has changed."""
        seconds = int(time.monotonic() - self._began)
        line = f"{self._text} ({seconds} s)" if seconds else self._text
        if line != self._drawn:
            self._drawn = line
            # `\r` goes to the first column and `\x1b[2K` erases the line. Two spaces stand before the
            # text and one column stays free, because a line that wraps cannot be erased so.
            self._write(f"\r\x1b[2K  {line[: self._width - 3]}")

    def _write(self, text: str) -> None:
        """Write to the terminal.

        Errors are ignored, because a status line must never stop a command.
        """
        with suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


def _redraws(stream: TextIO) -> bool:
    """Return true if a stream can redraw a line. A dumb terminal cannot."""
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def discard_output() -> None:
    """Throw away everything that is written to stdout from now on.

    Otherwise Python would try to write the rest of its buffer as it ends, and print a traceback.
    """
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def is_terminal(stream: Any) -> bool:
    """Return true if a stream is a terminal."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def interactive() -> bool:
    """Return true if somebody can answer a question on the terminal."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)
