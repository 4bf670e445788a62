"""Records of plans on GitLab: the statuses of commits.

A record is a commit status of the token's own user. GitLab says of each status who wrote it and when,
and nobody can change one. The token is a protected variable, so only pipelines of protected branches
have it.

In each function, `project` is the path of the project in the API, and `own` the id of the token's user.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from provisioner.model.host_api import HostApi
from provisioner.pipelines.asking import inner, moment, rows, text
from provisioner.pipelines.host import Proposal, Record

NAME: Final = "provisioner/"
"""The beginning of the name of a record. The key of `Host.record` follows."""
TOLD: Final = re.compile(r"digest (?P<digest>[\w-]+) of !(?P<number>\d+) by (?P<job>.+)")
"""The pattern of the description of a record."""


def write(
    api: HostApi, project: str, proposal: Proposal, key: str, digest: str, *, job: str, url: str
) -> None:
    """Set a status of the proposal's newest commit. It names the job that planned, and the digest.

    `url` is the address of the job, '' if it is not known. Raises ProviderError.
    """
    body = {
        "state": "success",
        "name": f"{NAME}{key}",
        "description": f"digest {digest} of {proposal.name} by {job}",
    }
    if url:
        body["target_url"] = url
    api.send("POST", f"{project}/statuses/{quote(proposal.head, safe='')}", json=body)


def read(
    api: HostApi, project: str, proposal: Proposal, own: Any, commits: Sequence[str]
) -> Iterator[tuple[str, Record]]:
    """Yield the records of a proposal at these commits, each with its key. Raises ProviderError."""
    for commit in dict.fromkeys(filter(None, commits)):
        # A list that is too long is refused: the newest record may be in its unread end.
        for row, told in _told(api, project, proposal.number, commit, own, is_whole=True):
            record = Record(told["digest"], commit, moment(row.get("created_at")))
            yield text(row, "name").removeprefix(NAME), record


def jobs(api: HostApi, project: str, proposal: Proposal, own: Any) -> set[str]:
    """Return the names of the jobs that have recorded a plan of the proposal's newest commit."""
    found = _told(api, project, proposal.number, proposal.head, own)
    return {told["job"] for _, told in found}


def _told(
    api: HostApi, project: str, iid: int, commit: str, own: Any, *, is_whole: bool = False
) -> Iterator[tuple[Mapping[str, Any], re.Match[str]]]:
    """Yield the records of a merge request at a commit, each with the match of its description.

    With `is_whole`, a commit with more statuses than are read is a ProviderError.
    """
    path = f"{project}/repository/commits/{quote(commit, safe='')}/statuses"
    for row in rows(api, path, {"all": "true"}, is_whole=is_whole):
        told = TOLD.fullmatch(text(row, "description"))
        # Whoever may push can set a status with such a name, but only as another user.
        is_own = inner(row, "author", "id") == own and text(row, "sha") == commit
        is_record = text(row, "name").startswith(NAME) and text(row, "status") == "success"
        if told and is_own and is_record and told["number"] == str(iid):
            yield row, told
