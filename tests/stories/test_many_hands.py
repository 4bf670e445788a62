"""Many hands on one stack: twenty processes apply at once, and some are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from provisioner.ledger.location import location
from provisioner.ledger.opening import ledger_to_read
from tests.stories.contending import KILLED
from tests.stories.stacks import PLACES, first
from tests.support import postgres
from tests.support.stories import STACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.stories import World

REPOSITORY = Path(__file__).parents[2]
OWNER = f"{STACK['metadata']['id']}/default"
COUNT = 20
EXPECTED = {"applied", "nothing to do", "lock-held", "plan-outdated", "killed"}


@pytest.fixture
def database() -> Iterator[str]:
    with postgres.server() as server, postgres.database(server) as url:
        yield url


def test_of_twenty_processes_one_works_at_a_time_and_nothing_is_there_twice(
    world: World, tmp_path: Path, database: str
) -> None:
    """Only this finds locks that two processes hold, or that a killed one keeps for ever."""
    first(world)
    account = tmp_path / "account.sqlite"
    done = subprocess.run(
        [sys.executable, "-m", "tests.stories.contending", database, str(account), str(COUNT)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = Counter(done.stdout.splitlines())
    assert sum(told.values()) == COUNT, done.stdout + done.stderr
    assert told.keys() <= EXPECTED, told
    assert told["applied"], told
    assert told["killed"] == KILLED, told

    world.server = world.app = create_app(account)
    assert world.addresses() == PLACES
    world.converge()
    assert len(world.dangling()) <= told["killed"]
    found = location(database, tmp_path)
    assert found
    with ledger_to_read(found) as opened:
        runs = sorted(opened.runs.newest(OWNER, limit=COUNT), key=lambda run: run.started)
    for before, after in pairwise(runs):
        assert before.ended is None or before.ended <= after.started
    assert sum(run.ended is None for run in runs) == told["killed"]
