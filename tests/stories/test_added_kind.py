"""A kind is one file and its lines in the table: with them it is planned, applied, shown and deleted.

The tables of kinds are read when the package is imported, so the kind is added to a copy of the
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
LINES: Final = (
    ("    automation,\n", "    automation,\n    shelf,\n"),
    ("        automation.KIND,\n", "        automation.KIND,\n        shelf.KIND,\n"),
)
"""Everything that is edited: an import and an entry of the table of kinds."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Exit code, output and errors of each command, by what it is run for."""
    root = tmp_path_factory.mktemp("copy")
    copy = shutil.copytree(PACKAGE, root / PACKAGE.name)
    shutil.copy(SUPPORT / "added_kind.py", copy / "kinds" / "shelf.py")
    table = copy / "kinds" / "__init__.py"
    text = table.read_text(encoding="utf-8")
    for line, lines in LINES:
        assert text.count(line) == 1
        text = text.replace(line, lines)
    table.write_text(text, encoding="utf-8")
    command = (sys.executable, str(SUPPORT / "added_kind_run.py"), str(root / "manifests"))
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return {name: tuple(one) for name, one in json.loads(done.stdout).items()}


def test_it_is_valid_where_it_has_a_binding_and_refused_elsewhere(
    said: dict[str, tuple[int, str, str]],
) -> None:
    assert said["valid"][0] == 0
    assert said["elsewhere"][0] == 1
    assert "Target `there` (assistants) has no Shelfs." in said["elsewhere"][1]


def test_it_is_planned_and_applied(said: dict[str, tuple[int, str, str]]) -> None:
    assert "+ shelf.law  create" in said["created"][1]
    assert said["created"][0] == said["same"][0] == said["updated"][0] == 0
    assert 'name  "Law" → "Civil law"' in said["changed"][1]


def test_it_is_explained(said: dict[str, tuple[int, str, str]]) -> None:
    assert said["explained"][0] == 0
    assert "When the shelf lapses by itself." in said["explained"][1]


def test_it_is_shown_and_described_to_editors(said: dict[str, tuple[int, str, str]]) -> None:
    shown = json.loads(said["shown"][1])

    assert (shown["address"], shown["state"], shown["name"]) == (
        "shelf.law",
        "in sync",
        "Civil law",
    )
    assert "When the shelf lapses by itself." in said["schema"][1]


def test_it_is_deleted_once_no_manifest_declares_it(said: dict[str, tuple[int, str, str]]) -> None:
    assert said["deleted"][0] == 0
    assert "- shelf.law  delete" in said["deleted"][1]
