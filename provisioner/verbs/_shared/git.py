"""Ask git about a folder, without letting the repository run anything."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

OF_ANOTHER = re.compile(
    r"dubious ownership in repository at '(.+)'|\('(.+)' is owned by someone else"
)
"""The words of git, today and in 2.35, if another user owns the checkout, as in containers.

The folder that it names is the whole checkout, which may lie above the folder that was asked about.
"""
PATIENCE = 5.0
"""Seconds that git may take. A later answer is not worth the wait."""


def git(
    folder: Path,
    environ: Mapping[str, str],
    *words: str,
    given: str = "",
    fine: int = 0,
    refused: Callable[[str], None] | None = None,
) -> str | None:
    """Return git's answer; None where there is no git, where it refuses, or where it takes too long.

    `given` is its input, `fine` an exit code that is an answer too. `refused` is called with the
    folder of the checkout where that belongs to another user, for git does not read it then.
    """
    program = shutil.which("git", path=environ.get("PATH", os.defpath))
    if program is None:
        return None
    import subprocess  # where it is needed: most commands ask git nothing

    # A hook's GIT_DIR would lead elsewhere. Nothing is written, and no program of the repository run.
    clean = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    quiet = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder))
    try:
        done = subprocess.run(
            [program, *quiet, *words],
            capture_output=True,
            check=False,
            input=given,
            encoding="utf-8",
            errors="replace",
            env={**clean, "LC_ALL": "C"},
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if refused and (found := OF_ANOTHER.search(done.stderr)):
        refused(found[1] or found[2])
    return done.stdout.strip() if done.returncode in (0, fine) else None
