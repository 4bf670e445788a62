"""Write to the terminal: colour, width, and how much is shown."""

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
"""Columns beyond which a row is hard to read."""
PATIENCE, EVERY = 0.5, 0.1
"""Seconds before the first status is shown, and between two."""


@dataclass(slots=True)
class Screen:
    """The only way out for what a command says: results go to stdout, all else to stderr.

    `verbosity` counts the `-v`s. `above` prints a line over a live display, while there is one, and
    `beside` shows in it what is being waited for. `everything` asks for what a plan would fold or only
    count, `summary` for its sum alone. `signal` is the signal that ended the command.
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
        """Return true if output to `stream` is to be coloured.

        The first of these that is set decides: --no-color, NO_COLOR, FORCE_COLOR. If none is set,
        output is coloured on a terminal.
        """
        if self.plain or self.environ.get("NO_COLOR"):
            return False
        if forced := self.environ.get("FORCE_COLOR"):
            return forced != "0"
        return is_terminal(stream) and self.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)

    def out(self, text: str) -> None:
        """Print a result. `text` ends its own lines."""
        self.status.clear()
        try:
            click.echo(text, nl=False, color=self.colour(sys.stdout))
        except BrokenPipeError:
            # A reader such as `head` has read what it wanted. What the command does, and its exit
            # code, must not depend on that.
            discard_output()

    def err(self, text: str) -> None:
        """Print anything that is not the result."""
        self.status.clear()
        click.echo(text, nl=False, err=True, color=self.colour(sys.stderr))

    def note(self, line: str) -> None:
        """Print a line about one event, such as a request, above the progress or to stderr."""
        if self.above:
            self.above(line)
        else:
            self.err(f"{line}\n")

    def tell(self, text: str, seconds: float = 0) -> None:
        """Show on a terminal that `text` is being read.

        With `seconds`, show that the command waits for `text` for that time.
        """
        if self.beside:
            self.beside(text, seconds)
        elif not self.above:
            self.status.show(text, self.width, waits=seconds > 0)

    def warn(self, diagnostic: "Diagnostic") -> None:
        """Print a warning that comes up while something is read or written, the same one only once."""
        from provisioner.render.text import diagnostics_text

        if diagnostic not in self.warned:
            self.warned.append(diagnostic)
            self.note(diagnostics_text([diagnostic], colour=self.colour(sys.stderr)))

    @property
    def trace(self) -> Callable[[str], None] | None:
        """The function that prints a line for each request, None unless `-v` was given."""
        return self.note if self.verbosity else None


@dataclass(slots=True)
class StatusLine:
    """One line of a terminal that is written over and wiped: it says what is going on at the moment.

    Any thread may show something. Nothing is shown of what is over within `PATIENCE`, and nothing at
    all where there is no terminal. While something is shown, a thread of its own draws the line every
    `EVERY` seconds, so that a server that does not answer is seen too.
    """

    stream: TextIO
    _text: str = ""
    _width: int = 0
    _began: float = 0.0
    _drawn: str = ""
    _ticker: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, text: str, width: int, *, waits: bool = False) -> None:
        """Show `text` from now on; at once where it says what is being waited for."""
        if not _redraws(self.stream):
            return
        with self._lock:
            self._text, self._width = text, width
            self._began = self._began or time.monotonic()
            if waits:
                self._draw()
            if self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()

    def clear(self) -> None:
        """Wipe the line, so that something else can be written there."""
        with self._lock:
            self._text, self._began = "", 0.0
            if self._drawn:
                self._drawn = ""
                self._write("\r\x1b[2K")

    def _tick(self) -> None:
        """Draw the line until there has been nothing to show for `PATIENCE`."""
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
        seconds = int(time.monotonic() - self._began)
        line = f"{self._text} ({seconds} s)" if seconds else self._text
        if line != self._drawn:
            self._drawn = line
            self._write(f"\r\x1b[2K  {line[: self._width - 3]}")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


def _redraws(stream: TextIO) -> bool:
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def discard_output() -> None:
    """Let stdout lead nowhere from now on.

    Python would otherwise try to write the rest of its buffer as it ends, and print a traceback.
    """
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def interactive() -> bool:
    """Return true if somebody is there to answer."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)
