"""kill -9 at every request: apply again, and everything is there, once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from tests.stories import hosted_stacks as hosted
from tests.stories.stacks import PLACES, TEXTS, first, replaced, updated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.stories import World

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("steps", "when", "parallelism"),
    [
        ((first,), "before", 1),
        ((first,), "after", 4),
        ((first, updated), "after", 1),
        ((first, replaced), "after", 1),
    ],
    ids=["a-first-apply-before", "a-first-apply-after", "an-update", "a-replace"],
)
def test_after_a_kill_at_any_request_everything_is_there_once(
    world: World,
    tmp_path: Path,
    steps: tuple[Callable[[World], None], ...],
    when: str,
    parallelism: int,
) -> None:
    snapshot = tmp_path / "snapshot.sqlite"
    world.server = world.app = create_app(snapshot)
    *before, last = steps
    for step in before:
        step(world)
        world.converge()
    world.server.close()
    last(world)

    killed = kill_at_every_request(tmp_path, snapshot, when, parallelism)

    assert len(killed) > 5
    for data in killed:
        world.server = world.app = create_app(data)
        world.converge()
        assert world.addresses() == PLACES, data.name
        assert documents(world) == declared(last), data.name
        world.server.close()


@pytest.mark.parametrize(
    ("steps", "when", "parallelism"),
    [
        ((hosted.first,), "before", 4),
        ((hosted.first, hosted.updated), "after", 1),
        ((hosted.first, hosted.replaced), "after", 1),
    ],
    ids=["a-first-apply", "an-update", "a-replace"],
)
def test_after_a_kill_at_any_request_everything_of_agents_is_there_once(
    world: World,
    tmp_path: Path,
    steps: tuple[Callable[[World], None], ...],
    when: str,
    parallelism: int,
) -> None:
    snapshot = tmp_path / "snapshot.sqlite"
    world.server = world.app = create_app(snapshot)
    *before, last = steps
    for step in before:
        step(world)
        world.converge()
    world.server.close()
    last(world)

    killed = kill_at_every_request(
        tmp_path, snapshot, when, parallelism, secrets=world.options.environ
    )

    assert len(killed) > 5
    for data in killed:
        world.server = world.app = create_app(data)
        world.converge()
        hosted.check(world)
        world.server.close()


def kill_at_every_request(
    root: Path,
    snapshot: Path,
    when: str,
    parallelism: int,
    *verb: str,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> list[Path]:
    """The databases that killed runs left behind, one each."""
    folder = root / "killed"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.stories.killed", snapshot, folder, when]
    environment = {**os.environ, **secrets, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [*map(str, command), str(parallelism), *verb],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left = sorted(folder.glob("*.sqlite"), key=lambda path: int(path.stem))
    assert int(done.stdout) == len(left), done.stderr
    return left


def documents(world: World) -> list[str]:
    """Paths of the documents that the one store holds."""
    [store] = world.rows("vector_stores")
    rows = world.rows("vector_stores", store["id"])
    assert {row["status"] for row in rows} == {"completed"}
    return sorted(row["attributes"]["provisioner.path"] for row in rows)


def declared(last: Callable[[World], None]) -> list[str]:
    names = ("b", "c") if last is updated else ("a", "b")
    return [path for path in TEXTS if path in {f"docs/{name}.md" for name in names}]
