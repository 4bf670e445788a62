"""Write an application's registrations into the ledger, in a thread in the background.

The thread runs only if PROVISIONER_LEDGER names a ledger. If it cannot write, nothing is lost: the
lines stay in the spool, and this thread or the next command tries again. The database library is
imported in the thread, so that the application never waits for that.
"""

import logging
import os
import threading
import time
from collections import deque
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provisioner.ledger.spool import VARIABLE, spool_at

if TYPE_CHECKING:
    from provisioner.ledger.location import Location
    from provisioner.ledger.opening import Ledger

LEDGER: Final = "PROVISIONER_LEDGER"
GATHER: Final = 0.5
"""The seconds in which registrations gather, so that they are written together."""
FIRST_PAUSE: Final = 1.0
"""The first pause between two tries while the ledger cannot be used, in seconds. It doubles each
time."""
LONGEST_PAUSE: Final = 60.0
"""The longest pause between two tries while the ledger cannot be used, in seconds."""
MOST_KEPT: Final = 10_000
"""The most lines that are held in memory if the spool cannot be written."""

_log: Final = logging.getLogger("provisioner")
_wanted = threading.Event()
_kept: deque[bytes] = deque(maxlen=MOST_KEPT)
_starting = threading.Lock()
_thread: threading.Thread | None = None


def wake() -> None:
    """Let the thread write the lines of the spool into the ledger soon. Waits for nothing.

    Does nothing if PROVISIONER_LEDGER names no ledger.
    """
    global _thread  # noqa: PLW0603 - there is one such thread in a process
    if not os.environ.get(LEDGER):
        return
    _wanted.set()
    if _thread is None:
        with _starting:
            if _thread is None:
                _thread = threading.Thread(target=_run, name="provisioner-track", daemon=True)
                _thread.start()


def keep(line: bytes) -> bool:
    """Hold a line in memory until it is written into the ledger.

    Return false if no ledger is named.
    """
    if not os.environ.get(LEDGER):
        return False
    _kept.append(line)
    return True


def _reset() -> None:
    """Start again in a forked process, which has the variables of its parent but not its thread."""
    global _thread, _starting, _wanted
    _thread, _starting, _wanted = None, threading.Lock(), threading.Event()
    _kept.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)


def _run() -> None:
    """Write lines into the ledger as long as the process runs, and try again after errors."""
    pause = FIRST_PAUSE
    while True:
        began = time.monotonic()
        try:
            from provisioner.ledger.location import location

            where = location(os.environ.get(LEDGER), Path())
            if where is None:
                return
            _ship(where)
        except Exception as error:  # noqa: BLE001 - the application goes on, and so does this thread
            # After it has worked for a while, an error is a new one: it is logged once more.
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if pause == FIRST_PAUSE:
                _log.warning(
                    "provisioner.track keeps registrations in the spool until the ledger works: %s",
                    str(error).replace("\n", " "),
                )
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)


def _ship(where: "Location") -> None:
    """Write lines into the ledger as they come, without end. Raises the error of a failed write."""
    from provisioner.ledger.opening import ledger

    with ledger(where) as opened:
        while True:
            _wanted.wait()
            time.sleep(GATHER)
            _wanted.clear()
            try:
                _write(opened)
            except Exception:
                # The lines still wait, so the next try must not wait for another registration.
                _wanted.set()
                raise


def _write(opened: "Ledger") -> None:
    """Write the lines of the spool, and those in memory, into the ledger."""
    from provisioner.verbs.threads.collect import collect, import_lines
    from provisioner.verbs.threads.lines import BadLine, Defaults

    def tell(bad: BadLine) -> None:
        _log.warning("provisioner.track: %s", bad.diagnostic)

    collect(opened.tracked, spool_at(os.environ.get(VARIABLE)), tell)
    while _kept:
        lines = list(_kept)
        stream = BytesIO(b"\n".join(lines))
        import_lines(opened.tracked, stream, "memory", Defaults("", time.time()), tell)
        # Only the lines that were written are removed: the application may have added others.
        for _ in lines:
            _kept.popleft()
