"""One fault at every request of a stack on `agents`: apply again, and everything is there, once."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from provisioner.model.errors import ProvisionerError
from tests.stories.hosted_stacks import check, first, replaced, updated
from tests.stories.test_faults import EFFECTS, applied_with, named, since
from tests.support.faults import Fault, Faulty, fail, nth, run
from tests.support.hosted import row_of, rows, versions
from tests.support.stories import changes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.faults import Effect
    from tests.support.stories import World

SCENARIOS = {
    "a first apply": (None, first),
    "an update": (first, updated),
    "a replace": (first, replaced),
}


class Account:
    """A world that can begin anew before each request, one request at a time."""

    def __init__(self, world: World, folder: Path, scenario: str) -> None:
        self.world, self.folder = world, folder
        before, self.change = SCENARIOS[scenario]
        world.server = world.app = create_app(folder / "snapshot.sqlite")
        if before:
            before(world)
            world.converge()
        world.server.close()
        self.change(world)
        world.setup = replace(world.setup, parallelism=1)

    def restart(self) -> Faulty:
        """The account as it was."""
        shutil.copy(self.folder / "snapshot.sqlite", self.folder / "account.sqlite")
        self.world.server = create_app(self.folder / "account.sqlite")
        self.world.app = faulty = Faulty(self.world.server)
        return faulty

    def requests(self) -> int:
        faulty = self.restart()
        assert self.world.apply().succeeded
        self.world.server.close()
        return len(faulty.calls)


@pytest.fixture(params=SCENARIOS, ids=named({**SCENARIOS}))
def begun(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Account:
    return Account(world, tmp_path, request.param)


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=named({**EFFECTS}))
def test_after_one_fault_at_any_request_everything_is_there_once(
    begun: Account, effect: Effect
) -> None:
    world = begun.world
    for index in range(1, begun.requests() + 1):
        begun.restart()
        applied_with(world, Fault(nth(index), effect))
        world.converge()
        check(world)
        assert len(versions(world, row_of(world, "skill.refunds")["id"])) <= 3, index
        world.server.close()


def test_after_a_server_was_gone_from_any_request_on_everything_is_there_once(
    begun: Account,
) -> None:
    world, gone = begun.world, fail(503, performed=False)
    for index in range(1, begun.requests() + 1):
        begun.restart()
        world.app = Faulty(
            world.server, Fault(nth(index), fail(500)), Fault(since(index), gone, times=10_000)
        )
        with suppress(ProvisionerError):
            world.apply()
        world.app = world.server
        world.converge()
        check(world)
        world.server.close()


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
