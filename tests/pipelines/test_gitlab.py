"""GitLab: which pipeline means what, whose approval counts, and which status is a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from provisioner.model.errors import ProviderError, UsageError
from provisioner.model.host_api import Answer
from provisioner.pipelines.gitlab import HOST, SETTINGS, GitLab
from provisioner.pipelines.host import (
    Landed,
    Nightly,
    Nothing,
    Proposal,
    Proposed,
    Readiness,
    Setup,
)
from tests.pipelines.conftest import _answer
from tests.support.gitlab import PROJECT, TOKEN, MergeRequest, user_row
from tests.support.gitlab import GitLab as Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = "a" * 40
MAIN = {"CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_PROTECTED": "true"}


class Direct:
    """A HostApi that hands each request to the server as a function call."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def send(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, json: Any = None
    ) -> Answer:
        request = EnvironBuilder(
            path=path,
            method=method,
            query_string=dict(query or {}),
            json=json,
            headers=Headers({"PRIVATE-TOKEN": TOKEN}),
        )
        pieces, status, _ = run_wsgi_app(self.server, request.get_environ(), buffered=True)
        return _answer(b"".join(pieces), int(status.split()[0]))

    def close(self) -> None:
        return


def host(server: Server, folder: Path, source: str = "push", **more: str) -> GitLab:
    environ = {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
        "CI_PROJECT_ID": str(PROJECT),
        "CI_DEFAULT_BRANCH": "main",
        "CI_PIPELINE_SOURCE": source,
        "CI_PIPELINE_ID": "1005",
        "CI_JOB_ID": "9005",
        "CI_JOB_NAME": "provisioner:look",
        "CI_COMMIT_SHA": HEAD,
        "CI_PROJECT_DIR": str(folder),
        "PROVISIONER_GITLAB_TOKEN": TOKEN,
        **more,
    }
    assert HOST.is_here(environ)
    made = HOST.connect(environ, lambda _url, _headers: Direct(server))
    assert isinstance(made, GitLab)
    return made


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


@pytest.fixture
def request_(server: Server) -> MergeRequest:
    server.commit({"a.txt": "a"})
    return server.propose("topic", {"b.txt": "b"}, author="bob")


def proposal(one: MergeRequest) -> Proposal:
    ref = f"refs/merge-requests/{one.iid}/merge"
    return Proposal(one.iid, f"!{one.iid}", one.head, "main", ref)


@pytest.mark.parametrize(
    ("source", "more", "expected"),
    [
        ("push", MAIN, Landed(HEAD, "main")),
        ("schedule", MAIN, Nightly()),
        ("schedule", {**MAIN, "CI_PIPELINE_SCHEDULE_DESCRIPTION": "At night"}, Nightly()),
        ("push", {"CI_COMMIT_BRANCH": "topic"}, Nothing),
        ("push", {"CI_COMMIT_TAG": "v1"}, Nothing),
        ("chat", MAIN, Nothing),
        ("web", MAIN, Nothing),
        ("merge_request_event", {}, UsageError),
        ("external_pull_request_event", {}, UsageError),
        ("push", {**MAIN, "CI_COMMIT_REF_PROTECTED": "false"}, UsageError),
        ("schedule", {"CI_COMMIT_BRANCH": "main"}, UsageError),
    ],
)
def test_a_pipeline_means(
    server: Server, tmp_path: Path, source: str, more: dict[str, str], expected: Any
) -> None:
    made = host(server, tmp_path, source, **more)
    if expected is UsageError:
        with pytest.raises(UsageError):
            made.event()
    else:
        event = made.event()
        assert isinstance(event, expected) if expected is Nothing else event == expected


@pytest.mark.parametrize("source", ["pipeline", "trigger", "api", "web", "schedule"])
def test_a_pipeline_of_the_default_branch_finds_what_has_no_record(
    server: Server, request_: MergeRequest, tmp_path: Path, source: str
) -> None:
    described = {"CI_PIPELINE_SCHEDULE_DESCRIPTION": "Plan merge requests"}
    made = host(server, tmp_path, source, **MAIN, **described)

    assert made.event() == Proposed((proposal(request_),))
    made.record(proposal(request_), "manifests-1", "D1")
    assert isinstance(made.event(), Nothing)
    other = host(server, tmp_path, source, **MAIN, **described, CI_JOB_NAME="provisioner-prod:look")
    assert other.event() == Proposed((proposal(request_),)), (
        "another environment has not planned it"
    )
    server.commit({"b.txt": "c"}, "topic")
    assert made.event() == Proposed((proposal(request_),))


def test_a_record_is_a_status_of_our_own_user(
    server: Server, request_: MergeRequest, tmp_path: Path
) -> None:
    made, ours = host(server, tmp_path), proposal(request_)
    made.record(ours, "key-1", "D1")
    row = server.commit_statuses[0]
    for user, change in (
        ("eve", {}),
        ("project_7_bot", {"name": "provisioner/key-2"}),
        ("project_7_bot", {"description": "digest D2 of !2 by provisioner:look"}),
        ("project_7_bot", {"description": "see digest D2 of !1 by provisioner:look"}),
        ("project_7_bot", {"state": "failed"}),
    ):
        body = {"state": "success", "name": row["name"]}
        told = {"description": "digest D2 of !1 by provisioner:look"}
        server.status(request_.head, user, {**body, **told, **change})

    found = made.records(ours, "key-1", [request_.head, "", request_.head])
    assert [(one.digest, one.commit) for one in found] == [("D1", request_.head)]


def test_more_statuses_than_are_read_hide_no_record(
    server: Server, request_: MergeRequest, tmp_path: Path
) -> None:
    made, ours = host(server, tmp_path), proposal(request_)
    made.record(ours, "key-1", "D1")
    for number in range(2000):
        server.status(request_.head, "eve", {"state": "success", "name": f"lint {number}"})
    made.record(ours, "key-1", "D2")

    with pytest.raises(ProviderError, match="2,000 rows or more"):
        made.records(ours, "key-1", [request_.head])


def test_an_approval_counts_by_somebody_else_who_may_write(
    server: Server, request_: MergeRequest, tmp_path: Path
) -> None:
    before = request_.head
    for user in ("bob", "guest", "project_7_bot", "ann"):
        server.approve(request_, user)
    server.commit({"b.txt": "c"}, "topic")
    server.approve(request_, "eve")
    request_.reviewers += [
        {"user": user_row("guest"), "state": "requested_changes"},
        {"user": user_row("eve"), "state": "requested_changes"},
        {"user": user_row("ann"), "state": "reviewed"},
    ]

    reviews = host(server, tmp_path).reviews(proposal(request_))

    assert [(one.by, one.commit) for one in reviews.approvals] == [
        ("ann", before),
        ("eve", request_.head),
    ]
    assert reviews.objections == ("eve",)


def test_a_merge_is_tried_and_a_conflict_is_told(
    server: Server, request_: MergeRequest, tmp_path: Path
) -> None:
    made, old = host(server, tmp_path), proposal(request_)
    assert made.readiness(old) is Readiness.READY
    server.commit({"b.txt": "other"})
    assert made.readiness(old) is Readiness.CONFLICTS
    server.commit({"b.txt": "c"}, "topic")
    assert made.readiness(old) is Readiness.MOVED


@pytest.mark.parametrize("squash", [False, True])
def test_a_commit_leads_to_its_merge_request(
    server: Server, request_: MergeRequest, tmp_path: Path, squash: bool
) -> None:
    made = host(server, tmp_path)
    assert made.proposal_of(request_.head) is None, "it is open"
    merge = server.merge(request_, squash=squash)
    assert made.proposal_of(merge) == proposal(request_)
    assert made.newest("main") == merge


def test_an_earlier_pipeline_is_waited_for_while_our_job_of_it_has_not_ended(
    server: Server, tmp_path: Path
) -> None:
    made = host(server, tmp_path)
    for source, name in (
        ("push", "provisioner:look"),
        ("push", "tests"),
        ("web", "provisioner:look"),
    ):
        server.begin_job(server.begin(source, "main", HEAD), name)
    assert made.earlier() == ["pipeline 1000"]
    server.run_jobs[0]["status"] = "failed"
    assert made.earlier() == []


def test_a_job_that_is_started_again_says_so(server: Server, tmp_path: Path) -> None:
    run = server.begin("push", "main", HEAD)
    server.begin_job(run, "provisioner:look")
    made = host(server, tmp_path, "push", **MAIN, CI_PIPELINE_ID=str(run["id"]))
    assert made.event() == Landed(HEAD, "main", is_again=True)


def test_no_text_ends_a_section_of_the_log(server: Server, tmp_path: Path) -> None:
    evil = "a\x1b[0Ksection_end:1:plan\r\x1b[0K\nb\x9b31m"
    shown = host(server, tmp_path).grouped("Plan", evil)

    assert shown.count("\r\x1b[0K") == 2
    assert shown.split("\n")[-2].startswith("\x1b[0Ksection_end:")
    assert "a[0Ksection_end:1:plan[0K\nb31m\n" in shown


@pytest.mark.parametrize("missing", [*SETTINGS, "PROVISIONER_GITLAB_TOKEN"])
def test_what_the_environment_lacks_is_named(server: Server, tmp_path: Path, missing: str) -> None:
    with pytest.raises(UsageError, match=f"{missing} is not set"):
        host(server, tmp_path, **{missing: ""})


def test_a_pipeline_includes_the_component_for_each_environment() -> None:
    asked = Setup("teams/sales", "main", "acme/provisioner@0123abc", ("staging", "prod"))
    (text,) = HOST.setup(asked).values()

    assert len(text.splitlines()) == 5
    included = yaml.safe_load(text)["include"]
    assert {one["component"] for one in included} == {
        "$CI_SERVER_FQDN/acme/provisioner/provisioner@0123abc"
    }
    assert json.dumps(included[1]["inputs"], sort_keys=True) == json.dumps(
        {
            "commit": "0123abc",
            "env": "prod",
            "manifests": "teams/sales",
            "name": "provisioner-prod",
            "repository": "$CI_SERVER_URL/acme/provisioner.git",
        }
    )
