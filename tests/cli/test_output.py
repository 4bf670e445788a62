"""Output that goes nowhere: a full disk, a pipe, a device."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, Project

NO_ROOM = 'ulimit -f 0; exec "$0" -m provisioner "$@"'


@pytest.mark.parametrize("command", [("validate",), ("schema",), ("--version",), ("--help",)])
def test_a_full_disk_is_a_sentence(project: Project, command: tuple[str, ...]) -> None:
    with (project.folder / "output").open("wb") as output:
        done = subprocess.run(
            ["/bin/sh", "-c", NO_ROOM, sys.executable, *command],
            cwd=project.folder,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("error: the output could not be written\n  File too large.")
    assert len(done.stderr.splitlines()) == 2


def test_a_plan_saved_into_a_pipe_goes_through_it_and_leaves_it_there(project: Project) -> None:
    pipe = project.folder / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()

    project.run("plan", "--out", str(pipe))

    reader.join(PATIENCE)
    assert pipe.is_fifo()
    assert "apply" in json.loads(read[0])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: data.write_text("not a database, but long enough for one"), "not a database"),
        (lambda data: data.mkdir(), "unable to open"),
    ],
)
def test_data_of_the_embedded_server_that_cannot_be_used_is_a_sentence(
    project: Project, spoil: object, why: str
) -> None:
    data = Path(project.folder, ".provisioner", "embedded.sqlite")
    data.parent.mkdir()
    assert callable(spoil)
    spoil(data)

    result = project.run("plan", code=1)

    assert result.stderr.startswith(
        "error: the embedded server cannot use its data [embedded-data]\n"
    )
    assert why in result.stderr


def test_a_file_of_variables_that_is_no_text_is_a_sentence_without_its_content(
    project: Project,
) -> None:
    (project.folder / ".env").write_bytes(b"OPENAI_API_KEY=sk-very-secret\xff\n")

    result = project.run("validate", code=1)

    assert result.stderr.startswith(
        "error: cannot read a file of variables [unreadable-variables]\n  .env in the current"
    )
    assert "sk-very" not in result.stderr
