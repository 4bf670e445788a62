"""A stand-in for GitHub as a pipeline sees it: a repository, pull requests, reviews, runs and the API.

The repository is a real bare one. The API refuses what GitHub refuses: an unknown token, a request
that the permissions of the token do not allow, and a comment that is too long.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from tests.support.habits import reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

REPO = "acme/helpdesk"
BOT = {"login": "github-actions[bot]", "type": "Bot"}
LONGEST = 65_536
"""The most characters of a comment."""
Json = dict[str, Any]

RULES = Map(
    [
        Rule(f"/repos/{REPO}{path}", endpoint=f"{method} {path}", methods=[method])
        for method, path in (
            ("GET", "/pulls/<int:number>"),
            ("GET", "/pulls/<int:number>/reviews"),
            ("GET", "/collaborators/<user>/permission"),
            ("GET", "/commits/<sha>"),
            ("GET", "/commits/<sha>/pulls"),
            ("GET", "/issues/<int:number>/comments"),
            ("POST", "/issues/<int:number>/comments"),
            ("PATCH", "/issues/comments/<int:id>"),
            ("GET", "/issues"),
            ("POST", "/issues"),
            ("PATCH", "/issues/<int:number>"),
            ("GET", "/actions/runs"),
            ("GET", "/actions/runs/<int:id>"),
            ("GET", "/actions/runs/<int:id>/artifacts"),
            ("GET", "/actions/artifacts"),
        )
    ]
)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "GET /pulls/<int:number>": ("pull-requests: read",),
    "GET /pulls/<int:number>/reviews": ("pull-requests: read",),
    "GET /commits/<sha>": ("contents: read",),
    "GET /commits/<sha>/pulls": ("pull-requests: read",),
    "GET /issues/<int:number>/comments": ("issues: read", "pull-requests: read"),
    "POST /issues/<int:number>/comments": ("issues: write", "pull-requests: write"),
    "PATCH /issues/comments/<int:id>": ("issues: write", "pull-requests: write"),
    "GET /issues": ("issues: read",),
    "POST /issues": ("issues: write",),
    "PATCH /issues/<int:number>": ("issues: write",),
    "GET /actions/runs": ("actions: read",),
    "GET /actions/runs/<int:id>": ("actions: read",),
    "GET /actions/runs/<int:id>/artifacts": ("actions: read",),
    "GET /actions/artifacts": ("actions: read",),
}
"""For each request, the permissions of which a token needs at least one."""


@dataclass
class Pull:
    """A pull request. `head` is the newest commit of its branch, and `repo` the repository of that branch."""

    number: int
    branch: str
    head: str
    base: str = "main"
    repo: str = REPO
    reviews: list[Json] = field(default_factory=list)
    merged_at: str | None = None
    merge_commit: str | None = None
    conflicts: bool = False


class GitHub:
    """One repository with everything about it. `now` is GitHub's clock, in unix seconds."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.work = folder / "helpdesk.git", folder / "work"
        self.now = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
        self.tokens: dict[str, frozenset[str]] = {}
        self.writers = {"ann", "bob"}
        self.pulls: dict[int, Pull] = {}
        self.comments: list[Json] = []
        self.issues: list[Json] = []
        self.runs: list[Json] = []
        self.artifacts: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        git(folder, "clone", "-q", str(self.bare), str(self.work))
        git(self.work, "checkout", "-q", "-b", "main")

    # Actions of people.

    def commit(self, files: Mapping[str, str | None], branch: str = "main") -> str:
        """Write files to a branch, which begins at `main`, and return the commit.

        The value None removes a file, and `-> PATH` makes it a symbolic link.
        """
        if branch != "main":
            exists = git(self.work, "branch", "--list", branch)
            git(self.work, "checkout", "-q", *(() if exists else ("-b",)), branch)
        for name, text in files.items():
            file = self.work / name
            if text is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                file.unlink()
            if text.startswith("-> "):
                file.unlink(missing_ok=True)
                file.symlink_to(text[3:])
            else:
                file.write_text(text, encoding="utf-8")
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", "A change")
        git(self.work, "push", "-q", "origin", branch)
        head = git(self.work, "rev-parse", "HEAD")
        git(self.work, "checkout", "-q", "main")
        for pull in self.pulls.values():
            if pull.branch == branch and not pull.merged_at:
                pull.head = head
        return head

    def propose(self, branch: str, files: Mapping[str, str | None], repo: str = REPO) -> Pull:
        """Open a pull request for a branch of this repository or of a fork."""
        number = len(self.pulls) + len(self.issues) + 1
        pull = Pull(number, branch, self.commit(files, branch), repo=repo)
        self.pulls[number] = pull
        return pull

    def review(self, pull: Pull, user: str, state: str = "APPROVED", commit: str = "") -> None:
        """Add a review of a person, which is an approval unless `state` says otherwise."""
        self.now += 60
        pull.reviews.append(
            {
                "id": len(pull.reviews) + 1,
                "user": BOT if user == BOT["login"] else {"login": user, "type": "User"},
                "state": state,
                "commit_id": commit or pull.head,
                "submitted_at": self._moment(),
            }
        )
        self.now += 60

    def merge(self, pull: Pull, *, squash: bool = False, without: str = "") -> str:
        """Merge a pull request, and return the commit.

        `without` leaves out its change of one file.
        """
        git(self.work, "fetch", "-q", "origin")
        how = ("--squash",) if squash else ("--no-ff", "-m", "Merge")
        git(self.work, "merge", "-q", *how, pull.head)
        if squash:
            git(self.work, "commit", "-q", "-m", "Squash")
        if without:
            git(self.work, "checkout", "-q", "HEAD~", "--", without)
            git(self.work, "commit", "-q", "--amend", "--no-edit")
        git(self.work, "push", "-q", "origin", "main")
        pull.merge_commit = git(self.work, "rev-parse", "HEAD")
        pull.merged_at = self._moment()
        self.now += 60
        return pull.merge_commit

    def say(self, number: int, user: str, body: str) -> Json:
        """Add a comment of a person."""
        return self._comment(number, {"login": user, "type": "User"}, body)

    # Actions of GitHub itself.

    def begin_run(self, event: str, sha: str, path: str, **more: Any) -> Json:
        """Add a run of a workflow, and return its row."""
        run = {
            "id": 1000 + len(self.runs),
            "run_number": len(self.runs) + 1,
            "event": event,
            "path": path,
            "head_sha": sha,
            "head_branch": "main",
            "status": "in_progress",
            **more,
        }
        self.runs.append(run)
        return run

    def upload(self, run: Json, name: str, *, overwrite: bool = False) -> None:
        """Store an artifact. A run cannot have two artifacts with the same name."""
        same = [a for a in self.artifacts if a["run"] == run["id"] and a["name"] == name]
        assert overwrite or not same
        self.artifacts[:] = [one for one in self.artifacts if one not in same]
        self.artifacts.append({"run": run["id"], "name": name, "created_at": self._moment()})

    def tried(self, pull: Pull) -> bool:
        """Try the merge, and store its result at refs/pull/N/merge. Returns false for a conflict."""
        base = git(self.bare, "rev-parse", f"refs/heads/{pull.base}")
        try:
            tree = git(self.bare, "merge-tree", "--write-tree", base, pull.head)
        except subprocess.CalledProcessError:
            return False
        merged = git(
            self.bare, "commit-tree", tree, "-p", base, "-p", pull.head, "-m", "Merge by GitHub"
        )
        git(self.bare, "update-ref", f"refs/pull/{pull.number}/merge", merged)
        git(self.bare, "update-ref", f"refs/pull/{pull.number}/head", pull.head)
        return True

    def pull_row(self, pull: Pull) -> Json:
        """Return a pull request as the API shows it."""
        return {
            "number": pull.number,
            "state": "closed" if pull.merged_at else "open",
            "head": {"sha": pull.head, "ref": pull.branch, "repo": {"full_name": pull.repo}},
            "base": {"ref": pull.base, "repo": {"full_name": REPO}},
            "merged_at": pull.merged_at,
            "merge_commit_sha": pull.merge_commit,
        }

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _comment(self, number: int, user: Json, body: str) -> Json:
        row = {"id": 500 + len(self.comments), "issue": number, "user": user, "body": body}
        self.comments.append(row)
        return row

    # The API.

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        return self._answer(request)(environ, start)

    def _answer(self, request: Request) -> Response:
        self.requests.append((request.method, request.path))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return reply({"message": "Bad credentials"}, 401)
        # `serving` adds /v1 to the base URL of every server, and GitHub's paths do not have it.
        try:
            endpoint, values = RULES.bind_to_environ(
                {**request.environ, "PATH_INFO": request.path.removeprefix("/v1")}
            ).match()
        except HTTPException:
            return reply({"message": "Not Found"}, 404)
        needed = NEEDS.get(endpoint, ())
        held = self.tokens[token]
        if needed and not any(one in held for one in needed):
            return reply({"message": "Resource not accessible by integration"}, 403)
        body = request.get_json(silent=True) or {}
        if len(str(body.get("body") or "")) > LONGEST:
            return reply({"message": "Validation Failed", "errors": ["body is too long"]}, 422)
        self.now += 1
        return reply(self._result(endpoint, values, request.args, body))

    def _result(
        self, endpoint: str, values: Mapping[str, Any], args: Mapping[str, str], body: Json
    ) -> Any:
        method, _, path = endpoint.partition(" ")
        name = "_".join([method.lower(), *(p for p in path.split("/") if p and p[0] != "<")])
        if path.endswith(">"):
            name += "_one"
        return getattr(self, f"_{name}")(dict(values), args, body)

    def _get_pulls_one(self, values: Json, _args: Mapping[str, str], _body: Json) -> Json:
        pull = self.pulls[values["number"]]
        return {**self.pull_row(pull), "mergeable": self.tried(pull)}

    def _get_pulls_reviews(self, values: Json, args: Mapping[str, str], _body: Json) -> Any:
        return paged(self.pulls[values["number"]].reviews, args)

    def _get_collaborators_permission(self, values: Json, *_: Any) -> Json:
        return {"permission": "write" if values["user"] in self.writers else "read"}

    def _get_commits_one(self, values: Json, *_: Any) -> Json:
        return {"sha": git(self.bare, "rev-parse", values["sha"])}

    def _get_commits_pulls(self, values: Json, args: Mapping[str, str], _body: Json) -> Any:
        found = [p for p in self.pulls.values() if values["sha"] in {p.merge_commit, p.head}]
        return paged([self.pull_row(pull) for pull in found], args)

    def _get_issues_comments(self, values: Json, args: Mapping[str, str], _body: Json) -> Any:
        return paged([c for c in self.comments if c["issue"] == values["number"]], args)

    def _post_issues_comments(self, values: Json, _args: Any, body: Json) -> Json:
        return self._comment(values["number"], BOT, body["body"])

    def _patch_issues_comments_one(self, values: Json, _args: Any, body: Json) -> Json:
        row = next(c for c in self.comments if c["id"] == values["id"])
        row["body"] = body["body"]
        return row

    def _get_issues(self, _values: Json, args: Mapping[str, str], _body: Json) -> Any:
        found = [row for row in self.issues if row["state"] == args.get("state", "open")]
        author = args.get("creator")
        return paged([r for r in found if author in {None, r["user"]["login"]}], args)

    def _post_issues(self, _values: Json, _args: Any, body: Json) -> Json:
        number = len(self.pulls) + len(self.issues) + 1
        self.issues.append({"number": number, "user": BOT, "state": "open", **body})
        return self.issues[-1]

    def _patch_issues_one(self, values: Json, _args: Any, body: Json) -> Json:
        row = next(i for i in self.issues if i["number"] == values["number"])
        row.update(body)
        return row

    def _get_actions_runs(self, _values: Json, args: Mapping[str, str], _body: Json) -> Json:
        asked = {key: args[key] for key in ("event", "head_sha") if key in args}
        rows = [run for run in self.runs if all(run[key] == asked[key] for key in asked)]
        return {"total_count": len(rows), "workflow_runs": paged(rows[::-1], args)}

    def _get_actions_runs_one(self, values: Json, *_: Any) -> Json:
        return next(run for run in self.runs if run["id"] == values["id"])

    def _get_actions_artifacts(self, _values: Json, args: Mapping[str, str], _: Any) -> Json:
        kept = [a for a in self.artifacts if a["name"] == args.get("name", a["name"])][::-1]
        rows = [{**one, "workflow_run": {"id": one["run"]}} for one in paged(kept, args)]
        return {"total_count": len(kept), "artifacts": rows}

    def _get_actions_runs_artifacts(self, values: Json, args: Mapping[str, str], _: Any) -> Json:
        kept = [a for a in self.artifacts if a["run"] == values["id"]]
        return {"total_count": len(kept), "artifacts": paged(kept, args)}


def paged(rows: list[Json], args: Mapping[str, str]) -> list[Json]:
    """Return the page of rows that a query asks for."""
    size, page = min(100, int(args.get("per_page", 30))), int(args.get("page", 1))
    return rows[(page - 1) * size : page * size]


def git(folder: Path, *words: str) -> str:
    """Run git with a name for commits, and without the configuration of this machine.

    Returns its output.
    """
    environ = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": f"{who}@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, env=environ
    )
    return done.stdout.strip()


class Recording:
    """A server around another server. It records the method, path and key of every request."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.seen: list[tuple[str, str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.seen.append((request.method, request.path, request.headers.get("Authorization", "")))
        return self.app(environ, start)

    @property
    def writes(self) -> list[tuple[str, str, str]]:
        """Return the recorded requests that are not reads."""
        return [one for one in self.seen if one[0] != "GET"]
