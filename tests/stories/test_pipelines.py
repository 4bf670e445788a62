"""A pipeline on GitHub, from an empty repository to the drift of a night, and everybody who interferes.

The workflow is the one that `init --ci github` writes, its steps are those of `action.yml`, and they run
in bash; the repository is a real one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cmarkgfm
import pytest
from click.testing import CliRunner

from provisioner.cli.root import provisioner
from provisioner.verbs.ci.notes import Key, marked
from tests.stories.pipelines import CLERK, HELPER, KEY, Helpdesk, edit, helpdesk
from tests.support.actions import WORKFLOW
from tests.support.stories import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTION = "acme/provisioner@v1"
OF_INIT = (
    "manifests/prompts/helper.md",
    "manifests/knowledge/handbook.md",
    "manifests/.schemas/manifest.schema.json",
)
"""Files that `init` writes and the company does not need. To compare the schema costs 0.1 s a run."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Helpdesk]:
    for made in helpdesk(tmp_path):
        monkeypatch.chdir(made.github.work)
        yield made


def written(desk: Helpdesk) -> str:
    """Let `init` write the pipeline, and return its workflow."""
    result = CliRunner().invoke(provisioner, ["init", "--ci", "github", "--program", ACTION])
    assert result.exit_code == 0, result.output
    return (desk.github.work / WORKFLOW).read_text(encoding="utf-8")


def digest_of(comment: str) -> str:
    found = re.search(r"digest `([\w-]+)`", comment)
    assert found
    return found[1]


def test_from_an_empty_repository_to_the_drift_of_a_night(desk: Helpdesk) -> None:
    github, runner = desk.github, desk.runner
    workflow = written(desk)
    assert len(workflow.splitlines()) <= 12
    assert workflow.count("secrets.") == 1
    # The manifests of `init` go to the embedded server; the company names its own account.
    ours: dict[str, str | None] = {"manifests/helper.yaml": HELPER}
    ours |= {"manifests/stack.yaml": desk.stack}
    ours |= dict.fromkeys(OF_INIT)
    first = runner.pushed(github.commit(ours))
    assert first.code == 1
    assert "nobody saw this plan" in first.log

    pull = github.propose("clerk", {"manifests/clerk.yaml": CLERK})
    runner.processes = True  # once as on a real runner; everything else runs in this process
    assert runner.proposed(pull).code == 0
    runner.processes = False
    (comment,) = desk.comments(pull.number)
    assert "2 to create" in comment

    github.commit({"manifests/clerk.yaml": CLERK.replace("brief", "polite")}, "clerk")
    again = runner.proposed(pull)
    assert again.code == 0
    (comment,) = desk.comments(pull.number)
    assert "polite" in comment
    assert again.summary.startswith("### Plan")
    assert desk.account.writes == []

    github.review(pull, "ann")
    merged = runner.pushed(github.merge(pull))
    assert merged.code == 0, merged.log
    # What an apply prints meanwhile stands where GitHub obeys nothing.
    assert "created" in merged.log
    assert all("created" not in line for line in obeyed(merged.log))
    assert [*desk.assistants()] == ["Clerk", "Helper"]
    (comment,) = desk.comments(pull.number)
    assert "Apply" in comment

    assert runner.night().code == 0
    assert github.issues == []
    edit(desk, "Clerk", "Be rude.")
    assert runner.night().code == 3
    assert runner.night().code == 3
    (issue,) = github.issues
    assert "rude" in issue["body"]
    edit(desk, "Clerk", "Be polite.")
    assert runner.night().code == 0
    assert issue["state"] == "closed"


CHANGED = HELPER.replace("Be brief.", "Be very brief.")


def begin(desk: Helpdesk) -> None:
    """Let the company have its pipeline, and `helper` be live."""
    text = written(desk)
    ours = dict.fromkeys(OF_INIT)
    files: dict[str, str | None] = {
        "manifests/stack.yaml": desk.stack,
        "manifests/helper.yaml": HELPER,
        WORKFLOW: text,
    }
    desk.github.commit({**ours, **files})
    result = CliRunner().invoke(provisioner, ["apply", "--yes"], env={"ACME_KEY": KEY})
    assert result.exit_code == 0, result.output


def test_a_second_merge_in_between_refuses_only_where_it_touches_the_same(desk: Helpdesk) -> None:
    begin(desk)
    github, runner = desk.github, desk.runner
    model = desk.stack.replace("gpt-6.1-terra", "gpt-6.1-sol")
    one = github.propose("one", {"manifests/helper.yaml": f"# A line.\n{CHANGED}"})
    two = github.propose("two", {"manifests/clerk.yaml": CLERK})
    same = github.propose("same", {"manifests/stack.yaml": model})
    for pull in (one, two, same):
        assert runner.proposed(pull).code == 0
        github.review(pull, "ann")
    assert runner.pushed(github.merge(two)).code == 0
    first = github.merge(one, squash=True)
    assert runner.pushed(first).code == 0
    assert desk.instructions == {"Clerk": "Be brief.", "Helper": "Be very brief."}

    ran = runner.pushed(github.merge(same))
    assert ran.code == 1
    assert "this is not the plan that was approved" in ran.log
    (comment,) = desk.comments(same.number)
    assert "Not applied" in comment
    assert desk.models == {"gpt-6.1-terra"}
    # A job that is started again applies nothing that is no longer the newest.
    assert "has a newer commit" in runner.pushed(first, attempt=2).log
    # The next pull request shows the same changes once more, and with its approval they are applied.
    mending = github.propose("again", {"README.md": "A word."})
    assert runner.proposed(mending).code == 0
    github.review(mending, "bob")
    assert runner.pushed(github.merge(mending)).code == 0
    assert desk.models == {"gpt-6.1-sol"}


def test_nobody_chooses_what_is_sent_where(desk: Helpdesk) -> None:
    """One pull request changes the workflow, targets, ledger and `.env`."""
    begin(desk)
    github, runner = desk.github, desk.runner
    stack = desk.stack.replace(desk.account_url, desk.thief_url).replace(
        "  variables:",
        f"""\
    more: {{runtime: responses, base_url: "{desk.thief_url}", api_key_env: ACME_KEY}}
  ledger: postgresql://thief.example/ledger
  environments: {{evil: {{target: more}}}}
  variables:""",
    )
    files = {"manifests/stack.yaml": stack, "manifests/helper.yaml": CHANGED}
    files |= {WORKFLOW: "on: push", ".env": f"OPENAI_BASE_URL={desk.thief_url}"}
    pull = github.propose("thief", files)
    ran = runner.proposed(pull)
    assert ran.code == 0, ran.log
    (comment,) = desk.comments(pull.number)
    assert "The plan was made with the targets of the branch that this proposal goes to" in comment
    assert "targets.live" in comment
    assert "1 to update" in comment
    assert KEY not in ran.log + comment + ran.summary

    # Somebody merges it without an approval. The new host is not even asked what it holds.
    merged = runner.pushed(github.merge(pull, without=WORKFLOW))
    assert merged.code == 1
    assert "nobody who may write to the repository approved it" in merged.log
    assert desk.thief.seen == []
    assert desk.instructions == {"Helper": "Be brief."}


def test_a_target_that_came_after_the_approval_is_not_asked(desk: Helpdesk) -> None:
    begin(desk)
    github, runner = desk.github, desk.runner
    pull = github.propose("late", {"manifests/helper.yaml": CHANGED})
    assert runner.proposed(pull).code == 0
    github.review(pull, "ann")
    evil = desk.stack.replace(desk.account_url, desk.thief_url)
    github.commit({"manifests/stack.yaml": evil}, "late")

    merged = runner.pushed(github.merge(pull))
    assert merged.code == 1
    assert "was approved before its last commit" in merged.log
    assert desk.thief.seen == []


def test_nobody_forges_an_approval(desk: Helpdesk) -> None:
    """Somebody writes our comment, and uploads records of the plan that it wants, under our name."""
    begin(desk)
    github, runner = desk.github, desk.runner
    pull = github.propose("shorter", {"manifests/helper.yaml": CHANGED})
    forged = github.say(pull.number, "eve", marked(Key("manifests", ""), "fine"))
    assert runner.proposed(pull).code == 0
    (comment,) = desk.comments(pull.number)
    assert forged["body"].endswith("fine")
    edit(desk, "Helper", "Be rude.")
    (wanted,) = digests_now(desk, pull)
    assert wanted != digest_of(comment)
    (index, name) = sorted(a["name"] for a in github.artifacts if f".{pull.head}." in a["name"])
    for event, path in (
        ("push", WORKFLOW),
        ("pull_request", WORKFLOW),
        ("pull_request_target", ".github/workflows/other.yml"),
    ):
        run = github.begin_run(event, pull.head, path, status="completed")
        github.upload(run, name.replace(digest_of(comment), wanted))
        github.upload(run, index)
    github.review(pull, "ann")
    writes = len(desk.account.writes)
    ran = runner.pushed(github.merge(pull))
    assert ran.code == 1
    assert wanted in ran.log
    assert len(desk.account.writes) == writes
    assert desk.instructions == {"Helper": "Be rude."}


def digests_now(desk: Helpdesk, pull: Any) -> set[str]:
    """Return the digest of the plan that a pull request would get now, and leave no record of it."""
    records, comments = [*desk.github.artifacts], [dict(one) for one in desk.github.comments]
    assert desk.runner.proposed(pull).code == 0
    found = {digest_of(one) for one in desk.comments(pull.number)}
    desk.github.artifacts[:], desk.github.comments[:] = records, comments
    return found


def test_a_proposal_reads_nothing_of_the_runner_and_commands_nobody(desk: Helpdesk) -> None:
    begin(desk)
    github, runner = desk.github, desk.runner
    for name, link in (("one", "/proc/self/environ"), ("two", "../../../../event.json")):
        spec = HELPER.replace("Be brief.", "{file: deep/secret}")
        pull = github.propose(
            name, {"manifests/helper.yaml": spec, "manifests/deep/secret": f"-> {link}"}
        )
        ran = runner.proposed(pull)
        assert ran.code == 1
        (comment,) = desk.comments(pull.number)
        told = ran.log + comment + ran.summary
        assert "path-leaves-folder" in told
        assert KEY not in told
        assert "ghs_" not in told
    fork = github.propose("fork", {"manifests/helper.yaml": CHANGED}, repo="eve/helpdesk")
    before = len(desk.account.seen)
    ran = runner.proposed(fork)
    assert ran.code == 0
    assert all(KEY not in environ.values() for environ in ran.environ)
    assert len(desk.account.seen) == before
    assert "another repository" in desk.comments(fork.number)[0]

    evil = "::error::owned\n##[error]owned\n```\n</details><img src=x onerror=alert(1)>\n@ann"
    spec = HELPER.replace("instructions: Be brief.", "instructions: {file: evil.md}")
    pull = github.propose("evil", {"manifests/helper.yaml": spec, "manifests/evil.md": evil})
    ran = runner.proposed(pull)
    assert ran.code == 0
    assert ran.log.count("owned") >= 2
    assert all("owned" not in line for line in obeyed(ran.log))
    (comment,) = desk.comments(pull.number)
    assert "<img" not in cmarkgfm.github_flavored_markdown_to_html(comment)


def obeyed(log: str) -> Iterator[str]:
    """Yield the lines of a log in which GitHub looks for commands."""
    word = ""
    for line in log.splitlines():
        if line == f"::{word}::":
            word = ""
        elif word == "":
            yield line
        word = word or line.removeprefix("::stop-commands::") * line.startswith("::stop-commands::")


def test_several_environments_have_a_comment_and_a_record_each(desk: Helpdesk) -> None:
    github, runner = desk.github, desk.runner
    stack = desk.stack.replace("  variables:", "  environments: {dev: {}, prod: {}}\n  variables:")
    github.commit({"teams/sales/stack.yaml": stack, "teams/sales/helper.yaml": HELPER})
    words = ["init", "teams/sales", "--ci", "github", "--program", ACTION]
    result = CliRunner().invoke(provisioner, [*words, "--env", "dev", "--env", "prod"])
    assert result.exit_code == 0, result.output
    workflow = (github.work / WORKFLOW).read_text(encoding="utf-8")
    assert len(workflow.splitlines()) <= 12
    github.commit({WORKFLOW: workflow})
    pull = github.propose("more", {"teams/sales/clerk.yaml": CLERK})
    assert runner.proposed(pull).code == 0
    dev, prod = desk.comments(pull.number)
    assert "environment `dev`" in dev
    assert "environment `prod`" in prod
    github.review(pull, "ann")
    assert runner.pushed(github.merge(pull)).code == 0
    assert len(listed(desk.account.app, "assistants")) == 4
