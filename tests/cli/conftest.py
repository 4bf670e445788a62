"""A project in a folder of its own, the command in it, and the live side under its hands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from click.testing import CliRunner, Result
from openai import DefaultHttpxClient, OpenAI

from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from provisioner.providers import retries

if TYPE_CHECKING:
    from collections.abc import Iterator

# A job that was started in the background ignores Ctrl-C, and below nohup a hang-up as well. The
# programs that it starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: local
  targets:
    local: {runtime: assistants, server: embedded}
    remote: {runtime: assistants, base_url: "${env:REMOTE_URL}", api_key_env: REMOTE_KEY}
  variables:
    model: {type: string, default: gpt-6.1-terra}
  environments:
    dev: {variables: {model: gpt-6.1-luna}}
"""
HELPER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper, labels: {team: people}}
spec:
  name: Helper
  model: ${var:model}
  instructions: Be brief.
  temperature: 0.2
  tools:
    - {type: file_search, vector_store: handbook}
    - {type: code_interpreter}
    - type: function
      function:
        name: lookup
        parameters: {type: object, properties: {id: {type: string}}, required: [id]}
  max_prompt_tokens: 20000
  truncation_strategy: {type: last_messages, last_messages: 7}
---
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: handbook}
spec:
  name: Handbook
  files: [handbook.md]
"""
SECRET = "sk-very-secret-key"  # noqa: S105 - what must never be shown
PATIENCE = 180
"""Seconds until a process counts as hanging, on a machine that is busy with other things."""

HANDBOOK = "# Handbook\n\nEverybody has 28 days off a year.\n"


class Project:
    """A folder with `manifests/`, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[Any]] = []
        self.write("stack.yaml", STACK)
        self.write("helper.yaml", HELPER)
        self.write("handbook.md", HANDBOOK)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / "manifests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / "manifests" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *args: str, code: int | None = 0) -> Result:
        """In this process. `code` is the exit code that it has to have; None: any."""
        result = CliRunner().invoke(provisioner, args)
        if code is not None:
            assert result.exit_code == code, result.output
        return result

    def start(self, *args: str, **options: Any) -> subprocess.Popen[str]:
        """In a process of its own, without a terminal."""
        command = [sys.executable, "-m", "provisioner", *args]
        pipes: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        process = subprocess.Popen(command, cwd=self.folder, text=True, **{**pipes, **options})
        self.processes.append(process)
        return process

    def finish(self, *args: str, **options: Any) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of a process of its own."""
        process = self.start(*args, **options)
        output, error = process.communicate(timeout=PATIENCE)
        return process.returncode, output, error

    @contextmanager
    def live(self) -> Iterator[OpenAI]:
        """The SDK on the data of the embedded server, its word that the API is retired left out."""
        data = self.folder / ".provisioner" / "embedded.sqlite"
        data.parent.mkdir(exist_ok=True)
        app = create_app(data)
        transport = httpx2.WSGITransport(app)
        try:
            with (
                warnings.catch_warnings(action="ignore", category=DeprecationWarning),
                OpenAI(
                    base_url="http://embedded/v1",
                    api_key="any",
                    http_client=DefaultHttpxClient(transport=transport),
                ) as client,
            ):
                yield client
        finally:
            app.close()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "OPENAI_API_KEY", "PROVISIONER_ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PROVISIONER_LEDGER", "none")  # what a ledger changes has tests of its own
    monkeypatch.setenv("REMOTE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("REMOTE_KEY", SECRET)
    project = Project(tmp_path)
    yield project
    for process in project.processes:
        process.kill()
        with process:
            process.wait()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the tries of a request nobody waits."""
    quick = partial(retries.Patience, first=0.001, longest=0.002)
    monkeypatch.setattr(retries, "Patience", quick)


@pytest.fixture
def applied(project: Project) -> Project:
    project.run("apply", "--yes")
    return project


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
    return {**kept, **more}
