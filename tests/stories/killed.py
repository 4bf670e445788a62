"""Applies that are killed, for `test_kill.py`: one process for every request, kill -9 at it.

    python -m tests.stories.killed SNAPSHOT FOLDER before|after PARALLELISM

In the current folder lies `manifests`; secrets come from the environment. For each n, a copy of SNAPSHOT goes to FOLDER/n.sqlite and a
process applies to it until it sends request n: there it kills itself, before or after the server
performed it. It goes on until an apply comes through alive.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

from provisioner import emulator
from provisioner.verbs import apply as applying
from provisioner.verbs.plan import planned
from tests.support.faults import Fault, Faulty, nth, run
from tests.support.stories import SETUP

REAL = emulator.create_app


class Doomed(Faulty):
    def close(self) -> None:
        """The process ends, one way or the other."""


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def apply(data: Path, index: int, *, performed: bool, parallelism: int) -> None:
    doom = Fault(nth(index), run(kill, performed=performed))
    vars(emulator)["create_app"] = lambda _data: Doomed(REAL(data), doom)
    with planned(replace(SETUP, parallelism=parallelism, environ=os.environ)) as found:
        applying.apply(found)


def main(snapshot: Path, folder: Path, when: str, parallelism: int) -> int:
    """Returns how many processes were killed."""
    # One that lives: what it loads, no child has to load again.
    shutil.copy(snapshot, folder / "spare")
    apply(folder / "spare", sys.maxsize, performed=True, parallelism=parallelism)
    index = 0
    while True:
        index += 1
        data = folder / f"{index}.sqlite"
        shutil.copy(snapshot, data)
        child = os.fork()
        if not child:
            apply(data, index, performed=when == "after", parallelism=parallelism)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            data.unlink()
            return index - 1 if os.waitstatus_to_exitcode(status) == 0 else 0


if __name__ == "__main__":
    one, two, three, four = sys.argv[1:]
    sys.stdout.write(f"{main(Path(one), Path(two), three, int(four))}\n")
