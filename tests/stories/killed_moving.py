"""Moves that are killed, for `test_killed_moves.py`: one process for every step, kill -9 at it.

    python -m tests.stories.killed_moving FOLDER SOURCE TARGET before|after PARALLELISM

In FOLDER/start lies a world: manifests, both accounts' databases, releases. For each n, a copy of
it goes to FOLDER/n, and a process moves there until its step n: a write to any account, or a
release about to be published. There it kills itself, before or after that was performed. It goes
on until a move comes through alive.
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
from provisioner.providers.releases import folder as releases
from provisioner.verbs.migrate.plan import planned_migration
from provisioner.verbs.migrate.report import Route
from provisioner.verbs.migrate.run import migrate
from tests.support.servers import Wrapper
from tests.support.stories import RUN_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from werkzeug.wrappers import Request, Response

REAL = emulator.create_app


class Doom:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, index: int, *, performed: bool) -> None:
        self.index, self.performed = index, performed
        self.steps = itertools.count(1)

    def at(self, perform: Callable[[], Any]) -> Any:
        due = next(self.steps) == self.index
        if due and not self.performed:
            os.kill(os.getpid(), signal.SIGKILL)
        result = perform()
        if due:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


class Doomed(Wrapper):
    doom: Doom

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return self.forward(request)
        answer: Response = self.doom.at(lambda: self.forward(request))
        return answer

    def close(self) -> None:
        """The process ends, one way or the other."""


def go(root: Path, source: str, target: str, doom: Doom, parallelism: int) -> bool:
    os.chdir(root)
    publish = releases.Folder.create

    def app(data: Path) -> Doomed:
        made = Doomed(REAL(data))
        made.doom = doom
        return made

    def create(self: releases.Folder, name: str, content: bytes) -> bool:
        return bool(doom.at(lambda: publish(self, name, content)))

    vars(emulator)["create_app"] = app
    setattr(releases.Folder, "create", create)  # noqa: B010
    with planned_migration(
        replace(RUN_OPTIONS, parallelism=parallelism), Route(source, target)
    ) as found:
        return migrate(found).succeeded


def main(folder: Path, source: str, target: str, when: str, parallelism: int) -> int:
    """Returns how many processes were killed."""
    # One that lives: what it loads, no child has to load again.
    shutil.copytree(folder / "start", folder / "spare")
    go(folder / "spare", source, target, Doom(0, performed=True), parallelism)
    index = 0
    while True:
        index += 1
        root = folder / str(index)
        shutil.copytree(folder / "start", root)
        child = os.fork()
        if not child:
            doom = Doom(index, performed=when == "after")
            os._exit(0 if go(root, source, target, doom, parallelism) else 1)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            shutil.rmtree(root)
            return index - 1 if os.waitstatus_to_exitcode(status) == 0 else -1


if __name__ == "__main__":
    one, two, three, four, five = sys.argv[1:]
    sys.stdout.write(f"{main(Path(one), two, three, four, int(five))}\n")
