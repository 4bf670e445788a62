"""A thread of an application that brings its registrations into the ledger, in the background.

It runs only where PROVISIONER_LEDGER names a ledger. Whatever keeps it from that loses nothing: the
lines stay in the spool, and this thread or the next command tries again. It imports the database library
itself, so that the application never waits for that.
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
"""Seconds in which registrations gather, so that they are written together."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
"""Seconds between two tries while the ledger cannot be used, at least and at most."""
MOST_KEPT: Final = 10_000
"""Lines that are held in memory, at most, where the spool cannot be written."""

_log: Final = logging.getLogger("provisioner")
_wanted = threading.Event()
_kept: deque[bytes] = deque(maxlen=MOST_KEPT)
_starting = threading.Lock()
_thread: threading.Thread | None = None


def wake() -> None:
    """Have the lines of the spool written into the ledger soon, if one is named. Waits for nothing."""
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
    """Hold a line in memory until it is written into the ledger. Returns false where none is named."""
    if not os.environ.get(LEDGER):
        return False
    _kept.append(line)
    return True


def _reset() -> None:
    """Begin anew in a forked process, which has the variables of the other one but not its thread."""
    global _thread, _starting, _wanted
    _thread, _starting, _wanted = None, threading.Lock(), threading.Event()
    _kept.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)


def _run() -> None:
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
                _wanted.set()
                raise


def _write(opened: "Ledger") -> None:
    from provisioner.verbs.threads.collect import collect, import_lines
    from provisioner.verbs.threads.lines import BadLine, Defaults

    def tell(bad: BadLine) -> None:
        _log.warning("provisioner.track: %s", bad.diagnostic)

    collect(opened.tracked, spool_at(os.environ.get(VARIABLE)), tell)
    while _kept:
        lines = list(_kept)
        stream = BytesIO(b"\n".join(lines))
        import_lines(opened.tracked, stream, "memory", Defaults("", time.time()), tell)
        for _ in lines:
            _kept.popleft()
