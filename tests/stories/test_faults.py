"""One fault, at every request in turn: apply again, and everything is there, once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import pytest

from provisioner.model.errors import ProvisionerError
from tests.stories.stacks import PLACES, first, replaced, updated
from tests.support.faults import (
    Fault,
    Faulty,
    ask_to_wait,
    creating,
    cut_body,
    drop,
    fail,
    hang,
    nth,
)
from tests.support.stories import changes, failures
from tests.support.sweeps import begun, meetings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkzeug.wrappers import Request, Response

    from provisioner.model.outcome import Report
    from tests.support.faults import Effect, When
    from tests.support.stories import World
    from tests.support.sweeps import Begun, Scenarios

EFFECTS: dict[str, Effect] = {
    "500 after it was performed": fail(500),
    "a connection dropped after it was performed": drop(),
    "a connection dropped before it was performed": drop(performed=False),
    "a timeout after it was performed": hang(),
    "429 with Retry-After": ask_to_wait(0),
    "a body cut short": cut_body(),
}
FOR_WRITES = {
    "a connection dropped before it was performed",
    "the page of a proxy, and nothing performed",
    "gone after it performed one",
}
"""Effects that reads do not meet: see `meetings`."""
SCENARIOS: Scenarios = {
    "a first apply": (None, first),
    "an update": (first, updated),
    "a replace": (first, replaced),
}


def since(index: int) -> When:
    return lambda call: call.index >= index


def applied_with(world: World, *faults: Fault) -> Report | None:
    """Apply while faults happen; None where it did not even come to a plan."""
    world.app = Faulty(world.server, *faults)
    left = [fault.times for fault in faults]
    try:
        return world.apply()
    except ProvisionerError:
        return None
    finally:
        world.app = world.server
        assert all(fault.times < times for fault, times in zip(faults, left, strict=True))


def named(table: Iterable[str]) -> list[str]:
    return [name.replace(" ", "-") for name in table]


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Begun]]:
    with begun(tmp_path_factory.mktemp("begun"), SCENARIOS) as found:
        yield found


def turns(
    world: World,
    scenarios: dict[str, Begun],
    scenario: str,
    effect: str,
    effects: dict[str, Effect],
) -> Iterator[int]:
    """Begin the scenario anew for each request that is to meet the effect; gives its number."""
    begin = scenarios[scenario]
    begin.change(world)
    world.options = replace(world.options, parallelism=1)
    world.loads = {}
    calls = {name: one.calls for name, one in scenarios.items()}
    for index in meetings(calls, list(effects), for_writes=FOR_WRITES)[scenario, effect]:
        begin.start(world)
        yield index


@pytest.mark.parametrize("scenario", SCENARIOS, ids=named(SCENARIOS))
@pytest.mark.parametrize("effect", EFFECTS, ids=named(EFFECTS))
def test_after_one_fault_at_any_request_everything_is_there_once(
    world: World, scenarios: dict[str, Begun], scenario: str, effect: str
) -> None:
    for index in turns(world, scenarios, scenario, effect, EFFECTS):
        report = applied_with(world, Fault(nth(index), EFFECTS[effect]))
        world.converge()
        assert world.addresses() == PLACES, index
        assert len(world.dangling()) <= said_to_be_left(report), index


def said_to_be_left(report: Report | None) -> int:
    """Return the number of files that a run may have left: uploads that were never answered."""
    told = report.diagnostics if report else ()
    return sum("may be left on the account" in diagnostic.summary for diagnostic in told)


OUTAGES: dict[str, Effect] = {
    "gone after it performed one": fail(500),
    "with a connection that breaks": drop(),
}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=named(SCENARIOS))
@pytest.mark.parametrize("effect", OUTAGES, ids=named(OUTAGES))
def test_after_a_server_was_gone_from_any_request_on_everything_is_there_once(
    world: World, scenarios: dict[str, Begun], scenario: str, effect: str
) -> None:
    """An upload may stay if the server went away meanwhile: no answer and no mark names it."""
    gone = fail(503, performed=False)
    for index in turns(world, scenarios, scenario, effect, OUTAGES):
        world.app = Faulty(
            world.server,
            Fault(nth(index), OUTAGES[effect]),
            Fault(since(index), gone, times=10_000),
        )
        with suppress(ProvisionerError):
            world.apply()
        world.app = world.server
        world.converge()
        assert world.addresses() == PLACES, index


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("collection", ["assistants", "vector_stores", "files", "file_batches"])
def test_creates_that_were_performed_and_answered_with_500_make_no_second_object(
    world: World, collection: str, times: int
) -> None:
    first(world)
    report = applied_with(world, Fault(creating(collection), fail(500), times))
    assert report is not None
    if times == 1:
        assert report.succeeded, failures(report)
    world.converge()
    assert world.addresses() == PLACES
    assert len(world.dangling()) <= times * said_to_be_left(report)


def test_a_create_that_is_performed_only_after_its_answer_was_lost_leaves_one(
    world: World,
) -> None:
    """The object turns up when we have stopped looking for it and have made another."""
    first(world)
    late: list[Callable[[], Response]] = []

    def delayed(_request: Request, perform: Callable[[], Response]) -> Response:
        late.append(perform)
        raise httpx2.ReadTimeout("timed out")

    def then(_request: Request, perform: Callable[[], Response]) -> Response:
        answer = perform()
        late.pop()()
        return answer

    world.options = replace(world.options, parallelism=1)
    report = applied_with(
        world, Fault(creating("assistants"), delayed), Fault(creating("assistants"), then)
    )
    assert report is not None
    assert report.succeeded, failures(report)
    assert any(
        "assistant." in d.subject and d.code.name == "duplicate-deleted" for d in report.diagnostics
    )
    assert world.addresses() == PLACES
    assert changes(world.plan()) == []


def test_what_cannot_be_made_stops_what_needs_it_and_nothing_else(world: World) -> None:
    first(world)
    report = applied_with(
        world, Fault(creating("vector_stores"), fail(503, performed=False), times=100)
    )
    assert report is not None
    told = {str(outcome.address): outcome.status.value for outcome in report.outcomes}
    assert told == {
        "vector_store.library": "failed",
        "assistant.clerk": "skipped",
        "assistant.analyst": "done",
        "file.rates": "done",
    }
    world.converge()
    assert world.addresses() == PLACES
    assert world.dangling() == set()
