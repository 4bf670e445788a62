"""One fault, at every request in turn, where assistants are releases or agents: the samples, once."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from werkzeug.wrappers import Response

from provisioner.providers import RELEASES
from provisioner.verbs.plan import planned
from tests.stories.test_faults import applied_with, named, said_to_be_left, turns
from tests.stories.test_runtimes import on
from tests.support.faults import Fault, cut_body, fail, nth
from tests.support.stories import changes, failures
from tests.support.sweeps import begun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.faults import Effect
    from tests.support.stories import World
    from tests.support.sweeps import Begun, Scenarios, Step

PROXY = "<html><h1>502 Bad Gateway</h1></html>"
EFFECTS: dict[str, Effect] = {
    "500 after it was performed": fail(500),
    "the page of a proxy, and nothing performed": lambda _request, _do: Response(PROXY, 502),
    "a body cut short": cut_body(),
}


def samples_on(runtime: str) -> Step:
    def write(world: World) -> None:
        world.options = on(world, runtime)

    return write


SCENARIOS: Scenarios = {runtime: (None, samples_on(runtime)) for runtime in ("responses", "agents")}


def converged(world: World) -> Counter[str]:
    """Apply, and see that nothing is left to do. Gives what is ours by address: twice where there are two."""
    report = world.apply()
    assert report.succeeded, failures(report)
    with planned(world.options) as found:
        live = found.live
        assert changes(found.plan) == []
    return Counter(str(one.address) for one in (*live.objects.values(), *live.surplus))


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Begun]]:
    with begun(tmp_path_factory.mktemp("begun"), SCENARIOS) as found:
        yield found


@pytest.mark.parametrize("runtime", SCENARIOS)
@pytest.mark.parametrize("effect", EFFECTS, ids=named(EFFECTS))
def test_after_one_fault_at_any_request_the_samples_are_there_once(
    world: World, scenarios: dict[str, Begun], runtime: str, effect: str
) -> None:
    scenarios[runtime].change(world)
    world.options = replace(world.options, parallelism=1)
    scenarios[runtime].start(world)
    wanted, uploads = converged(world), len(world.rows("files"))
    assert set(wanted.values()) == {1}

    for index in turns(world, scenarios, runtime, effect, EFFECTS):
        shutil.rmtree(RELEASES, ignore_errors=True)
        report = applied_with(world, Fault(nth(index), EFFECTS[effect]))
        assert converged(world) == wanted, index
        left = len(world.rows("files")) - uploads
        assert 0 <= left <= said_to_be_left(report), index
