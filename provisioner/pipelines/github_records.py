"""Records of plans on GitHub: the names of artifacts.

A record is an artifact of a run, and its name holds the digest. GitHub says of every run at which event
it began and from which workflow file; a run at `pull_request_target` takes the workflow from the default
branch. So a pull request can write neither a record nor a run that counts. A second artifact, whose
name holds no digest, makes the run findable: GitHub lists artifacts by their exact names alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.model.errors import NotFound
from provisioner.model.host_api import HostApi
from provisioner.pipelines.asking import inner, mapping, moment, rows, text
from provisioner.pipelines.host import Proposal, Record

_REST: Final = re.compile(r"\.(?P<digest>[\w-]+)\.\d+")
"""The end of a record's name, after the name of its index: the digest, and the run's attempt."""


def index(proposal: Proposal, commit: str, key: str) -> str:
    """Return the name of the artifact by which the runs with records of a plan are found.

    `key` is the folder and environment of the Stack, as `Host.record` has it.
    """
    return f"provisioner.{proposal.number}.{commit}.{key}"


def runs_with(name: str, api: HostApi, repo: str) -> Iterator[Mapping[str, Any]]:
    """Yield the runs that have an artifact of this name, whichever workflow made them.

    Raises ProviderError.
    """
    # Runs cannot be listed by the proposal's commit: GitHub gives a run at `pull_request_target` the
    # commit of the branch that the proposal goes to.
    # A list that is too long is refused, because the newest record may be in its unread end.
    found = rows(api, f"{repo}/actions/artifacts", {"name": name}, "artifacts", is_whole=True)
    for id in dict.fromkeys(inner(row, "workflow_run", "id") for row in found):
        if not isinstance(id, int):
            continue
        try:
            yield mapping(api.send("GET", f"{repo}/actions/runs/{id}").body)
        except NotFound:  # somebody has deleted the run
            continue


def of_run(
    run: Mapping[str, Any], name: str, commit: str, api: HostApi, repo: str
) -> Iterator[Record]:
    """Yield the records of a run whose index has this name. Raises ProviderError."""
    path = f"{repo}/actions/runs/{run.get('id')}/artifacts"
    for row in rows(api, path, key="artifacts", is_whole=True):
        artifact = text(row, "name")
        rest = _REST.fullmatch(artifact.removeprefix(name))
        if artifact.startswith(name) and rest:
            yield Record(rest["digest"], commit, moment(row.get("created_at")))
