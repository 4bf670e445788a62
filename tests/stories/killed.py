"""Applies that are killed, for `test_kill.py` and the like: a process for every write, kill -9 at it.

    python -m tests.stories.killed SNAPSHOT FOLDER before|after PARALLELISM [destroy]

In the current folder lies `manifests`; secrets come from the environment. For each n, a copy of
SNAPSHOT goes to FOLDER/n.sqlite and a process applies to it until it sends write n: there it kills
itself, before or after the server performed it. It goes on until an apply comes through alive.
Reads change nothing, so a process that is killed at one leaves what the write before it left.

What a registry in the current folder writes and removes counts as a write too. Each process finds
it as it was in the beginning; what process n left of it goes to FOLDER/n.releases.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner import emulator
from provisioner.providers import RELEASES
from provisioner.providers.releases.folder import Folder
from provisioner.verbs.apply import run as applying
from provisioner.verbs.destroy import planned_destroy
from provisioner.verbs.plan import planned
from tests.support.faults import Fault, Faulty, run
from tests.support.stories import RUN_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REAL = emulator.create_app
CREATE, REMOVE = Folder.create, Folder.remove


class Doomed(Faulty):
    def close(self) -> None:
        """The process ends, one way or the other."""


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def apply(
    data: Path, index: int, *, performed: bool, parallelism: int, verb: str = "apply"
) -> None:
    counter = itertools.count(1)

    def is_time() -> bool:
        return next(counter) == index

    doom = Fault(lambda call: call.method != "GET" and is_time(), run(kill, performed=performed))
    vars(emulator)["create_app"] = lambda _data: Doomed(REAL(data), doom)
    doom_registry(is_time, performed=performed)
    begin = planned_destroy if verb == "destroy" else planned
    with begin(replace(RUN_OPTIONS, parallelism=parallelism, environ=os.environ)) as found:
        applying.apply(found)


def doom_registry(is_time: Callable[[], bool], *, performed: bool) -> None:
    """Have the same happen to what is written to a registry in a folder."""

    def create(folder: Folder, name: str, data: bytes) -> bool:
        now = is_time()
        if now and not performed:
            kill()
        made = CREATE(folder, name, data)
        if now:
            kill()
        return made

    def remove(folder: Folder, names: Sequence[str]) -> None:
        for name in names:
            now = is_time()
            if now and not performed:
                kill()
            REMOVE(folder, [name])
            if now:
                kill()

    for name, doomed in (("create", create), ("remove", remove)):
        setattr(Folder, name, doomed)


def restored(kept: Path) -> None:
    """The registry in the current folder as it was kept."""
    shutil.rmtree(RELEASES, ignore_errors=True)
    if kept.is_dir():
        shutil.copytree(kept, RELEASES)


def main(snapshot: Path, folder: Path, when: str, parallelism: int, verb: str = "apply") -> int:
    """Returns how many processes were killed."""
    kept = folder / "releases"
    if Path(RELEASES).is_dir():
        shutil.copytree(RELEASES, kept)
    # One that lives: what it loads, no child has to load again.
    shutil.copy(snapshot, folder / "spare")
    apply(folder / "spare", sys.maxsize, performed=True, parallelism=parallelism, verb=verb)
    index = 0
    while True:
        index += 1
        data = folder / f"{index}.sqlite"
        shutil.copy(snapshot, data)
        restored(kept)
        child = os.fork()
        if not child:
            apply(data, index, performed=when == "after", parallelism=parallelism, verb=verb)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            data.unlink()
            return index - 1 if os.waitstatus_to_exitcode(status) == 0 else 0
        if Path(RELEASES).is_dir():
            shutil.copytree(RELEASES, data.with_suffix(".releases"))


if __name__ == "__main__":
    one, two, three, four, *rest = sys.argv[1:]
    sys.stdout.write(f"{main(Path(one), Path(two), three, int(four), *rest)}\n")
