"""Runs shell scripts that start our program. Each start of the program runs in this process.

A process of its own would load the SDK again for each command of a script.
"""

from __future__ import annotations

import os
import select
import subprocess
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from click.testing import CliRunner

from provisioner.cli.root import provisioner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STANDS_FOR_US: Final = """\
#!/bin/sh
# Hands words, folder and environment over, prints what comes back, and ends with the same code.
there="$SHELL_TEST"
pwd > "$there/folder"
printf '%s\\0' "$@" > "$there/words"
env -0 > "$there/environment"
echo > "$there/asked"
read -r code < "$there/answered"
cat "$there/errors" >&2
cat "$there/output"
exit "$code"
"""
"""A script that replaces our program on the path.

It passes its arguments, folder and environment to this process, prints the result, and exits with
the same code.
"""


@dataclass(frozen=True)
class Done:
    """The end of a script: its exit code, and everything that the script and our program have printed."""

    code: int
    output: str


class Shell:
    """Runs scripts in a folder, with the given environment and nothing else of this process."""

    def __init__(self, place: Path, environ: Mapping[str, str]) -> None:
        self.there = place / "shell"
        self.tools = self.there / "bin"
        self.tools.mkdir(parents=True)
        for name in ("asked", "answered"):
            os.mkfifo(self.there / name)
        self.tool("provisioner", STANDS_FOR_US)
        self.environ = {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(place),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PROVISIONER_LEDGER": "none",
            "SHELL_TEST": str(self.there),
            **environ,
        }
        self.starts: list[tuple[list[str], dict[str, str]]] = []
        """The words and the environment of each start of our program."""

    def tool(self, name: str, text: str) -> None:
        """Put a program first on the path."""
        (self.tools / name).write_text(text, encoding="utf-8")
        (self.tools / name).chmod(0o755)

    def run(self, command: Sequence[str], folder: Path, **environ: str) -> Done:
        """Run a command in `folder`, and our program here each time that the command starts it."""
        log = self.there / "log"
        # Also open for writing: otherwise the pipe would report its end whenever no script has it open.
        asked = os.open(self.there / "asked", os.O_RDWR | os.O_NONBLOCK)
        try:
            with (
                log.open("wb") as out,
                subprocess.Popen(
                    command,
                    cwd=folder,
                    env={**self.environ, **environ},
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                ) as process,
            ):
                # The time limit ends the wait for a script that does not start our program again.
                while process.poll() is None:
                    if select.select([asked], [], [], 0.005)[0]:
                        os.read(asked, 64)
                        self._started()
        finally:
            os.close(asked)
        return Done(process.returncode, log.read_text(encoding="utf-8"))

    def _started(self) -> None:
        """Run our program as a script has asked, and return the result to the script."""
        words = _texts(self.there / "words")
        environ = dict(one.split("=", 1) for one in _texts(self.there / "environment"))
        folder = (self.there / "folder").read_text(encoding="utf-8").rstrip("\n")
        self.starts.append((words, environ))
        with patch.dict(os.environ, environ, clear=True), chdir(folder):
            done = CliRunner().invoke(provisioner, words)
        (self.there / "output").write_text(done.stdout, encoding="utf-8")
        (self.there / "errors").write_text(done.stderr, encoding="utf-8")
        with (self.there / "answered").open("w") as answer:
            answer.write(f"{done.exit_code}\n")


def _texts(file: Path) -> list[str]:
    """Return the texts in a file, each of which ends with a NUL byte."""
    return file.read_text(encoding="utf-8").split("\0")[:-1]
