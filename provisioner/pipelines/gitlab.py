"""GitLab CI: pipelines, approvals, notes, issues, and records of plans.

A merge request's own pipeline takes its configuration from the merge request, so it never gets a key.
The pipelines of the protected default branch look for merge requests with new commits by themselves,
and take nothing from the pipeline that may have triggered them.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProviderError, UsageError
from provisioner.model.host_api import Connect, HostApi
from provisioner.pipelines import gitlab_records as records
from provisioner.pipelines.asking import inner, number, rows, text
from provisioner.pipelines.gitlab_reviews import reviews
from provisioner.pipelines.host import (
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
    Setup,
)

TOKEN: Final = "PROVISIONER_GITLAB_TOKEN"  # noqa: S105 - the name of a variable
SETTINGS: Final = (
    *("CI_API_V4_URL", "CI_PROJECT_ID", "CI_DEFAULT_BRANCH", "CI_PIPELINE_SOURCE"),
    *("CI_PIPELINE_ID", "CI_JOB_ID", "CI_JOB_NAME", "CI_COMMIT_SHA"),
)
LOOKS: Final = frozenset({"pipeline", "trigger", "api", "web"})
"""Values of CI_PIPELINE_SOURCE at which a pipeline looks for merge requests with new commits."""
FOR_PROPOSALS: Final = re.compile(r"\bmerge requests\b", re.IGNORECASE)
"""The words in the description of a schedule that looks for merge requests, and not at the live side."""
ENDED: Final = frozenset({"success", "failed", "canceled", "skipped", "manual"})
"""The statuses of a pipeline or job that does not run by itself any more."""
FOLDER: Final = ".provisioner/ci"
"""The folder of a job's files. The template keeps it as artifacts."""
FILE: Final = ".gitlab-ci.yml"
PLAIN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""A control character other than the tab and the line break. It is left out of the log."""


class GitLab:
    """One job of GitLab CI. Implements `pipelines.host.Host`."""

    findings = "gitlab"
    most_bytes = 1_000_000

    def __init__(
        self, environ: Mapping[str, str], api: HostApi, now: Callable[[], float] = time.time
    ) -> None:
        self._environ, self._api, self._now = environ, api, now
        self._project = f"/projects/{quote(environ['CI_PROJECT_ID'], safe='')}"
        self._branch = environ["CI_DEFAULT_BRANCH"]

    def event(self) -> Event:
        source = self._environ["CI_PIPELINE_SOURCE"]
        if source.endswith("_event"):
            raise UsageError(Diagnostic(codes.UNSAFE_EVENT, _UNSAFE))
        if self._environ.get("CI_COMMIT_BRANCH") != self._branch:
            return Nothing(f"Only pipelines of {self._branch} plan and apply.")
        if self._environ.get("CI_COMMIT_REF_PROTECTED") != "true":
            detail = (
                f"{self._branch} is not protected, so anybody who may push can apply and read the key. "
                "Protect it, and the variables of the key and the token too."
            )
            raise UsageError(Diagnostic(codes.UNSAFE_EVENT, detail))
        if source == "push":
            before = self._environ.get("CI_COMMIT_BEFORE_SHA", "")
            return Landed(self._environ["CI_COMMIT_SHA"], self._branch, self._is_again(), before)
        described = self._environ.get("CI_PIPELINE_SCHEDULE_DESCRIPTION", "")
        if source == "schedule" and not FOR_PROPOSALS.search(described):
            return Nightly()
        if source not in {*LOOKS, "schedule"}:
            return Nothing(f"Nothing is done in a pipeline whose source is {source!r}.")
        # No variable says which merge request to plan: who may set one may override all others too.
        found = tuple(self._unplanned())
        return Proposed(found) if found else Nothing("No merge request has new commits.")

    def _is_again(self) -> bool:
        """Return true if an earlier job of this pipeline has the same name."""
        path = f"{self._project}/pipelines/{self._environ['CI_PIPELINE_ID']}/jobs"
        # A job that is started again keeps its name and gets a higher id.
        own = int(self._environ["CI_JOB_ID"])
        return any(
            row.get("name") == self._environ["CI_JOB_NAME"] and number(row, "id") < own
            for row in rows(self._api, path, {"include_retried": "true"})
        )

    def _unplanned(self) -> Iterator[Proposal]:
        """Yield the open merge requests of which this job has not recorded the newest commit."""
        asked = {"state": "opened", "target_branch": self._branch, "order_by": "created_at"}
        for row in rows(self._api, f"{self._project}/merge_requests", {**asked, "sort": "asc"}):
            proposal = self._proposal(row)
            if text(row, "state") == "opened" and proposal.base == self._branch:
                done = records.jobs(self._api, self._project, proposal, self._me)
                if self._environ["CI_JOB_NAME"] not in done:
                    yield proposal

    def readiness(self, proposal: Proposal) -> Readiness:
        path = f"{self._project}/merge_requests/{proposal.number}"
        row = self._api.send("GET", path).body
        if text(row, "sha") != proposal.head or text(row, "state") != "opened":
            return Readiness.MOVED
        try:
            # GitLab makes this merge only when it is asked for it, and answers 400 if it could not.
            self._api.send("GET", f"{path}/merge_ref")
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            row = self._api.send("GET", path).body
            is_refused = text(row, "merge_status") == "cannot_be_merged"
            conflicts = is_refused or inner(row, "has_conflicts") is True
            return Readiness.CONFLICTS if conflicts else Readiness.UNKNOWN
        return Readiness.READY

    def earlier(self) -> Sequence[str]:
        own = int(self._environ["CI_PIPELINE_ID"])
        asked = {"ref": self._branch, "source": "push", "order_by": "id", "sort": "desc"}
        found = []
        for row in rows(self._api, f"{self._project}/pipelines", asked):
            id = number(row, "id")
            if id < own and text(row, "status") not in ENDED and self._has_job(id):
                found.append(f"pipeline {id}")
        return found

    def _has_job(self, pipeline: int) -> bool:
        """Return true if the job of this name in another pipeline has not ended."""
        path = f"{self._project}/pipelines/{pipeline}/jobs"
        return any(
            row.get("name") == self._environ["CI_JOB_NAME"] and text(row, "status") not in ENDED
            for row in rows(self._api, path)
        )

    def newest(self, branch: str) -> str:
        path = f"{self._project}/repository/branches/{quote(branch, safe='')}"
        return text(self._api.send("GET", path).body, "commit", "id")

    def proposal_of(self, commit: str) -> Proposal | None:
        path = f"{self._project}/repository/commits/{quote(commit, safe='')}/merge_requests"
        for row in rows(self._api, path):
            # A project may merge by a merge commit, by a squash, or by moving the branch.
            made = {row.get(key) for key in ("merge_commit_sha", "squash_commit_sha", "sha")}
            is_ours = text(row, "state") == "merged" and commit in made
            if is_ours and text(row, "target_branch") == self._branch:
                return self._proposal(row)
        return None

    def reviews(self, proposal: Proposal) -> Reviews:
        return reviews(self._api, self._project, proposal.number, self._me)

    @cached_property
    def _me(self) -> Any:
        """The id of the token's user."""
        return inner(self._api.send("GET", "/user").body, "id")

    def record(self, proposal: Proposal, key: str, digest: str) -> None:
        job, url = self._environ["CI_JOB_NAME"], self._environ.get("CI_JOB_URL", "")
        records.write(self._api, self._project, proposal, key, digest, job=job, url=url)

    def records(self, proposal: Proposal, key: str, commits: Sequence[str]) -> Sequence[Record]:
        found = records.read(self._api, self._project, proposal, self._me, commits)
        return [record for name, record in found if name == key]

    def comments(self, proposal: Proposal) -> Sequence[Note]:
        path = f"{self._project}/merge_requests/{proposal.number}/notes"
        found = rows(self._api, path, {"sort": "asc", "order_by": "created_at"})
        return [Note(str(row.get("id")), text(row, "body")) for row in found if self._is_own(row)]

    def write_comment(self, proposal: Proposal, text: str, id: str = "") -> None:
        path = f"{self._project}/merge_requests/{proposal.number}/notes"
        method, path = ("PUT", f"{path}/{quote(id, safe='')}") if id else ("POST", path)
        self._api.send(method, path, json={"body": text})

    def issues(self) -> Sequence[Note]:
        asked = {"state": "opened", "author_id": self._me, "order_by": "created_at", "sort": "asc"}
        found = rows(self._api, f"{self._project}/issues", asked)
        return [
            Note(str(row.get("iid")), text(row, "description"))
            for row in found
            if self._is_own(row)
        ]

    def write_issue(self, title: str, text: str, id: str = "") -> None:
        path = f"{self._project}/issues"
        method, path = ("PUT", f"{path}/{quote(id, safe='')}") if id else ("POST", path)
        self._api.send(method, path, json={"title": title, "description": text})

    def close_issue(self, id: str, text: str) -> None:
        body = {"description": text, "state_event": "close"}
        self._api.send("PUT", f"{self._project}/issues/{quote(id, safe='')}", json=body)

    def _is_own(self, row: Mapping[str, Any]) -> bool:
        # GitLab writes notes about events in the name of the user who caused them.
        return inner(row, "author", "id") == self._me and row.get("system") is not True

    def summarise(self, text: str) -> None:
        """Add the text to a file of the job's artifacts: a job of GitLab has no page for Markdown."""
        with self._file("summary.md").open("a", encoding="utf-8") as out:
            out.write(text)

    def publish_findings(self, text: str) -> str:
        """Write the report of code quality, which the template hands to GitLab."""
        self._file("code-quality.json").write_text(text, encoding="utf-8")
        return ""

    def _file(self, name: str) -> Path:
        folder = Path(self._environ.get("CI_PROJECT_DIR", ".")) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def grouped(self, title: str, text: str) -> str:
        """Return a section that is folded. Control characters, which could end it, are left out."""
        begin, end = self.brackets(title)
        return f"{begin}{PLAIN.sub('', text).rstrip()}\n{end}"

    def brackets(self, title: str) -> tuple[str, str]:
        name = re.sub(r"[^a-z0-9]+", "_", title.lower())
        at = int(self._now())
        begin = f"\x1b[0Ksection_start:{at}:{name}[collapsed=true]\r\x1b[0K{PLAIN.sub('', title)}\n"
        return begin, f"\x1b[0Ksection_end:{at}:{name}\r\x1b[0K\n"

    def _proposal(self, row: Mapping[str, Any]) -> Proposal:
        iid = number(row, "iid")
        return Proposal(
            iid,
            f"!{iid}",
            text(row, "sha"),
            text(row, "target_branch"),
            # GitLab writes this ref when `readiness` asks for it.
            f"refs/merge-requests/{iid}/merge",
            is_foreign=row.get("source_project_id") != row.get("target_project_id")
            or str(row.get("target_project_id")) != self._environ["CI_PROJECT_ID"],
        )


_UNSAFE: Final = (
    "A merge request's pipeline takes its configuration from the merge request, which could then read "
    "the key. Let this job run in pipelines of the default branch, as the template does. They find "
    "merge requests with new commits by themselves."
)


def _is_here(environ: Mapping[str, str]) -> bool:
    return environ.get("GITLAB_CI") == "true"


def _connect(environ: Mapping[str, str], connect: Connect) -> GitLab:
    missing = [name for name in (*SETTINGS, TOKEN) if not environ.get(name)]
    if missing:
        detail = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set."
        if TOKEN in missing:
            detail += (
                f" {TOKEN} is the token of a user of its own, such as a project access token with the "
                "role Developer and the scope api. Make it a protected and masked variable: the token "
                "of a job may not write comments."
            )
        raise UsageError(Diagnostic(codes.PIPELINE_INCOMPLETE, detail))
    headers = {"PRIVATE-TOKEN": environ[TOKEN], "User-Agent": "provisioner"}
    return GitLab(environ, connect(environ["CI_API_V4_URL"], headers))


def _setup(asked: Setup) -> Mapping[str, str]:
    """Return a pipeline that includes the template once for each environment."""
    repository, _, commit = asked.action.rpartition("@")
    lines = ["include:"]
    for env in asked.environments or ("",):
        given = {
            "name": env and f"provisioner-{env}",
            "env": env,
            "manifests": "" if asked.folder == "manifests" else asked.folder,
            "repository": f"$CI_SERVER_URL/{repository}.git",
            "commit": commit,
        }
        shown = ", ".join(f"{name}: {json.dumps(value)}" for name, value in given.items() if value)
        lines += [
            f"  - component: $CI_SERVER_FQDN/{repository}/provisioner@{commit}",
            f"    inputs: {{{shown}}}",
        ]
    return {FILE: "\n".join([*lines, ""])}


HOST: Final = HostKind("gitlab", "GitLab CI", "gitlab.com", _is_here, _connect, _setup)
