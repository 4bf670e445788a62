"""Runs a function in another thread, so that the caller can ask for its result later."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def begun(work: Callable[[], Result]) -> Future[Result]:
    """Begin `work` in a thread of its own, and return its future result.

    The end of the process does not wait for it.
    """
    helper = Helper()
    future = helper.begin(work)
    helper.close()
    return future


class Helper:
    """A thread that runs one function after the other. The end of the process does not wait for it.

    A thread for each function would cost memory, because every thread allocates an arena for the
    pages that it receives.
    """

    def __init__(self) -> None:
        self._works: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def begin(self, work: Callable[[], Result]) -> Future[Result]:
        """Let the thread call `work`, after the functions that were passed to `begin` before.

        Returns its future result.
        """
        future: Future[Result] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 (`result` raises it)
                future.set_exception(error)

        self._works.put(run)
        return future

    def close(self) -> None:
        """Let the thread end after it has called every function that was passed to `begin`."""
        self._works.put(None)

    def _run(self) -> None:
        while (work := self._works.get()) is not None:
            work()
