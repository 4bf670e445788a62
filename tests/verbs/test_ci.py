"""ci: which plan was approved, and files of a proposal that are data and nothing else."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from provisioner.model.errors import ProvisionerError
from provisioner.pipelines.host import Approval, Note, Proposal, Record, Reviews
from provisioner.verbs.ci.files import fetched, taken_out, top
from provisioner.verbs.ci.notes import Key, found, marked
from provisioner.verbs.ci.verdict import refusal
from tests.support.github import GitHub, git

if TYPE_CHECKING:
    from pathlib import Path

HEAD, EARLIER = "a" * 40, "b" * 40
PROPOSAL = Proposal(1, "#1", HEAD, "main", "refs/pull/1/merge")
ANN = Approval("ann", HEAD, 100.0)
MINE = Record("mine", HEAD, 90.0)


@pytest.mark.parametrize(
    ("approvals", "records", "said"),
    [
        ([ANN], [MINE], ""),
        ([ANN], [Record("old", HEAD, 10.0), MINE], ""),
        ([ANN], [MINE, Record("late", HEAD, 110.0)], ""),
        ([ANN], [MINE, Record("other", HEAD, 95.0)], "was approved with #1: other."),
        ([ANN], [Record("mine", HEAD, 110.0)], "No plan of #1 was recorded"),
        ([ANN], [Record("mine", EARLIER, 90.0)], "No plan of #1 was recorded"),
        ([Approval("ann", EARLIER, 100.0)], [Record("mine", EARLIER, 90.0)], ""),
        (
            [ANN, Approval("bob", EARLIER, 50.0)],
            [Record("x", HEAD, 9), Record("mine", EARLIER, 9)],
            "",
        ),
        ([ANN], [], "No plan of #1 was recorded"),
        ([], [MINE], "nobody who may write"),
    ],
)
def test_the_last_plan_before_the_approval_is_the_approved_one(
    approvals: list[Approval], records: list[Record], said: str
) -> None:
    reviews = Reviews(tuple(approvals))
    why = refusal("mine", PROPOSAL, reviews, records, require_approval=True)
    assert (why is None) is not bool(said)
    assert why is None or said in why.detail


def test_without_an_approval_the_last_plan_of_the_merged_commit_counts() -> None:
    later = Record("later", HEAD, 300.0)
    ask = {"require_approval": False}
    assert refusal("later", PROPOSAL, Reviews(), [MINE, later], **ask) is None
    why = refusal("mine", PROPOSAL, Reviews(), [MINE, later], **ask)
    assert why is not None
    assert "was planned with #1: later." in why.detail


@pytest.mark.parametrize(
    ("proposal", "reviews", "said"),
    [
        (None, Reviews((ANN,)), "no merge of a proposal"),
        (
            Proposal(1, "#1", HEAD, "main", "", is_foreign=True),
            Reviews((ANN,)),
            "another repository",
        ),
        (PROPOSAL, Reviews((ANN,), ("bob",)), "bob asked for changes"),
    ],
)
def test_what_nobody_could_have_approved_is_refused(
    proposal: Proposal | None, reviews: Reviews, said: str
) -> None:
    why = refusal("mine", proposal, reviews, [MINE], require_approval=True)
    assert why is not None
    assert said in why.detail


def test_every_stack_and_environment_has_a_mark_of_its_own() -> None:
    keys = [Key(*one) for one in (("a", "b"), ("a-b", ""), ("a", ""), ("a/b", ""), ("", "a"))]
    assert len({str(key) for key in keys}) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", str(key)) for key in keys)
    notes = [Note("1", f"quoted {keys[0].mark}"), Note("2", marked(keys[1], "x"))]
    notes += [Note("3", marked(keys[0], "y"))]
    assert found(keys[0], notes) == notes[2]
    assert found(keys[2], notes) is None


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    made = GitHub(tmp_path)
    made.commit({"manifests/a.yaml": "a: 1\n", "elsewhere.txt": "x"})
    return made


def test_files_come_out_of_git_as_they_stand_in_it(github: GitHub, tmp_path: Path) -> None:
    filters = "* filter=evil\n*.txt ident eol=crlf export-ignore\n"
    files = {
        ".gitattributes": filters,
        "manifests/.gitattributes": filters,
        "manifests/deep/$Id$.txt": "$Id$\nline\n",
        "manifests/link.yaml": "-> a.yaml",
    }
    pull = github.propose("branch", files)
    assert github.tried(pull)
    git(github.work, "config", "filter.evil.smudge", f"touch {tmp_path}/owned; cat")
    merged = fetched(github.work, os.environ, f"refs/pull/{pull.number}/merge")
    assert merged.parents[1] == pull.head
    place = taken_out(github.work, os.environ, merged.commit, "manifests", tmp_path / "data")
    assert place == tmp_path / "data" / "manifests"
    names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))
    assert names == [".gitattributes", "a.yaml", "deep", "deep/$Id$.txt", "link.yaml"]
    assert (place / "deep/$Id$.txt").read_bytes() == b"$Id$\nline\n"
    assert (place / "link.yaml").is_symlink()
    assert not (tmp_path / "owned").exists()
    assert top(github.work / "manifests", os.environ) == github.work.resolve()


@pytest.mark.parametrize("folder", ["nowhere", "link", "link/in", "elsewhere.txt"])
def test_a_folder_that_is_no_folder_is_none(github: GitHub, tmp_path: Path, folder: str) -> None:
    commit = github.commit({"link": "-> manifests"})
    assert taken_out(github.work, os.environ, commit, folder, tmp_path / "data") is None


def test_a_ref_that_is_not_there_is_told_in_one_sentence(github: GitHub) -> None:
    with pytest.raises(ProvisionerError, match=r"git fetch failed: .*refs/pull/7/merge"):
        fetched(github.work, os.environ, "refs/pull/7/merge")


def test_a_name_that_leads_out_of_its_folder_is_refused(github: GitHub, tmp_path: Path) -> None:
    blob = git(github.work, "rev-parse", "HEAD:elsewhere.txt")
    entry = f"100644 blob {blob}\t..\n"
    import subprocess

    tree = subprocess.run(
        ["git", "-C", str(github.work), "mktree", "--missing"],
        input=entry,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    commit = git(github.work, "commit-tree", tree, "-m", "x")
    with pytest.raises(ProvisionerError, match="leads out of its folder"):
        taken_out(github.work, os.environ, commit, ".", tmp_path / "data")


def test_a_link_that_no_system_can_make_is_told(github: GitHub, tmp_path: Path) -> None:
    (github.work / "target").write_bytes(b"a\0b")
    blob = git(github.work, "hash-object", "-w", "target")
    (github.work / "target").unlink()
    git(github.work, "update-index", "--add", "--cacheinfo", f"120000,{blob},manifests/zero")
    tree = git(github.work, "write-tree")
    commit = git(github.work, "commit-tree", tree, "-m", "x")
    with pytest.raises(ProvisionerError, match="null"):
        taken_out(github.work, os.environ, commit, "manifests", tmp_path / "data")
