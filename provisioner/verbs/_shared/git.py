"""Ask git about a folder, without letting the repository run anything."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

OF_ANOTHER = ("dubious ownership", "is owned by someone else")
"""Parts of git's messages, of today and of 2.35, if another user owns the checkout, as in containers."""
PATIENCE = 5.0
"""Seconds that git may take. A later answer is not worth the wait."""


def git(
    folder: Path,
    environ: Mapping[str, str],
    *words: str,
    given: str = "",
    fine: int = 0,
    refused: Callable[[], None] | None = None,
) -> str | None:
    """Return git's answer; None where there is no git, where it refuses, or where it takes too long.

    `given` is its input, `fine` an exit code that is an answer too. `refused` is called where the
    checkout belongs to another user, which git does not read.
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
    if refused and any(part in done.stderr for part in OF_ANOTHER):
        refused()
    return done.stdout.strip() if done.returncode in (0, fine) else None
