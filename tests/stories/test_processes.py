"""The program itself, as processes: what a person types, and what a pipeline's runner kills."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.stories import SAMPLES

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES, tmp_path / "manifests")
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "provisioner", *arguments]


def environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI_")}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_apply_then_no_changes_then_one_sentence(folder: Path) -> None:
    first = report(folder, "apply", "--yes")
    assert first["summary"]["created"] == 10
    again = report(folder, "apply", "--yes")
    assert set(again["requests"]) == {"GET"}

    prompt = folder / "manifests/prompts/policy-qa.md"
    text = prompt.read_text()
    sentence = next(line for line in text.splitlines() if len(line.split()) > 6)
    prompt.write_text(text.replace(sentence, sentence.replace(sentence.split()[-2], "never"), 1))
    shown = run(folder, "plan", "--exit-code")

    assert shown.returncode == 3, shown.stderr
    [change] = report(folder, "plan")["changes"]
    assert [field["path"] for field in change["fields"]] == ["instructions"]
    assert "never" in shown.stdout
    assert len(shown.stdout.splitlines()) < 25


def test_a_program_killed_while_it_applies_is_made_good_by_the_next(folder: Path) -> None:
    """At some moment of its life: `test_kill.py` goes through every request."""
    whole = lifetime(folder)
    process = subprocess.Popen(
        command("apply", "--yes"),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(whole * 0.7)
    process.send_signal(signal.SIGKILL)
    process.wait()

    # The lock of a process that was killed is free after a minute, or at once for who says so.
    subprocess.run(command("unlock", "--yes"), cwd=folder, env=environment(), check=False)
    report(folder, "apply", "--yes")

    assert report(folder, "plan")["summary"] == {
        **dict.fromkeys(["create", "update", "replace", "delete", "forget"], 0),
        "no-op": 10,
        "documents": {"added": 0, "changed": 0, "removed": 0},
    }


def lifetime(folder: Path) -> float:
    """Seconds that an apply takes; leaves the account as empty as it was."""
    began = time.monotonic()
    report(folder, "apply", "--yes")
    taken = time.monotonic() - began
    shutil.rmtree(folder / ".provisioner")
    return taken
