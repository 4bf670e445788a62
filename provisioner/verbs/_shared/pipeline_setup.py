"""Set a pipeline up: the files of a host that run `provisioner ci`."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from provisioner.model.codes import pipelines as codes
from provisioner.model.codes.stacks import UNKNOWN_ENVIRONMENT
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.pipelines import HOSTS
from provisioner.pipelines.host import HostKind, Setup
from provisioner.source.suggest import listed
from provisioner.verbs._shared.git import git
from provisioner.verbs._shared.installed import installed_from, on_host
from provisioner.verbs._shared.session import RunOptions, read

BRANCH = "main"
"""The name of the default branch if git knows no branch."""


@frozen
class PipelineWish:
    """The host of a pipeline, and what the user says about it.

    `environments` are those that get a job. `source` is the place from which the host takes this
    program, as `OWNER/REPOSITORY@COMMIT`; empty for the place from which it was installed.
    """

    host: str
    environments: tuple[str, ...] = ()
    source: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


def pipeline_files(folder: Path, wish: PipelineWish) -> dict[Path, str]:
    """Return the text of each file that sets the pipeline up. Raises ProvisionerError.

    `folder` is the folder of manifests. It need not exist.
    """
    kind = HOSTS[wish.host]
    top = Path(git(Path.cwd(), wish.environ, "rev-parse", "--show-toplevel") or Path.cwd())
    branch = _default_branch(top, wish.environ)
    setup = Setup(
        Path(os.path.relpath(folder.resolve(), top.resolve())).as_posix(),
        branch,
        wish.source or _source(kind, wish.environ),
        wish.environments,
        _is_keyless(folder, wish),
        # The minute at which the nightly job begins, so that not all pipelines begin at once.
        secrets.randbelow(60),
    )
    files = {Path(os.path.relpath(top / name)): text for name, text in kind.setup(setup).items()}
    for file in files:
        if file.exists():
            raise ProvisionerError(Diagnostic(codes.PIPELINE_EXISTS, f"Found {file}."))
    return files


def _default_branch(top: Path, environ: Mapping[str, str]) -> str:
    """Return the default branch of the remote; the checked-out branch where git knows no remote's."""
    of_remote = git(top, environ, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD") or ""
    here = git(top, environ, "symbolic-ref", "--quiet", "--short", "HEAD")
    return of_remote.removeprefix("refs/remotes/origin/") or here or BRANCH


def _source(kind: HostKind, environ: Mapping[str, str]) -> str:
    """Return `OWNER/REPOSITORY@COMMIT` of the program that runs. Raises ProvisionerError."""
    url, commit = installed_from(environ)
    repository = on_host(url, kind.site)
    if not (repository and commit):
        detail = (
            f"Give the repository of {kind.title} that has this program, and the commit or tag to use: "
            "`--program OWNER/REPOSITORY@COMMIT`."
        )
        raise ProvisionerError(Diagnostic(codes.SOURCE_UNKNOWN, detail))
    return f"{repository}@{commit}"


def _is_keyless(folder: Path, wish: PipelineWish) -> bool:
    """Return true if the targets of all environments have a workload identity.

    Raises ProvisionerError for an environment that the Stack does not have.
    """
    if not folder.is_dir():
        return False
    found = []
    for name in wish.environments or (None,):
        loaded = read(RunOptions(path=folder, environment=name, environ=wish.environ))
        if name and name not in loaded.environments:
            detail = f"The Stack has no environment `{name}`. Known: {listed(loaded.environments)}."
            raise ProvisionerError(Diagnostic(UNKNOWN_ENVIRONMENT, detail))
        found.append(bool(loaded.stack and loaded.stack.target.workload_identity))
    return all(found)
