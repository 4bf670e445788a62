"""kill -9 at every step of a move: nothing is lost, and moving again converges."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from tests.stories.moves import OWNED, PLACES, places, told
from tests.support.stories import World, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.moves import Places

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(("assistants", "responses", "after", 1), id="on-one-account"),
        pytest.param(("assistants", "assistants-other", "before", 4), id="between-accounts"),
        pytest.param(("responses", "agents-other", "after", 1), id="leaving-a-registry"),
    ],
)
def test_after_a_kill_at_any_step_of_a_move_the_same_command_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: tuple[str, str, str, int]
) -> None:
    source, target, *_ = way
    with opened(tmp_path / "start", monkeypatch) as start:
        start.write()
        start.apply(source)

    killed = kill_at_every_step(tmp_path, *way)

    assert len(killed) > 3
    for root in killed:
        with opened(root, monkeypatch) as there:
            left = there.assistants(source) + there.assistants(target)
            assert sorted(left) == OWNED, root.name
            done = there.move(source, target)
            assert done.succeeded, f"{root.name}: {told(done)}"
            assert sorted(there.assistants(target).elements()) == OWNED, root.name
            assert not there.assistants(source), root.name
            options = replace(there.world.options, target=target)
            assert changes(there.world.plan(options)) == [], root.name
            stores = [*there.world.rows("vector_stores"), *there.other.rows("vector_stores")]
            assert len(stores) == (PLACES[target]["runtime"] != "agents"), root.name


@contextmanager
def opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """The world that lies in a folder, with the databases that processes there use."""
    (root / ".provisioner").mkdir(parents=True, exist_ok=True)
    (root / "manifests").mkdir(exist_ok=True)
    monkeypatch.chdir(root)
    server = create_app(root / ".provisioner" / "embedded.sqlite")
    with monkeypatch.context() as patched:
        there = places(World(root, server, server), patched, root / "manifests" / "other.sqlite")
        yield there
    there.world.server.close()
    there.other.server.close()


def kill_at_every_step(
    folder: Path, source: str, target: str, when: str, parallelism: int
) -> list[Path]:
    """The folders that killed runs left behind, one each."""
    module = "tests.stories.killed_moving"
    command = [sys.executable, "-m", module, folder, source, target, when, parallelism]
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left = sorted((path for path in folder.iterdir() if path.name.isdecimal()), key=by_number)
    assert int(done.stdout) == len(left), done.stderr
    return left


def by_number(path: Path) -> int:
    return int(path.name)
