"""Show the progress of an apply: a live display on a terminal, a line for each event elsewhere.

An error while showing progress never stops an apply. If stderr is closed, it goes on silently.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from provisioner.cli._shared.screen import Screen
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.outcome import Outcome, Progress, Status
from provisioner.model.plan import Action
from provisioner.render.palette import OF_ACTION, Palette, Style
from provisioner.render.visible import visible
from provisioner.render.widths import head

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Event: TypeAlias = Progress | Outcome | Diagnostic

PAST = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.REPLACE: "replaced",
    Action.DELETE: "deleted",
    Action.FORGET: "forgotten",
}
"""The word for a change that is done, by its action."""
DOING = {
    Action.CREATE: "creating",
    Action.UPDATE: "updating",
    Action.REPLACE: "replacing",
    Action.DELETE: "deleting",
    Action.FORGET: "forgetting",
}
"""The word for a change that runs, by its action."""
BAR = 24
"""The width of a progress bar, in columns."""


@contextmanager
def progress(screen: Screen, total: int, *, live: bool) -> Iterator[Callable[[Event], None]]:
    """Yield the function that shows one event of an apply of `total` changes.

    `live` asks for a display that is redrawn, which only a terminal can show.
    """
    if not live:
        told = LinePrinter(screen, screen.colour(_stderr()))
        yield told.see
        return
    with _display(screen, total) as see:
        yield see


@dataclass(slots=True)
class LinePrinter:
    """Prints a line when a change starts, if `starts` is true, and a line when it has ended."""

    screen: Screen
    colour: bool = False
    starts: bool = True

    def see(self, event: Event) -> None:
        if isinstance(event, Outcome):
            if event.status is not Status.STARTED:
                self._say(ended(event, Palette(self.colour)))
            elif self.starts:
                self._say(f"  {event.action.value} {visible(str(event.address))}  {_doing(event)}")

    def _say(self, line: str) -> None:
        with suppress(OSError):
            self.screen.note(line)


def ended(outcome: Outcome, paint: Palette) -> str:
    """Return the line about a change that has ended.

    For example: `✓ + assistant.policy-qa  created  asst_… (0.4 s)`, or why it failed or was
    skipped.
    """
    address = visible(str(outcome.address))
    took = paint(Style.DIM, f"({outcome.seconds:.1f} s)")
    if outcome.status is Status.DONE:
        glyph = paint(OF_ACTION[outcome.action], outcome.action.value)
        done = paint(Style.GREEN, "✓")
        release = f"  release {outcome.release}" if outcome.release else ""
        id = paint(Style.DIM, visible(f"{outcome.id}{release}"))
        return f"{done} {glyph} {address}  {PAST.get(outcome.action, 'done')}  {id}  {took}"
    why = head(visible(outcome.error.splitlines()[0] if outcome.error else ""), 100)
    word = f"{outcome.action.word} {outcome.status}"
    if outcome.status is Status.FAILED:
        return f"{paint(Style.RED, '✗')} {outcome.action.value} {address}  {word}: {why}  {took}"
    return paint(Style.DIM, f"· {outcome.action.value} {address}  {word}: {why}")


def _doing(event: Outcome | Progress) -> str:
    return DOING.get(event.action, event.action.word)


@dataclass(slots=True)
class _Running:
    """One change that runs.

    `began` is a monotonic time in seconds, and `note` says what is done at the moment. `done` of
    `total` are the documents of a vector store, 0 of 0 elsewhere.
    """

    action: Action
    began: float
    note: str = ""
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class Board:
    """The changes that run and the state of the whole apply, redrawn several times a second.

    `room` is the most lines for changes. `waits` is a text about what the command waits for, shown
    until the monotonic time `until`.
    """

    total: int
    colour: bool
    room: int
    began: float = field(default_factory=time.monotonic)
    running: dict[tuple[Address, Action], _Running] = field(default_factory=dict)
    ended: set[tuple[Address, Action, str]] = field(default_factory=set)
    waits: str = ""
    until: float = 0.0

    def tell(self, text: str, seconds: float) -> None:
        """Show for `seconds` seconds that the command waits for `text`."""
        if seconds:
            self.waits, self.until = text, time.monotonic() + seconds

    def see(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            return
        key = (event.address, event.action)
        if isinstance(event, Progress):
            if row := self.running.get(key):
                row.note, row.done, row.total = event.note, event.done, event.total
        elif event.status is Status.STARTED:
            self.running.setdefault(key, _Running(event.action, time.monotonic()))
        else:
            self.running.pop(key, None)
            self.ended.add((*key, event.id))  # a create that is undone ends twice, and counts once

    def lines(self) -> list[str]:
        """Return at most `room` lines for running changes, one for the rest, and one for the whole."""
        paint = Palette(self.colour)
        now = time.monotonic()
        # Other threads add and remove changes while this thread draws, so it draws from a copy.
        rows = [self._row(key[0], row, now, paint) for key, row in list(self.running.items())]
        hidden = len(rows) - self.room
        if hidden > 0:
            rows = [*rows[: self.room], paint(Style.DIM, f"  … and {hidden} more")]
        counted = f"{len(self.ended)} of {self.total} done"
        last = "" if rows or not self.ended else " · tidying up"
        waits = f" · {visible(self.waits)}" if now < self.until else ""
        return [*rows, paint(Style.DIM, f"  {counted}{last} · {_clock(now - self.began)}{waits}")]

    def _row(self, address: Address, row: _Running, now: float, paint: Palette) -> str:
        """Return the line about one change that runs."""
        glyph = paint(OF_ACTION[row.action], row.action.value)
        doing = DOING.get(row.action, row.action.word)
        parts = [f"  {glyph} {visible(str(address))}", paint(Style.DIM, doing)]
        if row.total > 1:
            parts += [_bar(row.done, row.total, paint), f"{row.done:,}/{row.total:,}"]
        parts += [paint(Style.DIM, head(visible(row.note), 40))] if row.note else []
        return "  ".join([*parts, paint(Style.DIM, _clock(now - row.began))])


def _bar(done: int, total: int, paint: Palette) -> str:
    """Return a progress bar of BAR columns."""
    full = min(BAR, BAR * done // total)
    return paint(Style.GREEN, "━" * full) + paint(Style.DIM, "━" * (BAR - full))


def _clock(seconds: float) -> str:
    """Return a number of seconds as minutes and seconds, such as `1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


@contextmanager
def _display(screen: Screen, total: int) -> Iterator[Callable[[Event], None]]:
    """Yield the function that shows one event in a live display at the bottom of the terminal."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    colour = screen.colour(_stderr())
    console = Console(file=_stderr(), no_color=not colour, highlight=False, markup=False)
    # Four lines are left for the shell's prompt, the line of the whole, and what is printed above.
    board = Board(total, colour, room=max(3, console.height - 4))

    class Drawn:
        def __rich__(self) -> "RenderableType":
            text = Text.from_ansi("\n".join(board.lines()))
            text.no_wrap, text.overflow = True, "ellipsis"
            return text

    with Live(Drawn(), console=console, transient=True, refresh_per_second=10) as live:
        screen.above = lambda line: _print(live.console, line)
        screen.beside = board.tell
        teller = LinePrinter(screen, colour, starts=False)

        def see(event: Event) -> None:
            board.see(event)
            teller.see(event)

        try:
            yield see
        finally:
            screen.above = screen.beside = None


def _print(console: "Console", line: str) -> None:
    """Print a line above the live display."""
    from rich.text import Text

    with suppress(OSError):
        console.print(Text.from_ansi(line), soft_wrap=True)


def _stderr() -> Any:
    """Return stderr as it is now: tests and click replace it."""
    import sys

    return sys.stderr
