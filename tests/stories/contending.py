"""Many processes that apply the same manifests at once with one ledger, for `test_many_hands.py`.

    python -m tests.stories.contending LEDGER ACCOUNT COUNT

In the current folder lies `manifests`; ACCOUNT is the database of the embedded server. Process n
waits for the lock where n is even, and takes it only to write where n is odd. The first KILLED that
come to write are killed at their first write. Prints a line a process: what became of it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from provisioner import emulator
from provisioner.ledger import lock
from provisioner.model.errors import ProvisionerError
from provisioner.verbs.apply.run import apply
from provisioner.verbs.plan import planned
from tests.support.faults import Fault, Faulty, run
from tests.support.stories import RUN_OPTIONS

SECONDS = 2.0
"""The seconds after which a lock expires that is not renewed. After a kill the others wait so long."""
KILLED = 2
REAL = emulator.create_app


class Shared(Faulty):
    def close(self) -> None:
        """The process ends soon."""


def applied(ledger: str, account: Path, number: int) -> str:
    """Apply as process `number`. Returns what became of it."""
    fault = Fault(lambda call: call.method != "GET", run(kill, performed=True))
    vars(emulator)["create_app"] = lambda _data: Shared(REAL(account), fault)
    waits = 60.0 if number % 2 == 0 else None
    options = replace(RUN_OPTIONS, ledger=ledger, wait=waits, settle=1.0)
    try:
        with planned(options) as found:
            if found.plan.is_empty:
                return "nothing to do"
            return "applied" if apply(found).succeeded else "failed"
    except ProvisionerError as error:
        return error.diagnostics[0].code.name


def kill() -> None:
    """Kill this process, unless KILLED others died like this before it."""
    for number in range(KILLED):
        with suppress(FileExistsError):
            os.close(os.open(f"killed-{number}", os.O_CREAT | os.O_EXCL))
            os.kill(os.getpid(), signal.SIGKILL)


def main(ledger: str, account: Path, count: int) -> None:
    vars(lock).update(SECONDS=SECONDS, PAUSE=0.05)
    # What the parent loads, no child has to load again.
    vars(emulator)["create_app"] = lambda _data: REAL()
    with planned(RUN_OPTIONS):
        import_module("psycopg")
        import_module("provisioner.ledger.opening")
    start = time.monotonic() + 0.2
    children = {}
    for number in range(count):
        child = os.fork()
        if not child:
            time.sleep(max(0.0, start - time.monotonic()))
            told = applied(ledger, account, number)
            sys.stdout.write(f"{told}\n")
            sys.stdout.flush()
            os._exit(0)
        children[child] = number
    for child in children:
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            sys.stdout.write("killed\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
