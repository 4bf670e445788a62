"""GitHub: which event means what, whose review counts, and which record GitHub vouches for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.errors import ProviderError, UsageError
from provisioner.pipelines.github import HOST, GitHub
from provisioner.pipelines.host import Landed, Nightly, Nothing, Proposal, Proposed
from tests.pipelines.conftest import Direct
from tests.support.actions import WORKFLOW
from tests.support.github import REPO
from tests.support.github import GitHub as Server

if TYPE_CHECKING:
    from pathlib import Path

HEAD, OTHER = "a" * 40, "b" * 40
DIGEST = "yK9GE6O-qckdPjIEIM5f77"
REPOSITORY = {"full_name": REPO, "default_branch": "main"}


def pull(number: int = 1, head: str = HEAD, base: str = "main", repo: str | None = REPO) -> Any:
    return {
        "number": number,
        "head": {"sha": head, "repo": {"full_name": repo} if repo else None},
        "base": {"ref": base},
    }


def host(folder: Path, server: Server | None, event: str = "push", **payload: Any) -> GitHub:
    file = folder / "event.json"
    file.write_text(json.dumps({"repository": REPOSITORY, **payload}), encoding="utf-8")
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_REPOSITORY": REPO,
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": HEAD,
        "GITHUB_RUN_NUMBER": "3",
        "GITHUB_WORKFLOW_REF": f"{REPO}/{WORKFLOW}@refs/heads/main",
        "GITHUB_TOKEN": "ghs_of_a_job",
        "GITHUB_OUTPUT": str(folder / "outputs"),
        "RUNNER_TEMP": str(folder),
    }
    assert HOST.is_here(environ)
    made = HOST.connect(environ, lambda _url, _headers: Direct(server or Server(folder)))
    assert isinstance(made, GitHub)
    return made


PROPOSAL = Proposal(1, "#1", HEAD, "main", "refs/pull/1/merge")


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        ("pull_request_target", {"pull_request": pull()}, Proposed((PROPOSAL,))),
        ("push", {}, Landed(HEAD, "main")),
        ("schedule", {}, Nightly()),
        ("workflow_dispatch", {}, Nightly()),
    ],
)
def test_an_event_is_read(tmp_path: Path, event: str, payload: Any, expected: object) -> None:
    assert host(tmp_path, None, event, **payload).event() == expected


@pytest.mark.parametrize("repo", ["eve/helpdesk", None])
def test_a_fork_is_foreign_and_so_is_one_that_is_gone(tmp_path: Path, repo: str | None) -> None:
    event = host(tmp_path, None, "pull_request_target", pull_request=pull(repo=repo)).event()
    assert isinstance(event, Proposed)
    assert event.proposals[0].is_foreign


def test_a_pull_request_into_another_branch_is_left_alone(tmp_path: Path) -> None:
    event = host(tmp_path, None, "pull_request_target", pull_request=pull(base="old")).event()
    assert event == Nothing(
        "#1 is to be merged into old. Only proposals for main are planned and applied."
    )


@pytest.mark.parametrize(
    ("event", "said"), [("pull_request", "pull_request_target"), ("issues", "`schedule`")]
)
def test_an_event_that_a_proposal_commands_is_refused(
    tmp_path: Path, event: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        host(tmp_path, None, event).event()


def test_what_is_missing_in_the_environment_is_named() -> None:
    with pytest.raises(UsageError, match=r"GITHUB_EVENT_PATH, GITHUB_TOKEN are not set.*token"):
        HOST.connect(
            {
                "GITHUB_API_URL": "https://api.github.com",
                "GITHUB_REPOSITORY": REPO,
                "GITHUB_EVENT_NAME": "push",
            },
            lambda _url, _headers: Direct(Server.__new__(Server)),
        )


def reviewed(server: Server, *reviews: tuple[str, str]) -> None:
    from tests.support.github import Pull

    server.pulls[1] = Pull(1, "branch", HEAD)
    # A workflow of a branch that may approve does so as the user of its token.
    server.writers.add("github-actions[bot]")
    for user, state in reviews:
        server.review(server.pulls[1], user, state)


@pytest.mark.parametrize(
    ("reviews", "approved", "objections"),
    [
        ([("ann", "APPROVED")], ["ann"], ()),
        ([("eve", "APPROVED")], [], ()),
        ([("ann", "APPROVED"), ("ann", "DISMISSED")], [], ()),
        ([("ann", "APPROVED"), ("ann", "COMMENTED")], ["ann"], ()),
        ([("ann", "APPROVED"), ("bob", "CHANGES_REQUESTED")], ["ann"], ("bob",)),
        ([("ann", "CHANGES_REQUESTED"), ("ann", "APPROVED")], ["ann"], ()),
        ([("ann", "APPROVED"), ("eve", "CHANGES_REQUESTED")], ["ann"], ()),
        ([("github-actions[bot]", "APPROVED")], [], ()),
    ],
)
def test_the_last_review_of_each_who_may_write_stands(
    github: Server,
    tmp_path: Path,
    reviews: list[tuple[str, str]],
    approved: list[str],
    objections: tuple[str, ...],
) -> None:
    reviewed(github, *reviews)
    found = host(tmp_path, github).reviews(PROPOSAL)
    assert [one.by for one in found.approvals] == approved
    assert found.objections == objections
    assert {one.commit for one in found.approvals} <= {HEAD}


def test_more_reviews_than_are_read_hide_no_objection(github: Server, tmp_path: Path) -> None:
    reviewed(
        github, ("ann", "APPROVED"), *[("eve", "COMMENTED")] * 1999, ("bob", "CHANGES_REQUESTED")
    )
    with pytest.raises(ProviderError, match="2,000 rows or more"):
        host(tmp_path, github).reviews(PROPOSAL)


INDEX = f"provisioner.1.{HEAD}.key"
RECORD = f"{INDEX}.{DIGEST}.1"


@pytest.mark.parametrize(
    ("run", "name", "counts"),
    [
        ({}, RECORD, True),
        ({"path": f"{WORKFLOW}@main"}, RECORD, True),
        ({"event": "push"}, RECORD, False),
        ({"event": "pull_request"}, RECORD, False),
        ({"event": "workflow_dispatch"}, RECORD, False),
        ({"path": ".github/workflows/evil.yml"}, RECORD, False),
        ({"path": f"{WORKFLOW}@refs/heads/evil"}, RECORD, False),
        ({"path": f"evil/{WORKFLOW}"}, RECORD, False),
        ({"head_sha": OTHER}, RECORD, True),
        ({}, RECORD.replace(".1.", ".2.", 1), False),
        ({}, RECORD.replace(HEAD, OTHER), False),
        ({}, RECORD.replace(".key.", ".other."), False),
        ({}, f"{RECORD}.zip", False),
    ],
)
def test_a_record_counts_where_github_says_that_the_default_branch_wrote_it(
    github: Server, tmp_path: Path, run: dict[str, str], name: str, counts: bool
) -> None:
    settings = {"event": "pull_request_target", "path": WORKFLOW, "head_sha": HEAD, **run}
    event, sha, path = (settings[key] for key in ("event", "head_sha", "path"))
    begun = github.begin_run(event, sha, path)
    github.upload(begun, name)
    github.upload(begun, INDEX)
    found = host(tmp_path, github).records(PROPOSAL, "key", [HEAD])
    assert [one.digest for one in found] == ([DIGEST] if counts else [])


def test_more_artifacts_than_are_read_hide_no_record(github: Server, tmp_path: Path) -> None:
    run = github.begin_run("pull_request_target", OTHER, WORKFLOW)
    github.upload(run, INDEX)
    github.upload(run, RECORD)
    for _ in range(2000):
        github.upload(github.begin_run("pull_request", HEAD, ".github/workflows/evil.yml"), INDEX)

    with pytest.raises(ProviderError, match="2,000 rows or more"):
        host(tmp_path, github).records(PROPOSAL, "key", [HEAD])


def test_a_record_that_is_written_is_read_back(github: Server, tmp_path: Path) -> None:
    here = host(tmp_path, github)
    here.record(PROPOSAL, "key", DIGEST)
    pairs = (tmp_path / "outputs").read_text(encoding="utf-8").splitlines()
    outputs = dict(line.split("=", 1) for line in pairs)
    assert (tmp_path / outputs["file"]).read_text(encoding="utf-8") == f"{DIGEST}\n"
    run = github.begin_run("pull_request_target", HEAD, WORKFLOW)
    made = github.now
    github.upload(run, outputs["record"])
    assert here.records(PROPOSAL, "key", [HEAD]) == []
    github.upload(run, outputs["index"])
    (found,) = here.records(PROPOSAL, "key", [HEAD, HEAD])
    assert (found.digest, found.commit, found.at) == (DIGEST, HEAD, made)


def test_only_comments_and_issues_of_our_own_user_are_ours(github: Server, tmp_path: Path) -> None:
    here = host(tmp_path, github)
    for user in ("eve", "github-actions", "github-actions[bot]"):
        github.say(1, user, "<!-- provisioner key -->")
        github.issues.append(
            {"number": 9, "state": "open", "user": {"login": user, "type": "User"}, "body": "x"}
        )
    here.write_comment(PROPOSAL, "ours")
    here.write_issue("Drift", "ours")
    assert [note.text for note in here.comments(PROPOSAL)] == ["ours"]
    assert [note.text for note in here.issues()] == ["ours"]


def test_pipelines_of_earlier_commits_are_waited_for(github: Server, tmp_path: Path) -> None:
    for event, path, status in (
        ("push", WORKFLOW, "in_progress"),
        ("push", WORKFLOW, "completed"),
        ("push", WORKFLOW, "queued"),
        ("push", WORKFLOW, "queued"),
    ):
        github.begin_run(event, HEAD, path, status=status)
    github.begin_run("push", HEAD, ".github/workflows/tests.yml", run_number=1, status="queued")
    assert host(tmp_path, github).earlier() == ["run 1"]


def test_a_group_of_the_log_obeys_nothing_in_it(tmp_path: Path) -> None:
    here = host(tmp_path, None)
    text = here.grouped("Plan", "::error::owned\n::endgroup::")
    first, stop, *inner, go, last = text.splitlines()
    word = stop.removeprefix("::stop-commands::")
    assert (first, go, last) == ("::group::Plan", f"::{word}::", "::endgroup::")
    assert inner == ["::error::owned", "::endgroup::"]
    assert len(word) >= 32
    assert word not in here.grouped("Plan", "")
