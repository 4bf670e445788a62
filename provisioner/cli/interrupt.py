"""Ctrl-C while something is being changed: once to wind down, twice to leave."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from provisioner.cli.screen import Screen

WINDING_DOWN = "Interrupted: nothing new starts, what runs gets 30 s. Ctrl-C again leaves at once."


@contextmanager
def winding_down(screen: Screen) -> Iterator[Callable[[], bool]]:
    """Yields what says whether to stop. The second Ctrl-C raises KeyboardInterrupt."""
    pressed = 0

    def press(_number: int, _frame: object) -> None:
        nonlocal pressed
        pressed += 1
        if pressed > 1:
            raise KeyboardInterrupt
        screen.note(WINDING_DOWN)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed > 0
    finally:
        signal.signal(signal.SIGINT, before)
