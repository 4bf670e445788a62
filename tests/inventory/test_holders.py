"""The stores that hold a file are found in few requests, and never by a misleading 404."""

from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.inventory.holders import Holders
from provisioner.model.codes import servers
from provisioner.model.errors import NotFound
from provisioner.model.provider import Provider, Row

SURE = ("vs_ours", "file_sure")


class Stores:
    """A provider of stores by id with their files; `singles` says whether it can be asked for one."""

    def __init__(self, stores: Mapping[str, set[str]], *, singles: bool = True) -> None:
        self.stores = {**stores, SURE[0]: {SURE[1]}}
        self.singles = singles
        self.requests = 0

    def rows(self, **totals: int | None) -> list[Row]:
        return [
            {"id": id, "file_counts": {"total": totals.get(id, len(files))}}
            for id, files in self.stores.items()
            if id != SURE[0]
        ]

    def list(self, _collection: str, parent: str = "", **_query: Any) -> list[Row]:
        self.requests += max(1, -(-len(self.stores[parent]) // 100))
        return [{"id": id} for id in self.stores[parent]]

    def get(self, _collection: str, id: str, parent: str = "") -> Row:
        self.requests += 1
        if not self.singles or id not in self.stores[parent]:
            raise NotFound(servers.NO_SUCH_API)
        return {"id": id}


def asked(stores: Stores, ids: set[str], most: int = 1000, **totals: int | None) -> Any:
    provider: Any = stores
    typed: Provider = provider
    return Holders(typed, "vector_stores/files", most, SURE).of(stores.rows(**totals), ids)


def many(count: int, *more: str) -> set[str]:
    return {f"file_{n}" for n in range(count)} | {*more}


def test_small_stores_are_listed_and_empty_ones_are_not_asked() -> None:
    stores = Stores({"a": many(3, "x"), "b": many(5), "empty": set()})

    assert asked(stores, {"x"}) == {"a": {"x"}, "b": set()}
    assert stores.requests == 2


def test_large_stores_are_asked_for_the_file_alone() -> None:
    stores = Stores({"a": many(5_000, "x"), "b": many(700)})

    assert asked(stores, {"x"}) == {"a": {"x"}, "b": set()}
    assert stores.requests == 3, "one request proves that it can be asked so, one for each store"


def test_a_server_that_answers_404_to_everything_proves_nothing() -> None:
    stores = Stores({"a": many(1_000, "x")}, singles=False)

    assert asked(stores, {"x"}) == {"a": {"x"}}


@pytest.mark.parametrize(("most", "known"), [(4, False), (6, True)])
def test_more_requests_than_allowed_are_never_sent(most: int, known: bool) -> None:
    stores = Stores({f"s{n}": many(10) for n in range(6)})

    assert (asked(stores, {"x"}, most) is not None) == known
    assert stores.requests == (6 if known else 0)


def test_a_store_that_does_not_say_how_many_it_has_is_asked() -> None:
    stores = Stores({"a": many(3, "x")})

    assert asked(stores, {"x"}, a=None) == {"a": {"x"}}
