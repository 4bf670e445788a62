"""A runner of GitHub Actions for the workflow that `init --ci github` writes, and for our `action.yml`.

It takes the workflow from the default branch, evaluates its expressions, and runs each `run:` step
with bash, in the environment that GitHub provides. For `uses:` it does what the named action does.
When a step starts our program, the arguments and the environment are passed to this process, and
the command runs here; with `processes`, it runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import yaml
from click.testing import CliRunner

from provisioner.cli.root import provisioner
from tests.support.expressions import evaluated, shown
from tests.support.github import REPO, GitHub, Pull, git

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
WORKFLOW: Final = ".github/workflows/provisioner.yml"
Json = dict[str, Any]

PYTHON: Final = """\
#!/bin/sh
# Stands for `python3 -m venv DIR`, and makes what the next steps start.
mkdir -p "$3/bin"
printf '#!/bin/sh\\nprintf "%%s\\\\n" "$@" > "$RUNNER_TEMP/pip"\\n' > "$3/bin/pip"
cp "$RUNNER_TOOLS/provisioner" "$3/bin/provisioner"
chmod +x "$3/bin/pip"
"""
"""A script that replaces `python3 -m venv DIR`: it creates the programs that later steps start."""
HANDED_OVER: Final = """\
#!/bin/sh
printf '%s\\0' "$@" > "$RUNNER_TEMP/words"
env -0 > "$RUNNER_TEMP/environment"
"""
"""A script that replaces our program: it writes its arguments and environment to files."""
STARTED: Final = f"""\
#!/bin/sh
exec {sys.executable} -m provisioner "$@"
"""
"""A script that starts our program in a process of its own."""


@dataclass
class Ran:
    """The result of a run: the exit code of the step that failed, or 0, its log, and the job's summary."""

    code: int = 0
    log: str = ""
    summary: str = ""
    environ: list[dict[str, str]] = field(default_factory=list)
    """The environment of each `run:` step."""


class Runner:
    """Runs the repository's workflow. `secrets` are the values of `secrets.NAME` in it, by name."""

    def __init__(self, github: GitHub, url: str, folder: Path, secrets: Mapping[str, str]) -> None:
        self.github, self.url, self.folder, self.secrets = github, url, folder, secrets
        self.vars: dict[str, str] = {}
        self.processes = False
        self._count = 0

    def proposed(self, pull: Pull) -> Ran:
        """Run the workflow for a pull request that is new or has new commits."""
        payload = {"number": pull.number, "pull_request": self.github.pull_row(pull)}
        return self._run("pull_request_target", payload)

    def pushed(self, sha: str, attempt: int = 1) -> Ran:
        """Run the workflow for a commit that was pushed to the default branch."""
        parent = git(self.github.work, "rev-list", "--parents", "-n1", sha).split()[1:2]
        payload = {"before": (parent or ["0" * 40])[0], "after": sha}
        return self._run("push", payload, sha=sha, attempt=attempt)

    def night(self) -> Ran:
        """Run the workflow as its schedule does."""
        return self._run("schedule", {})

    def _run(self, event: str, payload: Json, **more: Any) -> Ran:
        sha = more.get("sha") or git(self.github.bare, "rev-parse", "refs/heads/main")
        # A push runs the workflow of its commit, and every other event that of the default branch.
        workflow = yaml.safe_load(git(self.github.bare, "show", f"{sha}:{WORKFLOW}"))
        assert event in workflow[True], "YAML 1.1 reads `on` as true"
        self.github.now += 30
        # GitHub gives a run at `pull_request_target` the commit of the branch that the pull request goes to.
        row = self.github.begin_run(event, sha, WORKFLOW)
        payload |= {"repository": {"full_name": REPO, "default_branch": "main"}}
        begun = Begun(event, payload, sha, row, more.get("attempt", 1))
        ran = Ran()
        for job in workflow["jobs"].values():
            for matrix in _matrix(job):
                _Job(self, begun, matrix).run(workflow, job, ran)
        row["status"] = "completed"
        return ran

    def temporary(self) -> Path:
        """Create and return a folder for one job."""
        self._count += 1
        folder = self.folder / f"job{self._count}"
        folder.mkdir(parents=True)
        return folder


@dataclass
class Begun:
    """A run that has begun: its event, the commit that is checked out, and its row in the API."""

    event: str
    payload: Json
    sha: str
    row: Json
    attempt: int


class _Job:
    """One job of a run, with a token and folders of its own."""

    def __init__(self, runner: Runner, begun: Begun, matrix: Mapping[str, str]) -> None:
        self.runner, self.github, self.run_row = runner, runner.github, begun.row
        self.folder = runner.temporary()
        self.token = f"ghs_{self.folder.name}"
        self.workspace = self.folder / "workspace"
        self.temp = self.folder / "temp"
        for folder in (self.workspace, self.temp):
            folder.mkdir()
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(begun.payload), encoding="utf-8")
        self.context: Json = {
            "github": {
                "event_name": begun.event,
                "event": begun.payload,
                "repository": REPO,
                "sha": begun.sha,
                "token": self.token,
            },
            "secrets": runner.secrets,
            "vars": runner.vars,
            "matrix": matrix,
        }
        self.environ = {
            "PATH": f"{self._tools()}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": runner.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": REPO,
            "GITHUB_EVENT_NAME": begun.event,
            "GITHUB_EVENT_PATH": str(event_file),
            "GITHUB_SHA": begun.sha,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": str(begun.row["id"]),
            "GITHUB_RUN_NUMBER": str(begun.row["run_number"]),
            "GITHUB_RUN_ATTEMPT": str(begun.attempt),
            "GITHUB_WORKFLOW_REF": f"{REPO}/{WORKFLOW}@refs/heads/main",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_TOOLS": str(self._tools()),
            "PROVISIONER_LEDGER": "none",
        }

    def run(self, workflow: Json, job: Json, ran: Ran) -> None:
        """Run the steps of `job` with a token that has its permissions, and add the results to `ran`."""
        permissions = job.get("permissions") or workflow["permissions"]
        held = {f"{name}: {kind}" for name, kind in permissions.items()}
        # A permission to write includes the one to read.
        held |= {one.replace(": write", ": read") for one in held}
        self.github.tokens[self.token] = frozenset(held)
        for step in job["steps"]:
            assert step["uses"].startswith("acme/provisioner@")
            inputs = {k: self.text(v, self.context) for k, v in step.get("with", {}).items()}
            action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
            assert inputs.keys() <= action["inputs"].keys()
            defaults = {name: one["default"] for name, one in action["inputs"].items()}
            outer = {k: self.text(v, self.context) for k, v in step.get("env", {}).items()}
            self._action(action, {**defaults, **inputs}, outer, ran)
        # GitHub revokes the token of a job when the job ends.
        del self.github.tokens[self.token]
        summary = self.folder / "summary"
        ran.summary += summary.read_text(encoding="utf-8") if summary.exists() else ""

    def _action(self, action: Json, inputs: Json, outer: Json, ran: Ran) -> None:
        """Run the steps of our Action until one fails, and add the results to `ran`."""
        steps: Json = {}
        context = {**self.context, "inputs": inputs, "steps": steps}
        for step in action["runs"]["steps"]:
            if "if" in step and not evaluated(step["if"], context):
                continue
            uses = step.get("uses", "")
            if uses.startswith("actions/checkout@"):
                self._check_out(self.environ["GITHUB_SHA"])
            elif uses.startswith("actions/upload-artifact@"):
                given = {k: self.text(v, context) for k, v in step["with"].items()}
                assert Path(given["path"]).is_file()
                assert not set(given["name"]) & set('":<>|*?\r\n\\/'), "GitHub refuses such a name"
                again = given.get("overwrite") == "true"
                self.github.upload(self.run_row, given["name"], overwrite=again)
            else:
                outputs = self.folder / "outputs"
                outputs.write_text("", encoding="utf-8")
                own = {k: self.text(v, context) for k, v in step.get("env", {}).items()}
                environ = {
                    **self.environ,
                    **outer,
                    **own,
                    "GITHUB_OUTPUT": str(outputs),
                    "GITHUB_ACTION_PATH": str(ROOT),
                }
                code = self._shell(step["run"], environ, ran)
                pairs = (line.partition("=") for line in outputs.read_text("utf-8").splitlines())
                steps[step.get("id", "")] = {"outputs": {name: value for name, _, value in pairs}}
                if code:
                    ran.code = code
                    return

    def _check_out(self, sha: str) -> None:
        """Do what actions/checkout does: fetch one commit alone, and check it out."""
        bare = f"file://{self.github.bare}"
        git(self.folder, "clone", "-q", "--depth=1", bare, "workspace")
        if git(self.workspace, "rev-parse", "HEAD") != sha:
            git(self.workspace, "fetch", "-q", "--depth=1", "origin", sha)
            git(self.workspace, "checkout", "-q", "--detach", "FETCH_HEAD")

    def _shell(self, script: str, environ: dict[str, str], ran: Ran) -> int:
        """Run a script as GitHub does: bash stops at the first command that fails.

        Returns the exit code.
        """
        ran.environ.append(environ)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env=environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ran.log += done.stdout
        # A script starts our program at its end, if at all. The start was only written down, and the
        # program runs here.
        words = self.temp / "words"
        if done.returncode or not words.exists():
            return done.returncode
        args = words.read_text(encoding="utf-8").split("\0")[:-1]
        pairs = (self.temp / "environment").read_text(encoding="utf-8").split("\0")[:-1]
        words.unlink()
        with patch.dict(os.environ, dict(one.split("=", 1) for one in pairs), clear=True):
            before = Path.cwd()
            os.chdir(self.workspace)
            try:
                result = CliRunner().invoke(provisioner, args)
            finally:
                os.chdir(before)
        ran.log += result.output
        return result.exit_code

    def _tools(self) -> Path:
        """Return the folder of programs that comes first on the path."""
        tools = self.folder / "tools"
        if not tools.exists():
            tools.mkdir()
            started = STARTED if self.runner.processes else HANDED_OVER
            for name, text in {"python3": PYTHON, "provisioner": started}.items():
                (tools / name).write_text(text, encoding="utf-8")
                (tools / name).chmod(0o755)
        return tools

    def text(self, value: Any, context: Json) -> str:
        """Return a text with its expressions replaced by their values."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda m: shown(evaluated(m[1], context)), shown(value))


def _matrix(job: Json) -> list[dict[str, str]]:
    """Return the values of a job's matrix, one mapping for each run of the job."""
    (name, values), *rest = job.get("strategy", {"matrix": {"": [""]}})["matrix"].items()
    assert not rest
    return [{name: value} for value in values]
