"""A pipeline on GitLab, from an empty project to the drift of a night, and everybody who interferes.

The pipeline is the one that `init --ci gitlab` writes, with our component, and its scripts run in bash;
the repository is a real one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from tests.stories.pipelines import CLERK, HELPER, KEY, STACK
from tests.support.github import Recording
from tests.support.gitlab import FORK, GitLab, MergeRequest
from tests.support.gitlab_runner import COMPONENT, PROGRAM, Runner, with_inputs
from tests.support.habits import reply
from tests.support.servers import serving
from tests.support.stories import listed

FILE = ".gitlab-ci.yml"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LOOK, APPLY, VALIDATE, ASK = (
    f"provisioner:{name}" for name in ("look", "apply", "validate", "ask")
)
"""The jobs of the component."""


class Account(Recording):
    """The embedded server, where one key is good."""

    def __call__(self, environ: Any, start: Any) -> Any:
        if Request(environ).headers.get("Authorization") != f"Bearer {KEY}":
            return reply({"error": {"message": "Incorrect API key"}}, 401)(environ, start)
        return super().__call__(environ, start)


@dataclass
class Desk:
    """A company's project on GitLab, its account, and a server of somebody else."""

    gitlab: GitLab
    runner: Runner
    account: Account
    url: str
    thief: Recording
    thief_url: str

    @property
    def instructions(self) -> dict[str, str]:
        return {row["name"]: row["instructions"] for row in listed(self.account.app, "assistants")}

    def comments(self, request: MergeRequest) -> list[str]:
        rows = self.gitlab.comments
        return [row["body"] for row in rows if row["iid"] == request.iid and "bot" in _author(row)]

    def edit(self, name: str, instructions: str) -> None:
        """Change an assistant by hand."""
        row = next(row for row in listed(self.account.app, "assistants") if row["name"] == name)
        request = EnvironBuilder(
            path=f"/v1/assistants/{row['id']}",
            method="POST",
            json={"instructions": instructions},
            headers=Headers({"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}),
        )
        assert Response.from_app(self.account.app, request.get_environ()).status_code == 200


def _author(row: dict[str, Any]) -> str:
    return str(row["author"]["username"])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A project with `helper` in its manifests and a pipeline, and nothing applied."""
    gitlab = GitLab(tmp_path)
    account, thief = Account(create_app()), Recording(create_app())
    monkeypatch.chdir(gitlab.repository.work)
    with serving(account) as url, serving(thief) as thief_url, serving(gitlab) as api:
        runner = Runner(gitlab, api, tmp_path, {"PROVISIONER_KEY": KEY})
        yield Desk(gitlab, runner, account, url, thief, thief_url)


def begun(desk: Desk) -> str:
    """Let `init` write everything, name the company's account, and commit. Returns the commit."""
    words = ["init", "--ci", "gitlab", "--program", f"{PROGRAM}@{desk.runner.commit}"]
    result = CliRunner().invoke(provisioner, words)
    assert result.exit_code == 0, result.output
    # The manifests of `init` go to the embedded server. The schema for editors is slow to compare.
    names = ("prompts/helper.md", "knowledge/handbook.md", ".schemas/manifest.schema.json")
    left = dict.fromkeys(f"manifests/{name}" for name in names)
    stack = STACK.format(account=desk.url)
    return desk.gitlab.commit(
        {**left, "manifests/stack.yaml": stack, "manifests/helper.yaml": HELPER}
    )


def test_from_an_empty_project_to_the_drift_of_a_night(desk: Desk) -> None:
    gitlab, runner = desk.gitlab, desk.runner
    first = runner.pushed(begun(desk))
    text = Path(FILE).read_text("utf-8")
    assert len(text.splitlines()) <= 12
    assert first.codes == {APPLY: 1}
    assert "nobody saw this plan" in first.log

    request = gitlab.propose("clerk", {"manifests/clerk.yaml": CLERK}, author="ann")
    own = runner.proposed(request)
    assert own.codes == {VALIDATE: 0, ASK: 0}
    assert not {KEY, *runner.protected.values()} & {*own.environs[VALIDATE].values()}
    assert json.loads(own.reports["code-quality.json"]) == []
    (downstream,) = own.triggered
    assert downstream.codes == {LOOK: 0}, downstream.log
    (comment,) = desk.comments(request)
    assert "2 to create" in comment
    assert downstream.reports["summary.md"].startswith("### Plan")

    gitlab.commit({"manifests/clerk.yaml": CLERK.replace("brief", "polite")}, "clerk")
    assert runner.proposed(request).triggered[0].codes == {LOOK: 0}
    (comment,) = desk.comments(request)
    assert "polite" in comment
    assert "No merge request has new commits." in runner.scheduled("Merge requests").log
    assert desk.account.writes == []

    gitlab.approve(request, "bob")
    merge = gitlab.merge(request)
    merged = runner.pushed(merge)
    assert merged.codes == {APPLY: 0}, merged.log
    assert {*desk.instructions} == {"Clerk", "Helper"}
    (comment,) = desk.comments(request)
    assert "Apply" in comment
    assert runner.again(merge).codes == {APPLY: 0}, "nothing is left to apply"

    assert runner.scheduled("Every night").codes == {LOOK: 0}
    assert gitlab.tickets == []
    desk.edit("Clerk", "Be rude.")
    assert runner.scheduled("Every night").codes == {LOOK: 3}
    assert runner.scheduled("Every night").codes == {LOOK: 3}
    (issue,) = gitlab.tickets
    assert "rude" in issue["description"]
    desk.edit("Clerk", "Be polite.")
    assert runner.scheduled("Every night").codes == {LOOK: 0}
    assert issue["state"] == "closed"


def test_a_stranger_chooses_nothing_and_a_schedule_finds_who_may_not_merge(desk: Desk) -> None:
    """A merge request changes pipeline and target, its author approves it, and forges a status."""
    gitlab, runner = desk.gitlab, desk.runner
    begun(desk)
    stack = STACK.format(account=desk.thief_url)
    mine = {"manifests/stack.yaml": stack, "manifests/clerk.yaml": CLERK}
    steal = f"steal: {{script: ['env > {desk.runner.folder}/stolen'], rules: [{{if: '$CI == \"true\"'}}]}}"
    own = f"{Path(FILE).read_text('utf-8')}\n{steal}\n"
    request = gitlab.propose("eve", {**mine, FILE: own}, author="eve")

    ran = runner.proposed(request)
    assert ran.codes == {VALIDATE: 0, ASK: 1, "steal": 0}, "who may not merge starts no pipeline"
    assert KEY not in (runner.folder / "stolen").read_text("utf-8")
    assert desk.comments(request) == []

    looked = runner.scheduled("Merge requests")
    assert looked.codes == {LOOK: 0}, looked.log
    (comment,) = desk.comments(request)
    assert "The plan was made with the targets of the branch that this proposal goes to" in comment
    assert KEY not in looked.log + comment
    assert desk.thief.seen == []
    assert desk.account.writes == []

    forged = gitlab.say(request, "eve", comment)
    (record,) = gitlab.commit_statuses
    lie = {"state": "success", "name": record["name"], "description": "digest AAAA of !1 by x"}
    gitlab.status(request.head, "eve", lie)
    gitlab.approve(request, "eve")
    gitlab.commit({FILE: Path(FILE).read_text("utf-8")}, "eve")
    assert runner.scheduled("Merge requests").codes == {LOOK: 0}
    assert forged["body"] == comment
    merged = runner.pushed(gitlab.merge(request))
    assert merged.codes == {APPLY: 1}
    assert desk.thief.seen == [], "nobody approved the target that the merge brought in"
    assert desk.instructions == {}


def test_a_merge_request_that_cannot_be_read_keeps_no_other_from_its_plan(desk: Desk) -> None:
    gitlab, runner = desk.gitlab, desk.runner
    begun(desk)
    away = {f"manifests/{name}.yaml": None for name in ("stack", "helper")}
    bad = gitlab.propose("bad", away, author="guest", project=FORK)
    good = gitlab.propose("good", {"manifests/clerk.yaml": CLERK})

    looked = runner.scheduled("Merge requests")
    assert looked.codes == {LOOK: 1}
    assert "has no folder manifests" in looked.log
    assert "No plan" in desk.comments(bad)[0]
    assert "2 to create" in desk.comments(good)[0]


def test_a_plan_that_could_not_be_told_is_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gitlab, runner = desk.gitlab, desk.runner
    begun(desk)
    request = gitlab.propose("clerk", {"manifests/clerk.yaml": CLERK})
    with monkeypatch.context() as broken:
        broken.setattr(gitlab, "_add_note", lambda *_: reply({"message": "not now"}, 403))
        assert runner.scheduled("Merge requests").codes == {LOOK: 1}
    assert gitlab.commit_statuses == []
    assert runner.scheduled("Merge requests").codes == {LOOK: 0}
    assert "2 to create" in desk.comments(request)[0]
    assert len(gitlab.commit_statuses) == 1


def test_a_fork_is_validated_only(desk: Desk) -> None:
    gitlab, runner = desk.gitlab, desk.runner
    begun(desk)
    fork = gitlab.propose("fork", {"manifests/clerk.yaml": CLERK}, author="guest", project=FORK)

    assert runner.scheduled("Merge requests").codes == {LOOK: 0}
    (comment,) = desk.comments(fork)
    assert "another repository" in comment
    gitlab.approve(fork, "ann")
    merged = runner.pushed(gitlab.merge(fork, squash=True))
    assert merged.codes == {APPLY: 1}
    assert "another repository" in merged.log
    assert desk.account.writes == []


def test_an_unprotected_default_branch_gets_no_job_at_all(desk: Desk) -> None:
    desk.runner.is_protected = False
    assert desk.runner.pushed(begun(desk)).codes == {}


def schema() -> Any:
    file = resources.files("check_jsonschema") / "builtin_schemas/vendor/gitlab-ci.json"
    return json.loads(file.read_text("utf-8"))


def test_component_and_pipeline_fit_the_schema_of_gitlab_and_the_docs_show_them(
    desk: Desk,
) -> None:
    begun(desk)
    page = (COMPONENT.parents[1] / "docs" / "gitlab.md").read_text("utf-8")
    shown = page.partition("<!-- written by: init --ci gitlab -->\n```yaml\n")[2].partition("```")[
        0
    ]
    assert Path(FILE).read_text("utf-8").replace(desk.runner.commit, COMMIT) == shown
    texts = [COMPONENT.read_text("utf-8"), Path(FILE).read_text("utf-8")]
    for document in (one for text in texts for one in yaml.safe_load_all(text)):
        jsonschema.validate(document, schema())
    # The schema does not say which characters GitLab takes in these names.
    for job in with_inputs(texts[0], {"repository": "r", "commit": "c"}).values():
        names = [job.get("resource_group", "a"), job.get("environment", {}).get("name", "a")]
        assert all(re.fullmatch(r"[\w ./${}-]*[\w ${}.-]", name) for name in names), names
