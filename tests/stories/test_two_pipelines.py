"""Two applies of one Stack at the same moment: something of everything is left, and one apply mends it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from provisioner.verbs.apply import run as applying
from provisioner.verbs.plan import planned
from tests.stories.test_runtimes import EDITS, on
from tests.support.stories import changes

if TYPE_CHECKING:
    from tests.support.stories import World


@pytest.mark.parametrize("runtime", EDITS)
def test_two_first_applies_at_once_take_nothing_from_each_other(world: World, runtime: str) -> None:
    world.options = on(world, runtime)
    both = threading.Barrier(2)

    def run(_: int) -> None:
        with planned(world.options) as found:
            both.wait()
            applying.apply(found)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert [line for line in changes(world.plan()) if line.startswith("create")] == []
    report = world.apply(max_delete_percent=100)
    assert report.succeeded
    world.converge()
