"""GitHub Actions: events, reviews, comments, issues, and the records of plans (`github_records`)."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import NotFound, UsageError
from provisioner.model.host_api import Connect, HostApi
from provisioner.pipelines import github_records as records
from provisioner.pipelines.asking import inner, mapping, moment, rows, text
from provisioner.pipelines.github_workflow import workflow
from provisioner.pipelines.host import (
    Approval,
    Event,
    HostKind,
    Landed,
    Nightly,
    Note,
    Nothing,
    Proposal,
    Proposed,
    Readiness,
    Record,
    Reviews,
)

PROPOSED: Final = "pull_request_target"
BOT: Final = "github-actions[bot]"
"""The user of a job's own token."""
WRITERS: Final = frozenset({"admin", "maintain", "write"})
"""The permissions with which somebody may write to a repository."""
SETTINGS: Final = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH")
API: Final = "2022-11-28"


class GitHub:
    """One job of GitHub Actions. Implements `pipelines.host.Host`."""

    findings = "github"
    most_bytes = 65_536

    def __init__(
        self, environ: Mapping[str, str], api: HostApi, say: Callable[[], str] = secrets.token_hex
    ) -> None:
        self._environ, self._api, self._say = environ, api, say
        self._repo = f"/repos/{environ['GITHUB_REPOSITORY']}"
        self._payload = _payload(environ["GITHUB_EVENT_PATH"])

    def event(self) -> Event:
        name = self._environ["GITHUB_EVENT_NAME"]
        branch = text(self._payload, "repository", "default_branch")
        if name == PROPOSED:
            proposal = self._proposal(mapping(self._payload.get("pull_request")))
            if proposal.base != branch:
                return Nothing(
                    f"{proposal.name} is to be merged into {proposal.base}. Only proposals for {branch} "
                    "are planned and applied."
                )
            return Proposed((proposal,))
        if name == "push":
            if self._environ.get("GITHUB_REF") != f"refs/heads/{branch}":
                return Nothing(f"Only pushes to {branch} are applied.")
            again = self._environ.get("GITHUB_RUN_ATTEMPT", "1") != "1"
            before = text(self._payload, "before")
            return Landed(self._environ.get("GITHUB_SHA", ""), branch, again, before)
        if name in {"schedule", "workflow_dispatch"}:
            return Nightly()
        raise UsageError(Diagnostic(codes.UNSAFE_EVENT, _unsafe(name)))

    def readiness(self, proposal: Proposal) -> Readiness:
        pull = self._api.send("GET", f"{self._repo}/pulls/{proposal.number}").body
        if text(pull, "head", "sha") != proposal.head or text(pull, "state") != "open":
            return Readiness.MOVED
        can = inner(pull, "mergeable")
        # GitHub tries the merge in the background, and answers null until it has tried.
        if can is None:
            return Readiness.UNKNOWN
        return Readiness.READY if can else Readiness.CONFLICTS

    def earlier(self) -> Sequence[str]:
        # A job waits for these. A `concurrency` group of GitHub would cancel waiting runs but one.
        own = int(self._environ.get("GITHUB_RUN_NUMBER") or 0)
        branch = text(self._payload, "repository", "default_branch")
        asked = {"event": "push", "branch": branch}
        found = []
        for run in self._runs(asked):
            number = inner(run, "run_number")
            is_before = isinstance(number, int) and number < own
            if is_before and self._is_ours(run) and run.get("status") != "completed":
                found.append(f"run {number}")
        return found

    def newest(self, branch: str) -> str:
        path = f"{self._repo}/commits/{quote(branch, safe='')}"
        return text(self._api.send("GET", path).body, "sha")

    def proposal_of(self, commit: str) -> Proposal | None:
        branch = text(self._payload, "repository", "default_branch")
        for row in rows(self._api, f"{self._repo}/commits/{quote(commit, safe='')}/pulls"):
            # Of a proposal that is not merged, the field has a merge that GitHub only tried.
            is_ours = row.get("merge_commit_sha") == commit and row.get("merged_at")
            if is_ours and text(row, "base", "ref") == branch:
                return self._proposal(row)
        return None

    def reviews(self, proposal: Proposal) -> Reviews:
        last: dict[str, Mapping[str, Any]] = {}
        # A workflow of any branch may review as the user of a job's token, so these do not count.
        for row in rows(self._api, f"{self._repo}/pulls/{proposal.number}/reviews", is_whole=True):
            # A plain comment leaves an earlier review of the same person as it is.
            stands = row.get("state") in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
            if stands and not _is_own(row):
                last[text(row, "user", "login")] = row
        left = {who: row for who, row in last.items() if row["state"] != "DISMISSED"}
        # Anybody may review a public repository.
        writers = {who: row for who, row in left.items() if who and self._may_write(who)}
        return Reviews(
            tuple(
                Approval(who, text(row, "commit_id"), moment(row.get("submitted_at")))
                for who, row in writers.items()
                if row["state"] == "APPROVED"
            ),
            tuple(who for who, row in writers.items() if row["state"] == "CHANGES_REQUESTED"),
        )

    def _may_write(self, who: str) -> bool:
        path = f"{self._repo}/collaborators/{quote(who, safe='')}/permission"
        try:
            return text(self._api.send("GET", path).body, "permission") in WRITERS
        except NotFound:
            return False

    def record(self, proposal: Proposal, key: str, digest: str) -> None:
        """Write the record to a file, and name it as an output. The Action's next steps upload it."""
        attempt = int(self._environ.get("GITHUB_RUN_ATTEMPT") or 1)
        index = records.index(proposal, proposal.head, key)
        # The digest is in the name: to read the content means to follow a redirect to another host.
        name = f"{index}.{digest}.{attempt}"
        file = Path(self._environ.get("RUNNER_TEMP", ".")) / f"{name}.txt"
        file.write_text(f"{digest}\n", encoding="utf-8")
        self._append("GITHUB_OUTPUT", f"index={index}\nrecord={name}\nfile={file}\n")

    def records(self, proposal: Proposal, key: str, commits: Sequence[str]) -> Sequence[Record]:
        found: list[Record] = []
        for commit in dict.fromkeys(commits):
            name = records.index(proposal, commit, key)
            for run in records.runs_with(name, self._api, self._repo):
                if run.get("event") == PROPOSED and self._is_ours(run):
                    found += records.of_run(run, name, commit, self._api, self._repo)
        return found

    def _runs(self, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        return rows(self._api, f"{self._repo}/actions/runs", asked, key="workflow_runs")

    def _is_ours(self, run: Mapping[str, Any]) -> bool:
        """Return true for a workflow run of the file that runs now, as the default branch has it."""
        file, _, ref = text(run, "path").partition("@")
        branch = text(self._payload, "repository", "default_branch")
        return file == self._workflow() and ref in {"", branch, f"refs/heads/{branch}"}

    def _workflow(self) -> str:
        """Return the file of the workflow that runs: `.github/workflows/provisioner.yml`."""
        whole = self._environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
        return whole.removeprefix(f"{self._environ['GITHUB_REPOSITORY']}/")

    def comments(self, proposal: Proposal) -> Sequence[Note]:
        path = f"{self._repo}/issues/{proposal.number}/comments"
        return [_note(row, "id") for row in rows(self._api, path) if _is_own(row)]

    def write_comment(self, proposal: Proposal, text: str, id: str = "") -> None:
        if id:
            self._api.send("PATCH", f"{self._repo}/issues/comments/{id}", json={"body": text})
            return
        self._api.send(
            "POST", f"{self._repo}/issues/{proposal.number}/comments", json={"body": text}
        )

    def issues(self) -> Sequence[Note]:
        asked = {"state": "open", "creator": BOT, "sort": "created", "direction": "asc"}
        found = rows(self._api, f"{self._repo}/issues", asked)
        # GitHub lists pull requests among the issues.
        return [_note(row, "number") for row in found if _is_own(row) and "pull_request" not in row]

    def write_issue(self, title: str, text: str, id: str = "") -> None:
        method, path = ("PATCH", f"/issues/{id}") if id else ("POST", "/issues")
        self._api.send(method, f"{self._repo}{path}", json={"title": title, "body": text})

    def close_issue(self, id: str, text: str) -> None:
        body = {"body": text, "state": "closed", "state_reason": "completed"}
        self._api.send("PATCH", f"{self._repo}/issues/{id}", json=body)

    def summarise(self, text: str) -> None:
        self._append("GITHUB_STEP_SUMMARY", text)

    def publish_findings(self, text: str) -> str:
        return text

    def grouped(self, title: str, text: str) -> str:
        begin, end = self.brackets(title)
        return f"{begin}{text.rstrip()}\n{end}"

    def brackets(self, title: str) -> tuple[str, str]:
        """Return the beginning and the end of a group of the log.

        GitHub obeys no line between them. The end repeats a random word of the beginning, after
        which GitHub obeys lines again.
        """
        # The text may have lines that GitHub would take for commands of the job.
        word = self._say()
        return f"::group::{title}\n::stop-commands::{word}\n", f"::{word}::\n::endgroup::\n"

    def _proposal(self, pull: Mapping[str, Any]) -> Proposal:
        number = int(pull.get("number") or 0)
        return Proposal(
            number,
            f"#{number}",
            text(pull, "head", "sha"),
            text(pull, "base", "ref"),
            # GitHub itself makes this commit when it tries the merge.
            f"refs/pull/{number}/merge",
            # The repository of a head is null where somebody has deleted the fork.
            is_foreign=text(pull, "head", "repo", "full_name")
            != self._environ["GITHUB_REPOSITORY"],
        )

    def _append(self, variable: str, text: str) -> None:
        if file := self._environ.get(variable):
            with Path(file).open("a", encoding="utf-8") as out:
                out.write(text)


def _is_own(row: Mapping[str, Any]) -> bool:
    return (text(row, "user", "login"), text(row, "user", "type")) == (BOT, "Bot")


def _note(row: Mapping[str, Any], id: str) -> Note:
    return Note(str(row.get(id)), text(row, "body"))


def _payload(file: str) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(Path(file).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        detail = (
            f"GITHUB_EVENT_PATH names {file}, which cannot be read as JSON. GitHub sets this variable "
            "in each job, and no step may change it."
        )
        raise UsageError(Diagnostic(codes.PIPELINE_INCOMPLETE, detail)) from error


def _unsafe(name: str) -> str:
    if name == "pull_request":
        return (
            "`pull_request` takes the workflow from the pull request, which could then read the key. Let "
            "the workflow begin at `pull_request_target`, which takes it from the default branch."
        )
    return (
        f"The workflow began at the event `{name}`. Let it begin at `pull_request_target`, `push`, "
        "`schedule` or `workflow_dispatch`. At other events nothing is planned or applied."
    )


def _is_here(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


def _connect(environ: Mapping[str, str], connect: Connect) -> GitHub:
    missing = [name for name in (*SETTINGS, "GITHUB_TOKEN") if not environ.get(name)]
    if missing:
        detail = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set."
        if "GITHUB_TOKEN" in missing:
            detail += " The Action sets GITHUB_TOKEN to `github.token`. In a step of your own, write `env: {GITHUB_TOKEN: ${{ github.token }}}`."
        raise UsageError(Diagnostic(codes.PIPELINE_INCOMPLETE, detail))
    headers = {
        "Authorization": f"Bearer {environ['GITHUB_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API,
        "User-Agent": "provisioner",
    }
    return GitHub(environ, connect(environ["GITHUB_API_URL"], headers))


HOST: Final = HostKind("github", "GitHub Actions", "github.com", _is_here, _connect, workflow)
