"""Handle the signals that end a command: Ctrl-C (SIGINT), SIGTERM and SIGHUP, all in the same way.

While changes are being made, the first signal lets running requests end, and the second leaves at
once. At any other time the first signal leaves. The exit code is 128 and the number of the signal.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, TypeAlias

from provisioner.cli._shared.screen import Screen

Handler: TypeAlias = Callable[[int, FrameType | None], None]

# Windows has no SIGHUP.
SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
WINDING_DOWN: Final = (
    "Interrupted: no new change starts, and running requests get 30 s. Ctrl-C again stops at once."
)
SIGNALLED: Final = (
    "Interrupted by {}: no new change starts, and running requests get 30 s. A second signal stops"
    " at once."
)


@contextmanager
def leaving(screen: Screen) -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal of any kind. `screen` records its number."""

    def leave(number: int, _frame: FrameType | None) -> None:
        screen.signal = number
        raise KeyboardInterrupt

    with _handling(leave):
        yield


@contextmanager
def winding_down(screen: Screen) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns true once a signal has arrived, so that the run stops.

    A second signal raises KeyboardInterrupt.
    """
    received = 0

    def receive(number: int, _frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        # The exit code names the first signal, which is why the run stopped.
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
    """Handle the signals with `handler` in this block.

    A signal that the parent process wants ignored, as `nohup` does, stays ignored.
    """
    before = {}
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            # Python allows only the main thread to set handlers. In another thread the program's
            # own stay.
            with suppress(ValueError):
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
