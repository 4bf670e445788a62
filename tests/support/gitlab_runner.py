"""A runner of GitLab CI for the pipeline that `init --ci gitlab` writes and our component.

It takes the configuration from the commit that GitLab would take it from, fills the inputs in, chooses
jobs by their `rules`, and runs each script with bash, in the environment that GitLab provides. Only
pipelines of the protected branch get protected variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.support.github import git
from tests.support.gitlab import LEVELS, PROJECT, TOKEN, GitLab, MergeRequest
from tests.support.shells import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
COMPONENT: Final = ROOT / "templates" / "provisioner.yml"
PROGRAM: Final = "acme/provisioner"
WORD: Final = re.compile(r"^\$(\w+)$")
INPUT: Final = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")
Json = dict[str, Any]

PYTHON: Final = """\
#!/bin/sh
# Stands for `python3 -m venv DIR`. Its pip notes what it was asked for.
mkdir -p "$3/bin"
printf '#!/bin/sh\\nprintf "%%s " "$@" >> "$SHELL_TEST/pip"\\necho >> "$SHELL_TEST/pip"\\n' > "$3/bin/pip"
chmod +x "$3/bin/pip"
"""


@dataclass
class Ran:
    """A pipeline that has ended: the exit code, the log and the environment of each job, by its name.

    `triggered` are the pipelines that its jobs have started.
    """

    codes: dict[str, int] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    environs: dict[str, dict[str, str]] = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)
    """The text of each file that the jobs have left as an artifact, by its name."""
    triggered: list[Ran] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "\n".join(self.logs.values())


class Runner:
    """Runs the project's pipelines. `protected` are the variables that only protected branches see."""

    def __init__(
        self, gitlab: GitLab, url: str, folder: Path, protected: Mapping[str, str]
    ) -> None:
        self.gitlab, self.url, self.folder = gitlab, url, folder
        self.protected = {**protected, "PROVISIONER_GITLAB_TOKEN": TOKEN}
        self.is_protected = True
        self.shell = Shell(folder, {})
        self.shell.tool("python3", PYTHON)
        self.commit = self._program(folder / "server" / "acme")

    def _program(self, folder: Path) -> str:
        """Create the repository of our program, with the files that the component reads.

        Returns its commit.
        """
        work = folder / "source"
        (work / "locks").mkdir(parents=True)
        for name in ("build.txt", "container.txt"):
            (work / "locks" / name).write_text("", encoding="utf-8")
        git(work, "init", "-q", "-b", "main")
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", "The program")
        git(folder, "clone", "-q", "--bare", str(work), "provisioner.git")
        return git(work, "rev-parse", "HEAD")

    # The pipelines that GitLab begins.

    def proposed(self, request: MergeRequest) -> Ran:
        """Run the merge request's own pipeline, in the name of its author."""
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": str(request.iid),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(request.project),
        }
        ref = f"refs/merge-requests/{request.iid}/head"
        return self._run(ref, request.head, variables, request.author)

    def pushed(self, sha: str) -> Ran:
        return self._of_main("push", sha, self._before(sha))

    def again(self, sha: str) -> Ran:
        """Start the jobs of the pipeline of a push once more."""
        found = next(
            run for run in self.gitlab.runs if (run["source"], run["sha"]) == ("push", sha)
        )
        return self._of_main("push", sha, self._before(sha), found)

    def _before(self, sha: str) -> dict[str, str]:
        parents = git(
            self.gitlab.repository.bare, "log", "--format=%H", "--first-parent", "-2", sha
        )
        _, *before = parents.splitlines()
        return {"CI_COMMIT_BEFORE_SHA": before[0] if before else "0" * 40}

    def scheduled(self, description: str) -> Ran:
        more = {"CI_PIPELINE_SCHEDULE_DESCRIPTION": description}
        return self._of_main("schedule", self._newest(), more)

    def _newest(self) -> str:
        return git(self.gitlab.repository.bare, "rev-parse", "refs/heads/main")

    def _of_main(
        self, source: str, sha: str, more: Mapping[str, str] | None = None, run: Json | None = None
    ) -> Ran:
        variables = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": "main", **(more or {})}
        return self._run("main", sha, variables, "ann", run)

    def _run(
        self, ref: str, sha: str, variables: Mapping[str, str], user: str, run: Json | None = None
    ) -> Ran:
        is_protected = self.is_protected and variables.get("CI_COMMIT_BRANCH") == "main"
        run = run or self.gitlab.begin(variables["CI_PIPELINE_SOURCE"], ref, sha)
        known = {
            **variables,
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.url,
            "CI_SERVER_URL": f"file://{self.folder}/server",
            "CI_SERVER_FQDN": "gitlab.example.com",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_PATH": "acme/helpdesk",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": sha,
            "CI_COMMIT_REF_PROTECTED": "true" if is_protected else "false",
            "CI_PIPELINE_ID": str(run["id"]),
            **(self.protected if is_protected else {}),
        }
        ran = Ran()
        for name, job in self._jobs(sha, known):
            if "trigger" in job:
                ran.codes[name] = self._triggered(job, known, user, ran)
            else:
                self._job(name, job, known, run, ran)
        run["status"] = "failed" if any(ran.codes.values()) else "success"
        return ran

    def _triggered(self, job: Json, known: Mapping[str, str], user: str, ran: Ran) -> int:
        """Start a pipeline of the default branch for a job that triggers one, and add it to `ran`.

        Returns the exit code of the job: 1 if its user may not merge into that branch.
        """
        assert job["trigger"]["project"] == "$CI_PROJECT_PATH"
        assert job["trigger"]["branch"] == "$CI_DEFAULT_BRANCH"
        assert job["trigger"]["forward"] == dict.fromkeys(
            ("yaml_variables", "pipeline_variables"), False
        )
        assert job["inherit"] == {"variables": False}
        assert known["CI_PIPELINE_SOURCE"] == "merge_request_event"
        if LEVELS[user] < 40:
            return 1
        ran.triggered.append(self._of_main("pipeline", self._newest()))
        return 0

    # The configuration.

    def _jobs(self, sha: str, known: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
        """Yield (name, job) for each job of a pipeline of a commit, in the order of the stages."""
        text = git(self.gitlab.repository.bare, "show", f"{sha}:.gitlab-ci.yml")
        config = yaml.safe_load(text)
        found: list[tuple[str, Json]] = []
        for include in config.pop("include", []):
            where = f"$CI_SERVER_FQDN/{PROGRAM}/provisioner@{self.commit}"
            assert include["component"] == where
            inputs = {key: _filled(value, known) for key, value in include["inputs"].items()}
            found += with_inputs(COMPONENT.read_text("utf-8"), inputs).items()
        everything = dict(found) | config
        jobs = {name: extended(name, everything) for name in everything if name[0] != "."}
        for stage in ("build", "test", "deploy"):
            for name, job in jobs.items():
                if job.get("stage", "test") == stage and _is_chosen(job, known):
                    yield name, job

    # A job.

    def _job(self, name: str, job: Json, known: Mapping[str, str], run: Json, ran: Ran) -> None:
        row = self.gitlab.begin_job(run, name)
        workspace = self.folder / f"job{row['id']}"
        bare = self.gitlab.repository.bare
        git(self.folder, "clone", "-q", f"file://{bare}", workspace.name)
        git(workspace, "fetch", "-q", "origin", known["CI_COMMIT_SHA"])
        git(workspace, "checkout", "-q", "--detach", "FETCH_HEAD")
        environ = {**known, **{key: str(value) for key, value in job.get("variables", {}).items()}}
        environ |= {"CI_JOB_ID": str(row["id"]), "CI_JOB_NAME": name}
        environ |= {"CI_PROJECT_DIR": str(workspace), "TMPDIR": str(self.folder)}
        environ |= {"CI_JOB_URL": f"https://gitlab.example.com/acme/helpdesk/-/jobs/{row['id']}"}
        script = "\n".join([*job.get("before_script", ()), *job["script"]])
        done = self.shell.run(["bash", "-eo", "pipefail", "-c", script], workspace, **environ)
        ran.codes[name], ran.logs[name], ran.environs[name] = done.code, done.output, environ
        row["status"] = "failed" if done.code else "success"
        for path in job.get("artifacts", {}).get("paths", ()):
            for file in (workspace / path).glob("*"):
                ran.reports[file.name] = file.read_text("utf-8")


def with_inputs(component: str, inputs: Mapping[str, Any]) -> Json:
    """Return the jobs of a component, with its inputs put in as text or as values."""
    spec, jobs = component.split("\n---\n")
    declared = yaml.safe_load(spec)["spec"]["inputs"]
    assert inputs.keys() <= declared.keys(), inputs
    values = {name: inputs.get(name, one.get("default")) for name, one in declared.items()}
    assert None not in values.values(), f"an input is missing: {values}"

    def put_in(value: Any) -> Any:
        if isinstance(value, dict):
            return {put_in(key): put_in(one) for key, one in value.items()}
        if isinstance(value, list):
            return [put_in(one) for one in value]
        return INPUT.sub(lambda m: _shown(values[m[1]]), value) if isinstance(value, str) else value

    filled: Json = put_in(yaml.safe_load(jobs))
    return filled


def extended(name: str, jobs: Mapping[str, Json]) -> Json:
    """Return a job merged with the job that it extends.

    Mappings are merged, and other values are replaced.
    """
    job = jobs[name]
    return _merged(extended(job["extends"], jobs), job) if "extends" in job else job


def _merged(under: Json, over: Json) -> Json:
    both = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict) and isinstance(over[key], dict):
            both[key] = _merged(under[key], over[key])
    return both


def _is_chosen(job: Json, known: Mapping[str, str]) -> bool:
    for rule in job["rules"]:
        if all(_holds(part, known) for part in rule["if"].split(" && ")):
            return bool(rule.get("when") != "never")
    return False


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    left, sign, right = condition.split()
    values = [_value(one, known) for one in (left, right)]
    return (values[0] == values[1]) is (sign == "==")


def _value(word: str, known: Mapping[str, str]) -> str | None:
    name = WORD.match(word)
    return known.get(name[1]) if name else word.strip('"')


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """Return an input with its variables filled in. GitLab does so when it creates the job."""
    return re.sub(r"\$(\w+)", lambda m: known[m[1]], value) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
