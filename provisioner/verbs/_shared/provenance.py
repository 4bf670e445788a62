"""Return the origin of a release: its stack, and the revision of the manifests in git."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.stack import Stack
from provisioner.verbs._shared.git import git

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
"""Variables in which pipelines name the commit that they run for. The first that is set counts."""
OWNED_BY_ANOTHER = (
    "{} belongs to another user, so git does not name its commit. If you trust the folder: "
    "`git config --global --add safe.directory {}`."
)
DIRTY = "+dirty"
"""The end of a revision if the manifests had changes that were not committed."""
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{3,63}")
"""The form of a revision. A path or a URL does not fit, because others read a release."""


def provenance(
    stack: Stack,
    environ: Mapping[str, str],
    warn: Callable[[Diagnostic], None] | None = None,
) -> dict[str, str]:
    """Return the origin that every release of this stack gets. Raises nothing.

    `warn` is called if git refuses to name the commit and no pipeline names it either.
    """
    found = {
        "stack": stack.name,
        "environment": stack.owner.environment,
        "target": stack.target.name,
    }
    # Apply itself writes into a folder of releases, which would make every revision `+dirty`.
    releases = stack.target.releases
    made = [stack.root / releases] if releases and "://" not in releases else []
    refused: list[str] = []
    revision = revision_of(stack.root, environ, made, refused.append)
    if refused and warn and not revision:
        detail = OWNED_BY_ANOTHER.format(refused[0], shlex.quote(refused[0]))
        warn(Diagnostic(codes.NO_REVISION, detail))
    return {**found, "revision": revision} if revision else found


def revision_of(
    folder: Path,
    environ: Mapping[str, str],
    made: Sequence[Path] = (),
    refused: Callable[[str], None] | None = None,
) -> str:
    """Return the commit of a folder; empty if it is not known.

    It ends in `+dirty` if a file below the folder is not committed; files below the folders `made`
    do not count. Without git, the pipeline's variables name the commit. `refused` is called with
    the folder of the checkout if git does not answer because another user owns it.
    """
    commit = git(folder, environ, "rev-parse", "--verify", "HEAD", refused=refused)
    if commit and _REVISION.fullmatch(commit):
        edits = git(folder, environ, "status", "--porcelain", "--", ".", *_besides(folder, made))
        if edits is not None:
            return f"{commit}{DIRTY if edits else ''}"
    said = (environ.get(name, "").strip() for name in CI_VARIABLES)
    return next((text for text in said if _REVISION.fullmatch(text)), "")


def _besides(folder: Path, made: Sequence[Path]) -> list[str]:
    """Return the arguments with which git leaves out generated folders."""
    whole = folder.resolve()
    inside = [path.resolve() for path in made if path.resolve().is_relative_to(whole)]
    below = [path.relative_to(whole).as_posix() for path in inside if path != whole]
    return [f":(exclude,literal){path}" for path in (".provisioner", *below)]
