"""Servers whose lists lag behind: what was made shows a few reads later, what went still shows."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.moves import OWNED, PLACES, places, told
from tests.support.faults import Fault, Faulty, creating, fail
from tests.support.habits import reply
from tests.support.servers import Wrapper
from tests.support.stories import changes, failures

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from tests.stories.moves import Places
    from tests.support.stories import World

LISTS = frozenset({"assistants", "agents", "vector_stores", "files"})


class Late(Wrapper):
    """Each list shows a change of its ids only from the `reads`-th read after it on."""

    def __init__(self, app: Any, reads: int) -> None:
        super().__init__(app)
        self.reads = reads
        self.shown: dict[str, list[Any]] = {}
        self.left: dict[str, int] = defaultdict(lambda: reads)
        self.lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        lists = request.method == "GET" and request.path.rpartition("/")[2] in LISTS
        if not lists or answer.status_code != 200:
            return answer
        body = answer.get_json()
        with self.lock:
            return reply({**body, "data": self._late(request.path, body["data"])})

    def _late(self, path: str, rows: list[Any]) -> list[Any]:
        before = self.shown.setdefault(path, rows)
        if [row["id"] for row in before] != [row["id"] for row in rows] and self.left[path]:
            self.left[path] -= 1
            return before
        self.left[path] = self.reads
        self.shown[path] = rows
        return rows


@pytest.fixture
def there(world: World, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = places(world, monkeypatch)
    world.options = replace(world.options, settle=2)
    made.write()
    return made


def stores(there: Places, target: str) -> int:
    return len(there.account(target).rows("vector_stores"))


@pytest.mark.parametrize("reads", [1, 2])
@pytest.mark.parametrize("target", ["assistants-other", "agents-other", "responses-other"])
def test_a_move_to_where_lists_lag_waits_and_then_retires(
    there: Places, target: str, reads: int
) -> None:
    there.apply("assistants")
    there.other.app = Late(there.other.server, reads)

    done = there.move("assistants", target)

    assert done.succeeded, told(done)
    assert sorted(there.assistants(target).elements()) == OWNED
    assert not there.assistants("assistants")
    assert stores(there, target) == (PLACES[target]["runtime"] != "agents")


@pytest.mark.parametrize("source", ["assistants-other", "agents-other", "responses-other"])
def test_a_move_from_where_lists_lag_retires_once(there: Places, source: str) -> None:
    there.apply(source)
    there.other.app = Late(there.other.server, 1)

    done = there.move(source, "assistants")

    assert done.succeeded, told(done)
    assert sorted(there.assistants("assistants").elements()) == OWNED
    assert not there.assistants(source)


@pytest.mark.parametrize("target", ["assistants", "agents", "responses"])
@pytest.mark.parametrize("reads", [1, 2])
def test_a_create_whose_answer_was_lost_is_found_though_the_list_lags(
    there: Places, target: str, reads: int
) -> None:
    collection = "agents" if target == "agents" else "vector_stores"
    faulty = Faulty(there.world.server, Fault(creating(collection), fail(500)))
    there.world.app = Late(faulty, reads)
    options = replace(there.world.options, target=target)

    report = there.world.apply(options)

    assert report.succeeded, failures(report)
    assert sorted(there.assistants(target).elements()) == OWNED
    assert stores(there, target) == (target != "agents")
    there.world.app = there.world.server
    assert changes(there.world.plan(options)) == []


def test_a_store_that_is_listed_and_gone_is_gone(there: Places) -> None:
    there.apply("assistants")
    late = Late(there.world.server, 1)
    there.world.app = late
    there.world.plan()
    with there.world.client as client:
        client.vector_stores.delete(there.world.rows("vector_stores")[0]["id"])

    planned = changes(there.world.plan())

    assert "create vector_store.library" in planned
