"""Records of plans on GitHub: the names of artifacts.

A record is an artifact of a workflow run, and its name holds the digest. GitHub says of every workflow
run at which event it began and from which workflow file; one at `pull_request_target` takes the workflow
from the default branch. So a pull request can make neither a record nor a workflow run that counts. A
second artifact of the same workflow run is its *index*: its name holds no digest, so that the workflow
run can be found, because GitHub lists artifacts by their exact names alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.model.errors import NotFound
from provisioner.model.host_api import HostApi
from provisioner.pipelines.asking import inner, mapping, moment, rows, text
from provisioner.pipelines.host import Proposal, Record

_REST: Final = re.compile(r"\.(?P<digest>[\w-]+)\.\d+")
"""The end of a record's name, after the name of the index: the digest, and the number of the attempt."""


def index(proposal: Proposal, commit: str, key: str) -> str:
    """Return the name of the index: the artifact by which the workflow runs with records are found.

    `key` names the folder of manifests and the environment, as for `Host.record`.
    """
    return f"provisioner.{proposal.number}.{commit}.{key}"


def runs_with(name: str, api: HostApi, repo: str) -> Iterator[Mapping[str, Any]]:
    """Yield the workflow runs that have an artifact of this name, whichever workflow they run.

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
    """Yield the records of `commit` that a workflow run has. Raises ProviderError.

    `name` is the name of the index of the workflow run.
    """
    path = f"{repo}/actions/runs/{run.get('id')}/artifacts"
    for row in rows(api, path, key="artifacts", is_whole=True):
        artifact = text(row, "name")
        rest = _REST.fullmatch(artifact.removeprefix(name))
        if artifact.startswith(name) and rest:
            yield Record(rest["digest"], commit, moment(row.get("created_at")))
