"""An output format is one file and one line: with them every command that can has it.

The table of formats is read when commands are imported, so the format is added to a copy of the
package, and the commands run in one process of their own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import provisioner

PACKAGE: Final = Path(provisioner.__file__).parent
SUPPORT: Final = Path(__file__).parents[1] / "support"
IMPORT: Final = "from provisioner.render import dot,"
LAST: Final = "        mermaid.FORMAT,\n"
RUN: Final = """
import json, sys
sys.path.insert(0, ".")
from click.testing import CliRunner
from provisioner.cli.root import provisioner
said = []
for args in json.load(sys.stdin):
    result = CliRunner().invoke(provisioner, args)
    said.append([result.exit_code, result.stdout, result.stderr])
print(json.dumps(said))
"""
COMMANDS: Final[dict[str, list[str]]] = {
    "planned": ["plan", "--format", "words"],
    "saved": ["plan", "--format", "words", "--out", "plan.json"],
    "shown": ["show", "plan.json", "--format", "words"],
    "applied": ["apply", "--yes", "--format", "words"],
    "drifted": ["drift", "--format", "words"],
    "explained": ["explain", "assistant.model", "--format", "words"],
    "object": ["show", "assistant.a", "--format", "words"],
    "asked": ["ask", "assistant.a", "Hello?", "--format", "words"],
    "migrated": ["migrate", "--from", "here", "--to", "there", "--format", "words"],
    "destroyed": ["destroy", "--yes", "--format", "words"],
}
STACK: Final = """apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec:
  targets:
    here: {runtime: assistants, server: embedded}
    there: {runtime: responses, server: embedded}
  default_target: here
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: a}
spec: {model: gpt-6.1-terra}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Exit code, output and errors of each command, by what it is run for."""
    root = tmp_path_factory.mktemp("copy")
    copy = shutil.copytree(PACKAGE, root / PACKAGE.name)
    shutil.copy(SUPPORT / "added_format.py", copy / "render" / "words.py")
    table = copy / "render" / "formats.py"
    text = table.read_text(encoding="utf-8")
    assert IMPORT in text
    assert LAST in text
    text = text.replace(IMPORT, f"{IMPORT} words,").replace(LAST, f"{LAST}        words.FORMAT,\n")
    table.write_text(text, encoding="utf-8")
    (root / "manifests").mkdir()
    (root / "manifests" / "stack.yaml").write_text(STACK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=root,
        input=json.dumps([*COMMANDS.values()]),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: tuple(one) for name, one in zip(COMMANDS, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize(
    ("name", "stdout"),
    [
        ("planned", "create assistant.a\n"),
        ("saved", "create assistant.a\n"),
        ("shown", "create assistant.a\n"),
        ("applied", "done assistant.a\n"),
        ("drifted", ""),
        ("explained", "FieldExplanation\n"),
        ("destroyed", "done assistant.a\n"),
    ],
)
def test_every_command_that_prints_what_it_can_show_has_it(
    name: str, stdout: str, said: dict[str, tuple[int, str, str]]
) -> None:
    code, out, _ = said[name]
    assert (code, out) == (0, stdout)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("object", "--format words works with saved plans only: name the FILE of one."),
        ("asked", "'words' is not one of 'text', 'json'."),
        ("migrated", "'words' is not one of 'text', 'json', 'markdown', 'html'."),
    ],
)
def test_where_it_has_no_renderer_it_is_refused_in_one_sentence_before_any_request(
    name: str, why: str, said: dict[str, tuple[int, str, str]]
) -> None:
    code, out, err = said[name]
    assert (code, out) == (2, "")
    assert why in " ".join(err.split())
