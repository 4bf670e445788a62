"""Work in a thread of its own, whose result is asked for later."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def begun(work: Callable[[], Result]) -> Future[Result]:
    """Begin `work`, and return its future result. The end of the process does not wait for it."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 (`result` raises it)
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
