"""A stand-in for GitLab as a pipeline sees it: a project, merge requests, approvals and the REST API.

The repository is a real bare one. The API refuses what GitLab refuses: an unknown token, and a text
that is too long. A page has at most a hundred rows. The author of a comment, a status or an issue is
always the user of the token.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from tests.support.github import git, paged
from tests.support.habits import reply
from tests.support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

PROJECT: Final = 7
FORK: Final = 8
BOT: Final = "project_7_bot"
TOKEN: Final = "glpat-of-the-bot"  # noqa: S105 - of a server of the tests
LONGEST: Final = 1_000_000
LEVELS: Final = {"ann": 40, "bob": 30, "eve": 30, "guest": 10, BOT: 30}
"""The access level of each user: 10 may read, 30 may also write, 40 may also merge."""
IDS: Final = {name: 100 + number for number, name in enumerate(LEVELS)}
Json = dict[str, Any]

RULES: Final = Map(
    [
        Rule("/user", endpoint="me", methods=["GET"]),
        *(
            Rule(f"/projects/{PROJECT}{path}", endpoint=endpoint, methods=[method])
            for method, path, endpoint in (
                ("GET", "/merge_requests", "list_requests"),
                ("GET", "/merge_requests/<int:iid>", "request"),
                ("GET", "/merge_requests/<int:iid>/merge_ref", "merge_ref"),
                ("GET", "/merge_requests/<int:iid>/approvals", "approvals"),
                ("GET", "/merge_requests/<int:iid>/reviewers", "reviewers"),
                ("GET", "/merge_requests/<int:iid>/versions", "versions"),
                ("GET", "/merge_requests/<int:iid>/notes", "notes"),
                ("POST", "/merge_requests/<int:iid>/notes", "add_note"),
                ("PUT", "/merge_requests/<int:iid>/notes/<int:id>", "change_note"),
                ("GET", "/members/all/<int:id>", "member"),
                ("GET", "/repository/branches/<branch>", "branch"),
                ("GET", "/repository/commits/<sha>/merge_requests", "requests_of"),
                ("GET", "/repository/commits/<sha>/statuses", "statuses"),
                ("POST", "/statuses/<sha>", "add_status"),
                ("GET", "/issues", "issues"),
                ("POST", "/issues", "add_issue"),
                ("PUT", "/issues/<int:iid>", "change_issue"),
                ("GET", "/pipelines", "pipelines"),
                ("GET", "/pipelines/<int:id>/jobs", "jobs"),
            )
        ),
    ]
)


@dataclass
class MergeRequest:
    """A merge request. `project` is the id of the project that has its branch."""

    iid: int
    branch: str
    head: str
    author: str
    project: int = PROJECT
    state: str = "opened"
    merge_commit: str | None = None
    squash_commit: str | None = None
    approvals: list[Json] = field(default_factory=list)
    reviewers: list[Json] = field(default_factory=list)
    versions: list[Json] = field(default_factory=list)


class GitLab:
    """One project with everything about it. `now` is GitLab's clock, in unix seconds."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder, "helpdesk")
        self.now = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
        self.tokens = {TOKEN: BOT}
        self.proposals: dict[int, MergeRequest] = {}
        self.comments: list[Json] = []
        self.commit_statuses: list[Json] = []
        self.tickets: list[Json] = []
        self.runs: list[Json] = []
        self.run_jobs: list[Json] = []

    # Actions of people.

    def commit(self, files: Mapping[str, str | None], branch: str = "main") -> str:
        head = self.repository.committed(files, branch)
        for request in self.proposals.values():
            if request.branch == branch and request.state == "opened":
                self._headed(request, head)
        return head

    def propose(
        self,
        branch: str,
        files: Mapping[str, str | None],
        author: str = "bob",
        project: int = PROJECT,
    ) -> MergeRequest:
        """Open a merge request of a branch, from this project or from a fork."""
        iid = len(self.proposals) + 1
        request = MergeRequest(iid, branch, "", author, project)
        self._headed(request, self.commit(files, branch))
        self.proposals[iid] = request
        return request

    def _headed(self, request: MergeRequest, head: str) -> None:
        request.head = head
        request.versions.append({"head_commit_sha": head, "created_at": self._moment()})
        git(self.repository.bare, "update-ref", f"refs/merge-requests/{request.iid}/head", head)
        self.now += 60

    def approve(self, request: MergeRequest, user: str) -> None:
        self.now += 60
        request.approvals.append({"user": user_row(user), "approved_at": self._moment()})
        self.now += 60

    def merge(self, request: MergeRequest, *, squash: bool = False) -> str:
        merge, squashed = self.repository.merged(request.head, squash=squash)
        request.merge_commit, request.squash_commit = merge, squashed or None
        request.state = "merged"
        self.now += 60
        return merge

    def say(self, request: MergeRequest, user: str, body: str) -> Json:
        row = {"id": 500 + len(self.comments), "iid": request.iid, "body": body}
        row |= {"author": user_row(user), "system": False}
        self.comments.append(row)
        return row

    def status(self, sha: str, user: str, body: Json) -> Json:
        row = {"sha": sha, "name": body["name"], "description": body.get("description")}
        row |= {"status": body["state"], "created_at": self._moment(), "author": user_row(user)}
        self.commit_statuses.append(row)
        return row

    # Actions of GitLab itself.

    def begin(self, source: str, ref: str, sha: str) -> Json:
        run = {"id": 1000 + len(self.runs), "source": source, "ref": ref, "sha": sha}
        self.runs.append({**run, "status": "running"})
        return self.runs[-1]

    def begin_job(self, run: Json, name: str) -> Json:
        job = {"id": 9000 + len(self.run_jobs), "pipeline": run["id"], "name": name}
        self.run_jobs.append({**job, "status": "running"})
        return self.run_jobs[-1]

    def _merge_tried(self, request: MergeRequest) -> str | None:
        """Try the merge, and store its result at refs/merge-requests/N/merge.

        Returns the commit, or None for a conflict.
        """
        bare = self.repository.bare
        base = git(bare, "rev-parse", "refs/heads/main")
        try:
            tree = git(bare, "merge-tree", "--write-tree", base, request.head)
        except subprocess.CalledProcessError:
            return None
        parents = ("-p", base, "-p", request.head)
        commit = git(bare, "commit-tree", tree, *parents, "-m", "Merge by GitLab")
        git(bare, "update-ref", f"refs/merge-requests/{request.iid}/merge", commit)
        return commit

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _row(self, request: MergeRequest) -> Json:
        return {
            "iid": request.iid,
            "state": request.state,
            "sha": request.head,
            "target_branch": "main",
            "source_project_id": request.project,
            "target_project_id": PROJECT,
            "merge_commit_sha": request.merge_commit,
            "squash_commit_sha": request.squash_commit,
            "author": user_row(request.author),
        }

    # The API.

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start)

    def _answer(self, request: Request) -> Response:
        user = self.tokens.get(request.headers.get("PRIVATE-TOKEN", ""))
        if user is None:
            return reply({"message": "401 Unauthorized"}, 401)
        try:
            # `serving` adds /v1 to the base URL of every server.
            path = request.path.removeprefix("/v1")
            endpoint, values = RULES.bind_to_environ({**request.environ, "PATH_INFO": path}).match()
        except HTTPException:
            return reply({"error": "404 Not Found"}, 404)
        body = request.get_json(silent=True) or {}
        if any(len(str(text)) > LONGEST for text in body.values()):
            return reply({"message": {"note": ["is too long"]}}, 400)
        self.now += 1
        found = getattr(self, f"_{endpoint}")(values, request.args, body, user)
        return found if isinstance(found, Response) else reply(found)

    def _me(self, _values: Json, _args: Any, _body: Json, user: str) -> Json:
        return user_row(user)

    def _list_requests(self, _values: Json, args: Mapping[str, str], *_: Any) -> Any:
        found = [one for one in self.proposals.values() if one.state == args["state"]]
        return paged([self._row(one) for one in found], args)

    def _request(self, values: Json, *_: Any) -> Json:
        request = self.proposals[values["iid"]]
        can = request.state != "opened" or self._merge_tried(request)
        status = "can_be_merged" if can else "cannot_be_merged"
        return {**self._row(request), "merge_status": status, "has_conflicts": not can}

    def _merge_ref(self, values: Json, *_: Any) -> Any:
        commit = self._merge_tried(self.proposals[values["iid"]])
        refused = reply({"message": "Merge request is not mergeable"}, 400)
        return {"commit_id": commit} if commit else refused

    def _approvals(self, values: Json, *_: Any) -> Json:
        return {"approved_by": self.proposals[values["iid"]].approvals}

    def _reviewers(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        return paged(self.proposals[values["iid"]].reviewers, args)

    def _versions(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        return paged(self.proposals[values["iid"]].versions[::-1], args)

    def _notes(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        return paged([row for row in self.comments if row["iid"] == values["iid"]], args)

    def _add_note(self, values: Json, _args: Any, body: Json, user: str) -> Json:
        return self.say(self.proposals[values["iid"]], user, body["body"])

    def _change_note(self, values: Json, _args: Any, body: Json, user: str) -> Any:
        row = next(row for row in self.comments if row["id"] == values["id"])
        if row["author"] != user_row(user):
            return reply({"message": "403 Forbidden"}, 403)
        row["body"] = body["body"]
        return row

    def _member(self, values: Json, *_: Any) -> Any:
        name = next((name for name, id in IDS.items() if id == values["id"]), None)
        return {"access_level": LEVELS[name]} if name else reply({"message": "404"}, 404)

    def _branch(self, values: Json, *_: Any) -> Json:
        sha = git(self.repository.bare, "rev-parse", f"refs/heads/{values['branch']}")
        return {"commit": {"id": sha}}

    def _requests_of(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        found = [
            self._row(one)
            for one in self.proposals.values()
            if values["sha"] in {one.merge_commit, one.squash_commit, one.head}
        ]
        return paged(found, args)

    def _statuses(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        found = [row for row in self.commit_statuses if row["sha"] == values["sha"]]
        return paged(found, args)

    def _add_status(self, values: Json, _args: Any, body: Json, user: str) -> Json:
        return self.status(values["sha"], user, body)

    def _issues(self, _values: Json, args: Mapping[str, str], *_: Any) -> Any:
        author = int(args["author_id"])
        found = [row for row in self.tickets if row["state"] == args["state"]]
        return paged([row for row in found if row["author"]["id"] == author], args)

    def _add_issue(self, _values: Json, _args: Any, body: Json, user: str) -> Json:
        row = {"iid": len(self.tickets) + 1, "state": "opened", "author": user_row(user), **body}
        self.tickets.append(row)
        return row

    def _change_issue(self, values: Json, _args: Any, body: Json, _who: str) -> Json:
        row = next(row for row in self.tickets if row["iid"] == values["iid"])
        if body.pop("state_event", "") == "close":
            row["state"] = "closed"
        row.update(body)
        return row

    def _pipelines(self, _values: Json, args: Mapping[str, str], *_: Any) -> Any:
        asked = {key: args[key] for key in ("ref", "source") if key in args}
        found = [run for run in self.runs if all(run[key] == asked[key] for key in asked)]
        return paged(found[::-1], args)

    def _jobs(self, values: Json, args: Mapping[str, str], *_: Any) -> Any:
        return paged([job for job in self.run_jobs if job["pipeline"] == values["id"]], args)


def user_row(name: str) -> Json:
    return {"id": IDS[name], "username": name}
