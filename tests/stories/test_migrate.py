"""Moving: made and verified over there first, retired here last, and nothing lost on the way."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from tests.stories.moves import OWNED, PLACES, places, told
from tests.support.stories import changes, watched, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.moves import Places
    from tests.support.stories import World

KNOWLEDGE = ["a.md", "b.md", "rates.csv", "vector_store.library"]


@pytest.fixture
def there(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    made = places(world, monkeypatch)
    yield made
    made.other.server.close()


def foreign(places: Places) -> set[str]:
    """Objects of somebody else, on both accounts: they use nothing of ours."""
    made = set()
    for account in (places.world, places.other):
        with account.client as client, pytest.deprecated_call():
            made.add(client.beta.assistants.create(model="m", name="Clerk").id)
            made.add(client.vector_stores.create(name="library").id)
            made.add(client.beta.agents.create(model="gpt-6.1-terra", name="clerk").id)
    return made


def knowledge(account: World) -> list[str]:
    """Stores of ours, and files by name: one entry each."""
    stores = [address for address in account.addresses() if address.startswith("vector_store.")]
    return sorted([*stores, *(row["filename"] for row in account.rows("files"))])


def everything(places: Places) -> str:
    texts = []
    for account in (places.world, places.other):
        with account.client as client:
            agents = [agent.model_dump() for agent in client.beta.agents.list()]
        texts += [str(account.account()), str(agents)]
    return "\n".join(texts)


@pytest.mark.parametrize(("source", "target"), [*permutations(PLACES, 2)])
def test_from_every_place_to_every_other(there: Places, source: str, target: str) -> None:
    there.write()
    strangers = foreign(there)
    there.apply(source)

    with there.watching(source, target) as missed:
        done = there.move(source, target)

    assert done.succeeded, told(done)
    assert missed == []
    assert sorted(there.assistants(target).elements()) == OWNED
    assert not there.assistants(source)
    assert changes(there.world.plan(replace(there.world.setup, target=target))) == []
    assert all(id in everything(there) for id in strangers)
    has_stores = PLACES[target]["runtime"] != "agents"
    for account in (there.world, there.other):
        here = has_stores and account is there.account(target)
        assert knowledge(account) == (KNOWLEDGE if here else [])
    faulty = watched(there.world), watched(there.other)
    with there.moving(source, target) as again:
        assert again.is_done
        assert again.refusals == ()
    assert [write for one in faulty for write in writes(one)] == []
