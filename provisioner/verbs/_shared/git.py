"""Ask git about a folder, without letting the repository run any program."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

OF_ANOTHER = re.compile(
    r"dubious ownership in repository at '(.+)'|\('(.+)' is owned by someone else"
)
"""The message of git, today and in 2.35, if another user owns the checkout, as in containers.

The folder in the message is the whole checkout, which may be above the folder that was asked about.
"""
PATIENCE = 5.0
"""The seconds that git may take. A later answer is not worth the wait."""
NETWORK_PATIENCE = 300.0
"""Seconds that git may take for a command without which nothing goes on, such as a fetch."""


def git(
    folder: Path,
    environ: Mapping[str, str],
    *words: str,
    given: str = "",
    fine: int = 0,
    refused: Callable[[str], None] | None = None,
) -> str | None:
    """Return git's output; None if git is not installed, refuses, or takes too long.

    `given` is its standard input. `fine` is an exit code that counts as success beside 0. `refused`
    is called with the folder of the checkout if another user owns it, because git does not read it
    then.
    """
    program = shutil.which("git", path=environ.get("PATH", os.defpath))
    if program is None:
        return None
    import subprocess  # imported here, because most commands do not need git

    try:
        done = subprocess.run(
            [program, *_quiet(folder), *words],
            capture_output=True,
            check=False,
            input=given,
            encoding="utf-8",
            errors="replace",
            env=_clean(environ),
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if refused and (found := OF_ANOTHER.search(done.stderr)):
        refused(found[1] or found[2])
    return done.stdout.strip() if done.returncode in (0, fine) else None


def git_bytes(folder: Path, environ: Mapping[str, str], *words: str, given: bytes = b"") -> bytes:
    """Return the output of git. `given` is its standard input.

    Raises OSError with a sentence where there is no git, where it fails, or where it takes too long.
    """
    import subprocess

    program = shutil.which("git", path=environ.get("PATH", os.defpath))
    if program is None:
        raise OSError("There is no git on the PATH")
    try:
        done = subprocess.run(
            [program, *_quiet(folder), *words],
            capture_output=True,
            check=True,
            input=given,
            env=_clean(environ),
            timeout=NETWORK_PATIENCE,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise OSError(f"git {words[0]} failed: {said or f'exit code {error.returncode}'}") from None
    except subprocess.TimeoutExpired:
        raise OSError(f"git {words[0]} did not end within {NETWORK_PATIENCE:g} s") from None
    return done.stdout


def _quiet(folder: Path) -> tuple[str, ...]:
    """Return the options with which git runs no program that the repository names."""
    # Without optional locks, `git status` does not write the index, so it never blocks a command
    # that the user runs at the same time.
    hooks = ("-c", f"core.hooksPath={os.devnull}")
    return ("--no-optional-locks", "-c", "core.fsmonitor=false", *hooks, "-C", str(folder))


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    # Inside of a hook, git sets GIT_DIR, which would lead away from the folder that is asked about.
    # The messages have to be English for OF_ANOTHER, and nobody can answer a prompt.
    clean = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    return {**clean, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
