"""One fault at every request of a stack on `agents`: apply again, and everything is there, once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from provisioner.model.errors import ProvisionerError
from tests.stories.hosted_stacks import check, first, replaced, updated
from tests.stories.test_faults import EFFECTS, applied_with, named, since, turns
from tests.support.faults import Fault, Faulty, fail, nth, run
from tests.support.hosted import row_of, rows, versions
from tests.support.stories import changes
from tests.support.sweeps import begun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.stories import World
    from tests.support.sweeps import Begun, Scenarios

SCENARIOS: Scenarios = {
    "a first apply": (None, first),
    "an update": (first, updated),
    "a replace": (first, replaced),
}


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Begun]]:
    with begun(tmp_path_factory.mktemp("begun"), SCENARIOS) as found:
        yield found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=named(SCENARIOS))
@pytest.mark.parametrize("effect", EFFECTS, ids=named(EFFECTS))
def test_after_one_fault_at_any_request_everything_is_there_once(
    world: World, scenarios: dict[str, Begun], scenario: str, effect: str
) -> None:
    for index in turns(world, scenarios, scenario, effect, EFFECTS):
        applied_with(world, Fault(nth(index), EFFECTS[effect]))
        world.converge()
        check(world)
        assert len(versions(world, row_of(world, "skill.refunds")["id"])) <= 3, index


@pytest.mark.parametrize("scenario", SCENARIOS, ids=named(SCENARIOS))
def test_after_a_server_was_gone_from_any_request_on_everything_is_there_once(
    world: World, scenarios: dict[str, Begun], scenario: str
) -> None:
    gone = fail(503, performed=False)
    effect = "gone after it performed one"
    for index in turns(world, scenarios, scenario, effect, {effect: gone}):
        world.app = Faulty(
            world.server, Fault(nth(index), fail(500)), Fault(since(index), gone, times=10_000)
        )
        with suppress(ProvisionerError):
            world.apply()
        world.app = world.server
        world.converge()
        check(world)


def test_a_vault_that_somebody_deletes_between_two_lists_is_gone_and_no_failure(
    world: World,
) -> None:
    first(world)
    world.converge()
    (vault,) = rows(world, "vault")

    def taken_away() -> None:
        with world.client as client:
            client.beta.agents.vaults.delete(vault["id"])

    world.app = Faulty(
        world.server,
        Fault(lambda call: call.path.endswith("/credentials"), run(taken_away, performed=False)),
    )

    assert "create credential.depot" in changes(world.plan())

    world.converge()
    check(world)
