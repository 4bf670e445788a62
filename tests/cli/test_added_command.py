"""A command is one file and one line: then it has its help, its options, its formats and its errors.

The file is `tests/support/added_command.py`; the line is the one that the fixture adds to the table.
"""

from __future__ import annotations

import json
import sys

import pytest

from provisioner.cli.root import COMMANDS
from tests.cli.conftest import Project, project
from tests.support import added_command

__all__ = ["project"]  # the fixture


@pytest.fixture
def added(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setitem(sys.modules, "provisioner.cli.count", added_command)
    monkeypatch.setitem(COMMANDS, "count", "Count what the manifests declare.")
    return project


def test_it_is_run_in_each_format(added: Project) -> None:
    assert added.run("count").stdout == "1  assistant\n1  vector_store\n"
    assert json.loads(added.run("count", "--format", "json").stdout) == {
        "assistant": 1,
        "vector_store": 1,
    }


def test_it_has_help_and_the_options_that_all_share(added: Project) -> None:
    assert "Count what the manifests declare." in added.run("--help").stdout
    text = added.run("count", "--help").stdout
    for option in ("[PATH]", "--manifests", "--env", "--var", "--format", "--no-color"):
        assert option in text
    assert "provisioner count --format json" in text


def test_it_fails_as_every_command_does(added: Project) -> None:
    assert "Did you mean count?" in added.run("cuont", code=2).stderr
    assert "Give the folder once" in added.run("count", "a", "--manifests", "b", code=2).stderr
    told = added.run("count", "nowhere", "--format", "json", code=1)
    assert json.loads(told.stdout)["diagnostics"][0]["code"] == "no-such-folder"
