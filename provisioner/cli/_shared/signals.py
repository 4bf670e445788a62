"""Signals that end a command: Ctrl-C, SIGTERM and SIGHUP, all alike.

While something is changed the first winds down and the second leaves at once. At any other time the
first one leaves. The exit code is 128 and the signal's number: 130, 143 or 129.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, TypeAlias

from provisioner.cli._shared.screen import Screen

Handler: TypeAlias = Callable[[int, FrameType | None], None]

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
WINDING_DOWN: Final = (
    "Interrupted: nothing new starts. Running requests get 30 s. Ctrl-C again leaves at once."
)
SIGNALLED: Final = "Interrupted by {}: nothing new starts. Running requests get 30 s. A second signal leaves at once."


@contextmanager
def leaving(screen: Screen) -> Iterator[None]:
    """Let a termination or a hang-up end the command as Ctrl-C does; `screen` keeps the signal."""

    def leave(number: int, _frame: FrameType | None) -> None:
        screen.signal = number
        raise KeyboardInterrupt

    with _handling(leave):
        yield


@contextmanager
def winding_down(screen: Screen) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns true once the run has to stop. A second signal raises KeyboardInterrupt."""
    received = 0

    def receive(number: int, _frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        screen.signal = screen.signal or number
        if received > 1:
            raise KeyboardInterrupt
        name = signal.Signals(number).name
        with suppress(OSError):  # after a hang-up there is no terminal to write to
            screen.note(WINDING_DOWN if number == signal.SIGINT else SIGNALLED.format(name))

    with _handling(receive):
        yield lambda: received > 0


@contextmanager
def _handling(handler: Handler) -> Iterator[None]:
    """Handle the signals so; those that whoever started us wants ignored (nohup) stay ignored."""
    before = {}
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            # Python lets the main thread alone set handlers. In another thread those of the program stay.
            with suppress(ValueError):
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
