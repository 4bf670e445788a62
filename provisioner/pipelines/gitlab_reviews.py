"""The reviews of a merge request: who approved which commit, and who asked for changes.

GitLab says when somebody approved, and not which commit. The versions of the merge request say which
commit was the newest at that moment.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from provisioner.model.errors import NotFound
from provisioner.model.host_api import HostApi
from provisioner.pipelines.asking import inner, mapping, moment, number, rows, text
from provisioner.pipelines.host import Approval, Reviews

DEVELOPER: Final = 30
"""The access level from which somebody may write to a project."""


def reviews(api: HostApi, project: str, iid: int, own: Any) -> Reviews:
    """Return the reviews that stand. The approvals of the author and of our own user are left out.

    `project` is the path of the project in the API, and `own` the id of our user. Raises ProviderError.
    """
    path = f"{project}/merge_requests/{iid}"
    # Some projects let authors approve their own merge requests, which nobody else has read then.
    left_out = {inner(api.send("GET", path).body, "author", "id"), own}
    heads = _heads(api, path)
    approvals = []
    for row in _approved_by(api, path):
        who, at = inner(row, "user", "id"), row.get("approved_at")
        if at and who not in left_out and _may_write(api, project, who):
            # GitLab does not say which commit was approved: it was the newest one at that moment.
            seen = [head for since, head in heads if since <= moment(at)]
            name = text(row, "user", "username")
            approvals.append(Approval(name, seen[-1] if seen else "", moment(at)))
    objections = [
        text(row, "user", "username")
        for row in rows(api, f"{path}/reviewers")
        if text(row, "state") == "requested_changes"
        and _may_write(api, project, inner(row, "user", "id"))
    ]
    return Reviews(tuple(approvals), tuple(objections))


def _approved_by(api: HostApi, path: str) -> list[Mapping[str, Any]]:
    found = inner(api.send("GET", f"{path}/approvals").body, "approved_by")
    return [mapping(row) for row in found] if isinstance(found, list) else []


def _heads(api: HostApi, path: str) -> list[tuple[float, str]]:
    """Return (time, commit) for each commit that was the newest of a merge request from that time on.

    Times are in seconds since 1970. The oldest is first.
    """
    found = rows(api, f"{path}/versions")
    return sorted((moment(row.get("created_at")), text(row, "head_commit_sha")) for row in found)


def _may_write(api: HostApi, project: str, user: Any) -> bool:
    path = f"{project}/members/all/{quote(str(user), safe='')}"
    try:
        return number(api.send("GET", path).body, "access_level") >= DEVELOPER
    except NotFound:
        return False
