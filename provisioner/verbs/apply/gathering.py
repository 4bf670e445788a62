"""Gather notes about what a run did, and write several of them to the ledger at once.

A transaction for each object would be a third of the time of a first apply, and as much of a destroy.
"""

from collections.abc import Callable, Sequence
from threading import Lock, Timer
from typing import Final, Generic, TypeVar

Note = TypeVar("Note")
SECONDS: Final = 0.1
"""The longest time for which a note waits to be written."""


class Gathering(Generic[Note]):
    """Collects notes, and writes several of them together. Threads may use it at the same time.

    A process that is killed loses the notes of the last SECONDS, so nothing may rely on a note
    before `write_down` has returned.
    """

    def __init__(self, write: Callable[[Sequence[Note]], None]) -> None:
        self._write = write
        self._waiting: list[tuple[str, Note]] = []
        self._lock = Lock()

    def add(self, id: str, note: Note) -> None:
        """Take a note about an object. It is written within SECONDS, or earlier by `write_down`."""
        with self._lock:
            is_first = not self._waiting
            self._waiting.append((id, note))
        if is_first:
            timer = Timer(SECONDS, self.write_down)
            # The end of the process does not wait for the timer: `Record.end` writes what is left.
            timer.daemon = True
            timer.start()

    def write_down(self, about: str = "") -> None:
        """Write every note, and return when they are written.

        If `about` is an id, they are written only if one of them is about it.
        """
        # Written under the lock, so that a note which another thread has begun to write is written
        # when this returns.
        with self._lock:
            notes = [note for _, note in self._waiting]
            if notes and (not about or any(id == about for id, _ in self._waiting)):
                self._write(notes)
                self._waiting = []
