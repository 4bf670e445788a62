"""The origin of a release: its stack, and the revision of the manifests."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from provisioner.model.stack import Stack

CI_VARIABLES = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",  # GitLab
    "BUILD_SOURCEVERSION",  # Azure Pipelines
    "BITBUCKET_COMMIT",
    "CIRCLE_SHA1",
    "BUILDKITE_COMMIT",
    "TRAVIS_COMMIT",
    "GIT_COMMIT",  # Jenkins
)
"""Variables in which pipelines name the commit that they run for; the first that is set counts."""
DIRTY = "+dirty"
PATIENCE = 5.0
"""Seconds that git may take: a release without a revision is better than one that is late."""
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{3,63}")
"""The form of a revision. It is never a path or a URL, for others read a release."""


def provenance(stack: Stack, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the origin that every release of this stack carries. Raises nothing."""
    found = {
        "stack": stack.name,
        "environment": stack.owner.environment,
        "target": stack.target.name,
    }
    releases = stack.target.releases
    made = [stack.root / releases] if releases and "://" not in releases else []
    revision = revision_of(stack.root, environ, made)
    return {**found, "revision": revision} if revision else found


def revision_of(folder: Path, environ: Mapping[str, str], made: Sequence[Path] = ()) -> str:
    """Return the commit that `folder` is at; '' where it is not known.

    It ends in `+dirty` where something below `folder` is not committed; what lies below the `made`
    folders does not count. Without git, the pipeline's variables name the commit.
    """
    commit = _git(folder, environ, "rev-parse", "--verify", "HEAD")
    if commit and _REVISION.fullmatch(commit):
        edits = _git(folder, environ, "status", "--porcelain", "--", ".", *_besides(folder, made))
        if edits is not None:
            return f"{commit}{DIRTY if edits else ''}"
    said = (environ.get(name, "").strip() for name in CI_VARIABLES)
    return next((text for text in said if _REVISION.fullmatch(text)), "")


def _besides(folder: Path, made: Sequence[Path]) -> list[str]:
    whole = folder.resolve()
    inside = [path.resolve() for path in made if path.resolve().is_relative_to(whole)]
    below = [path.relative_to(whole).as_posix() for path in inside if path != whole]
    return [f":(exclude,literal){path}" for path in (".provisioner", *below)]


def _git(folder: Path, environ: Mapping[str, str], *words: str) -> str | None:
    """Return git's answer; None where there is no git, where it refuses, or where it takes too long."""
    program = shutil.which("git", path=environ.get("PATH", os.defpath))
    if program is None:
        return None
    import subprocess  # where it is needed: few runs publish a release

    # A hook's GIT_DIR would lead elsewhere. Nothing is written, and no program of the repository run.
    clean = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    quiet = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder))
    try:
        done = subprocess.run(
            [program, *quiet, *words],
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            env={**clean, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
