"""ci: what it does at an event, with a host that is a few lists, and a real repository."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.outcome import Report
from provisioner.pipelines.host import (
    Landed,
    Nightly,
    Note,
    Proposal,
    Proposed,
    Readiness,
    Record,
    Reviews,
)
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs._shared.trusted import Trusted
from provisioner.verbs.apply.run import apply
from provisioner.verbs.ci.job import End, Job
from provisioner.verbs.ci.landing import landed
from provisioner.verbs.ci.night import nightly
from provisioner.verbs.ci.notes import Key
from provisioner.verbs.ci.proposals import proposed
from provisioner.verbs.plan import planned
from tests.support.github import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  targets:
    local: {runtime: assistants, server: embedded}
    published: {runtime: responses, server: embedded, releases: ./releases}
    keyless: {runtime: assistants, base_url: "http://127.0.0.1:9/v1", api_key_env: NOT_SET}
  default_target: local
"""
HELPER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec: {name: Helper, model: gpt-6.1-terra, instructions: Be brief.}
"""
CHANGED = HELPER.replace("brief", "very brief")


@dataclass
class Host:
    """A host that holds everything in lists. Implements `pipelines.host.Host`."""

    ready: list[Readiness] = field(default_factory=lambda: [Readiness.READY])
    waiting: list[list[str]] = field(default_factory=lambda: [[]])
    proposal: Proposal | None = None
    tip: str = ""
    standing: Reviews = field(default_factory=Reviews)
    kept: list[Record] = field(default_factory=list)
    ours: list[Note] = field(default_factory=list)
    closed: list[Note] = field(default_factory=list)
    summary: str = ""
    findings: str = "github"
    most_bytes: int = 65_536

    def event(self) -> Nightly:
        return Nightly()

    def readiness(self, _proposal: Proposal) -> Readiness:
        return self.ready.pop(0) if len(self.ready) > 1 else self.ready[0]

    def earlier(self) -> Sequence[str]:
        return self.waiting.pop(0) if len(self.waiting) > 1 else self.waiting[0]

    def newest(self, _branch: str) -> str:
        return self.tip

    def proposal_of(self, _commit: str) -> Proposal | None:
        return self.proposal

    def reviews(self, _proposal: Proposal) -> Reviews:
        return self.standing

    def record(self, proposal: Proposal, _key: str, digest: str) -> None:
        self.kept.append(Record(digest, proposal.head, 1.0))

    def records(self, _proposal: Proposal, _key: str, _commits: Sequence[str]) -> Sequence[Record]:
        return self.kept

    def comments(self, _proposal: Proposal) -> Sequence[Note]:
        return self.ours

    def write_comment(self, _proposal: Proposal, text: str, id: str = "") -> None:
        self._write(text, id)

    def issues(self) -> Sequence[Note]:
        return self.ours

    def write_issue(self, title: str, text: str, id: str = "") -> None:
        assert title == "Drift and leaks of trial"
        self._write(text, id)

    def close_issue(self, id: str, text: str) -> None:
        self.ours = [note for note in self.ours if note.id != id]
        self.closed.append(Note(id, text))

    def summarise(self, text: str) -> None:
        self.summary += text

    def publish_findings(self, text: str) -> str:
        return text

    def grouped(self, title: str, text: str) -> str:
        begin, end = self.brackets(title)
        return f"{begin}{text}\n{end}"

    def brackets(self, title: str) -> tuple[str, str]:
        return f"[{title}]\n", f"[/{title}]\n"

    def _write(self, text: str, id: str) -> None:
        others = [note for note in self.ours if note.id != id]
        self.ours = [*others, Note(id or str(len(self.ours) + 1), text)]


@dataclass
class Desk:
    """A repository with manifests, a job, and everything that the job printed and slept."""

    github: GitHub
    host: Host
    options: RunOptions
    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def job(self, **options: Any) -> Job:
        run_options = replace(self.options, **options)
        root = self.github.work
        return Job(
            self.host,
            run_options,
            Key("manifests", ""),
            root,
            self.said.append,
            apply,
            self.slept.append,
            max_wait=40.0,
        )

    def propose(self, text: str) -> Proposal:
        pull = self.github.propose(f"branch{len(self.github.pulls)}", {"manifests/a.yaml": text})
        assert self.github.tried(pull)
        ref = f"refs/pull/{pull.number}/merge"
        return Proposal(pull.number, f"#{pull.number}", pull.head, "main", ref)

    def apply(self, **options: Any) -> Report:
        with planned(replace(self.options, **options)) as found:
            return apply(found)

    @property
    def log(self) -> str:
        return "".join(self.said)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    github = GitHub(tmp_path)
    github.commit({"manifests/stack.yaml": STACK, "manifests/a.yaml": HELPER})
    monkeypatch.chdir(github.work)
    environ = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path)}
    options = RunOptions(ledger="none", environ=environ, settle=0.05, timeout=5)
    yield Desk(github, Host(), options)
    assert not list(tmp_path.glob("proposal-*")), "no file of a proposal is left"


@pytest.mark.parametrize(
    ("ready", "end", "said"),
    [
        ([Readiness.CONFLICTS], End.FAILED, "#1 conflicts with main"),
        ([Readiness.MOVED], End.DONE, ""),
        ([Readiness.UNKNOWN], End.FAILED, "has not tried to merge #1 yet"),
        ([Readiness.UNKNOWN, Readiness.UNKNOWN, Readiness.CONFLICTS], End.FAILED, "conflicts"),
    ],
)
def test_without_a_merge_there_is_no_plan(
    desk: Desk, ready: list[Readiness], end: End, said: str
) -> None:
    desk.host.ready = [*ready]
    proposal = Proposal(1, "#1", "a" * 40, "main", "refs/pull/1/merge")
    assert proposed(desk.job(), Proposed((proposal,))) is end
    assert [said in note.text for note in desk.host.ours] == [True] * bool(said)
    pauses = [1.0, 2.0, 4.0, 8.0, 16.0] if ready == [Readiness.UNKNOWN] else [1.0, 2.0]
    assert desk.slept == pauses * (ready[0] is Readiness.UNKNOWN)


def test_a_merge_of_an_older_head_is_not_planned(desk: Desk) -> None:
    stale = replace(desk.propose(CHANGED), head="b" * 40)
    assert proposed(desk.job(), Proposed((stale,))) is End.DONE
    assert "has a newer commit" in desk.log
    assert desk.host.kept == []


def test_a_plan_that_cannot_be_made_takes_the_place_of_the_one_that_stands(desk: Desk) -> None:
    proposal = desk.propose(CHANGED)
    assert proposed(desk.job(), Proposed((proposal,))) is End.DONE
    assert "1 to create" in desk.host.ours[0].text
    assert proposed(desk.job(target="keyless"), Proposed((proposal,))) is End.FAILED
    (comment,) = desk.host.ours
    assert "No plan" in comment.text
    assert "1 to create" not in comment.text


def test_a_branch_without_a_stack_lets_nothing_be_asked(desk: Desk) -> None:
    stack = desk.github.work / "manifests/stack.yaml"
    proposal = desk.propose(CHANGED)
    stack.unlink()
    assert proposed(desk.job(), Proposed((proposal,))) is End.DONE
    assert "has no Stack in this folder" in desk.host.ours[0].text
    assert desk.host.kept == []


def test_releases_of_a_folder_are_read_where_the_branch_has_them(desk: Desk) -> None:
    """Else every release would be new: the proposal's files lie in another folder."""
    proposal = desk.propose(CHANGED)
    desk.apply(target="published")
    assert proposed(desk.job(target="published"), Proposed((proposal,))) is End.DONE
    assert "1 to update" in desk.host.ours[0].text
    with planned(replace(desk.options, target="published")) as found:
        assert found.plan.is_empty


def test_a_proposal_asks_nothing_of_the_environment_that_its_branch_does_not(desk: Desk) -> None:
    options = replace(desk.options, environ={"A": "a", "B": "b"})
    assert Trusted(options.path, frozenset({"A"})).narrowed(options.environ) == {"A": "a"}


def test_a_later_merge_waits_for_the_earlier_ones(desk: Desk) -> None:
    desk.apply()
    desk.host.waiting = [["run 1", "run 2"], ["run 2"], []]
    assert landed(desk.job(), Landed("c" * 40, "main")) is End.DONE
    assert desk.slept == [15.0, 15.0]
    desk.host.waiting = [["run 1"]]
    assert landed(desk.job(), Landed("c" * 40, "main")) is End.FAILED
    assert "run 1 came before and has not ended" in desk.host.summary


def test_a_push_that_changes_nothing_needs_no_approval(desk: Desk) -> None:
    desk.apply()
    assert landed(desk.job(), Landed("c" * 40, "main")) is End.DONE
    assert "no changes" in desk.host.summary


def test_what_a_guard_refuses_no_approval_lets_through(desk: Desk) -> None:
    six = "---\n".join(HELPER.replace("helper", f"helper{n}") for n in range(6))
    file = desk.github.work / "manifests/a.yaml"
    file.write_text(six, encoding="utf-8")
    desk.apply()
    file.write_text(HELPER.replace("helper", "helper0"), encoding="utf-8")
    desk.host.proposal = Proposal(1, "#1", "a" * 40, "main", "")
    assert landed(desk.job(), Landed("c" * 40, "main")) is End.FAILED
    assert "max_delete_percent" in desk.host.ours[0].text


def test_one_issue_is_kept_about_what_a_night_finds(desk: Desk) -> None:
    desk.apply()
    assert nightly(desk.job()) is End.DONE
    assert (desk.host.ours, desk.host.closed) == ([], [])
    file = desk.github.work / "manifests/a.yaml"
    file.write_text(f"{HELPER}---\n{HELPER.replace('helper', 'clerk')}", encoding="utf-8")
    assert nightly(desk.job()) is End.PENDING
    assert nightly(desk.job()) is End.PENDING
    (issue,) = desk.host.ours
    assert "assistant.clerk" in issue.text
    file.write_text(HELPER, encoding="utf-8")
    assert nightly(desk.job()) is End.DONE
    assert [note.id for note in desk.host.closed] == [issue.id]
    assert desk.host.ours == []


def test_a_comment_that_is_too_long_says_so(desk: Desk) -> None:
    desk.host.most_bytes = 300
    assert proposed(desk.job(), Proposed((desk.propose(CHANGED),))) is End.DONE
    (comment,) = desk.host.ours
    assert len(comment.text.encode()) <= 300
    assert "too long for a comment" in comment.text
