"""One fault, at every request in turn, where assistants are releases or agents: the samples, once."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from werkzeug.wrappers import Response

from provisioner.emulator import create_app
from provisioner.model.errors import ProvisionerError
from provisioner.providers import RELEASES
from provisioner.verbs.plan import planned
from tests.stories.test_runtimes import on
from tests.support.faults import Fault, Faulty, cut_body, fail, nth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.faults import Effect
    from tests.support.stories import World

PROXY = "<html><h1>502 Bad Gateway</h1></html>"
EFFECTS: dict[str, Effect] = {
    "500 after it was performed": fail(500),
    "the page of a proxy, and nothing performed": lambda _request, _do: Response(PROXY, 502),
    "a body cut short": cut_body(),
}


def there(world: World) -> Counter[str]:
    """What is ours, by address, and how many uploads there are: twice where there are two."""
    with planned(world.setup) as found:
        live = found.live
    ours = Counter(str(one.address) for one in (*live.objects.values(), *live.surplus))
    return ours + Counter({"uploads": len(world.rows("files"))})


def struck(world: World, folder: Path, effect: Effect) -> Iterator[str]:
    """For each request of a first apply in turn: an account where it met the effect.

    One request at a time, so that their numbers mean the same each time.
    """
    index = calls = 0
    while index <= calls:
        shutil.rmtree(RELEASES, ignore_errors=True)
        world.server.close()
        world.server = create_app(folder / f"{index}.sqlite")
        world.app = faulty = Faulty(world.server, Fault(nth(index), effect))
        with suppress(ProvisionerError):
            world.apply()
        world.app = world.server
        calls = max(calls, len(faulty.calls)) if index == 0 else calls
        yield str(faulty.calls[index - 1]) if index else "none"
        index += 1


@pytest.mark.parametrize("runtime", ["responses", "agents"])
@pytest.mark.parametrize("effect", EFFECTS.values(), ids=[n.replace(" ", "-") for n in EFFECTS])
def test_after_one_fault_at_any_request_the_samples_are_there_once(
    world: World, tmp_path: Path, runtime: str, effect: Effect
) -> None:
    world.setup = replace(on(world, runtime), parallelism=1)
    seen = []
    for call in struck(world, tmp_path, effect):
        world.converge()
        seen.append((call, there(world)))

    (_, wanted), *others = seen
    assert len(others) > 15
    assert set((wanted - Counter({"uploads": wanted["uploads"]})).values()) == {1}
    assert [call for call, found in others if found != wanted] == []
