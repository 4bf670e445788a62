"""Sweeps of faults over the requests of an apply, by pairs and not by the full product.

A sweep has three factors: the scenario (a first apply, an update, …), the request, and the fault.
`meetings` chooses combinations so that every request of every scenario meets some fault, and every
kind of request (its method and its path without ids) meets every fault in some scenario. A kind of
request that occurs in only one scenario meets all faults there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.support.stories import copy_of, failures, new_world, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from provisioner.emulator import App
    from tests.support.faults import Call, Faulty
    from tests.support.stories import World

    Step: TypeAlias = Callable[[World], None]
    Scenarios: TypeAlias = Mapping[str, tuple[Step | None, Step]]

ID = re.compile(r"(?<=/)(?:[a-z]+_[0-9a-f]{24}|file-\w+|[a-z]+_\w*\d\w*)(?=/|$)")
"""Matches an id in a path."""


@dataclass(frozen=True)
class Begun:
    """A scenario just before its last step: the account, the step, and the requests of its apply."""

    server: App
    change: Step
    calls: Sequence[Call]

    def start(self, world: World) -> Faulty:
        """Give the world a copy of the account behind a wrapper that records requests."""
        world.server.close()
        world.server = copy_of(self.server)
        world.app = faulty = watched(world)
        return faulty


@contextmanager
def begun(folder: Path, scenarios: Scenarios) -> Iterator[dict[str, Begun]]:
    """Yield every scenario, prepared up to its last step, with the requests of an apply of that step."""
    found = {}
    for number, (name, (before, change)) in enumerate(scenarios.items()):
        root = folder / str(number)
        root.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            world = new_world(root, patch)
            if before:
                before(world)
                world.converge()
            server = world.server
            world.server = copy_of(server)
            change(world)
            # One request at a time, so that each request has the same number in every run.
            world.options = replace(world.options, parallelism=1)
            faulty = watched(world)
            report = world.apply()
            assert report.succeeded, failures(report)
            world.server.close()
        found[name] = Begun(server, change, faulty.calls)
    yield found
    for one in found.values():
        one.server.close()


def kind_of(call: Call) -> str:
    """Return the kind of a request, such as `POST /v1/assistants/ID`."""
    return f"{call.method} {ID.sub('ID', call.path)}"


def meetings(
    calls: Mapping[str, Sequence[Call]],
    effects: Collection[str],
    *,
    for_writes: Collection[str] = (),
) -> dict[tuple[str, str], list[int]]:
    """Return, for each scenario and fault, the numbers of the requests that meet the fault.

    Reads do not meet the faults in `for_writes`. Either such a fault says that the request was not
    performed, which makes no difference for a read; or the server is gone from then on, which
    leaves the same state as the write before the read.
    """
    places = defaultdict(list)
    for scenario, sent in calls.items():
        for call in sent:
            places[kind_of(call)].append((scenario, call.index))
    chosen: dict[tuple[str, str], list[int]] = {(s, e): [] for s in calls for e in effects}
    for kind, where in places.items():
        fitting = [e for e in effects if e not in for_writes or not kind.startswith("GET ")]
        for number in range(max(len(where), len(fitting)) if fitting else 0):
            scenario, index = where[number % len(where)]
            chosen[scenario, fitting[number % len(fitting)]].append(index)
    return {both: sorted(set(indices)) for both, indices in chosen.items()}
