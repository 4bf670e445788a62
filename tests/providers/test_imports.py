"""Test the imports of a command that connects with a static key, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from tests.support.servers import serving

if TYPE_CHECKING:
    from pathlib import Path

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec:
  default_target: live
  targets:
    live: {runtime: assistants, base_url: "BASE_URL", api_key_env: LIVE_KEY}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec: {name: Clerk, model: gpt-6.1-terra}
"""
RUN = """
import sys
from provisioner.cli import main
try:
    main()
finally:
    heavy = ("openai", "aiohttp", "pydantic", "rich", "deepdiff", "werkzeug", "provisioner.apply")
    sys.stderr.write("imported: " + " ".join(name for name in heavy if name in sys.modules))
"""
COMMANDS = {"apply": "provisioner.apply", "apply again": "", "plan": "", "drift": "", "show": ""}
"""Command -> what of that it imports, in this order: the first one changes something."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifests").mkdir()
    return tmp_path


def test_a_command_with_a_static_key_imports_no_sdk(folder: Path) -> None:
    with serving(create_app()) as base_url:
        text = STACK.replace("BASE_URL", base_url)
        (folder / "manifests" / "stack.yaml").write_text(text, encoding="utf-8")
        for command, needed in COMMANDS.items():
            words = ["apply", "--yes"] if command.startswith("apply") else [command]
            done = subprocess.run(
                [sys.executable, "-c", RUN, *words],
                cwd=folder,
                env={**os.environ, "LIVE_KEY": "sk-test"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stderr.rpartition("imported: ")[2] == needed, command
