"""Reads a whole account, each list once, and notes what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.inventory.everything import read_everything
from provisioner.model.codes import servers as codes
from provisioner.model.errors import (
    Invalid,
    NoSuchApi,
    NotFound,
    ProviderError,
    Unauthorized,
)
from provisioner.model.inventory import PARENT, Inventory
from provisioner.model.leaks import Account, Listable
from provisioner.model.provider import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.provider import Provider, Row

STORE = Listable(
    "store",
    "stores",
    frozenset({"file"}),
    holds="stores/files",
    is_empty=lambda row: row.get("files") == 0,
    has_expired=lambda row: row.get("status") == "expired",
)
ACCOUNT = Account(
    {
        one.name: one
        for one in (
            STORE,
            Listable("vault", "vaults"),
            Listable("key", "vaults/keys", inside="vault"),
            Listable("thread", "threads", is_tracked=True),
            Listable("file", "files", is_file=True),
        )
    }
)


class Lists:
    """Lists by collection and parent: rows, or the error that a request for them raises."""

    requests: Mapping[str, int] = {}

    def __init__(self, **lists: Any) -> None:
        self.lists = {name.replace("__", "/"): value for name, value in lists.items()}
        self.asked: list[tuple[str, str]] = []

    def list(self, collection: str, parent: str = "", **_query: Any) -> Any:
        self.asked.append((collection, parent))
        key = f"{collection}/{parent}" if parent else collection
        found = self.lists.get(key, [])
        if isinstance(found, Exception):
            raise found
        return found

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        del parent
        found = next((r for r in self.lists.get(collection, []) if r["id"] == id), None)
        if found is None:
            raise NotFound(codes.NO_SUCH_OBJECT)
        row: Row = found
        return row


def read(provider: Lists, **known: Any) -> Inventory:
    there: Provider = provider  # type: ignore[assignment]  # it only reads
    return read_everything(there, ACCOUNT, **known)


def test_each_collection_is_listed_once_and_each_store_that_may_hold_files() -> None:
    lists = Lists(
        stores=[{"id": "a"}, {"id": "b", "files": 0}, {"id": "c", "status": "expired"}],
        stores__files__a=[{"id": "f"}],
        files=[{"id": "f"}, {"id": "g"}],
        vaults=[{"id": "v"}],
        vaults__keys__v=[{"id": "k"}],
    )

    found = read(lists)

    assert found.documents == {"a": ({"id": "f"},)}
    assert found.rows["key"] == ({"id": "k", PARENT: "v"},)
    assert [row["id"] for row in found.rows["file"]] == ["f", "g"]
    assert sorted(lists.asked) == [
        ("files", ""), ("stores", ""), ("stores/files", "a"), ("vaults", ""), ("vaults/keys", "v"),
    ]  # fmt: skip


def test_what_was_read_a_moment_ago_is_not_listed_again() -> None:
    lists = Lists(files=[{"id": "f"}])
    bindings: Any = {"vector_store": type("B", (), {"collection": "stores"})}
    known = Inventory({"vector_store": ({"id": "a"},)}, {"a": ({"id": "f"},)}, read_at=7.0)

    found = read(lists, known=known, bindings=bindings)

    assert (found.rows["store"], found.documents, found.read_at) == (
        ({"id": "a"},),
        {"a": ({"id": "f"},)},
        7.0,
    )
    assert ("stores", "") not in lists.asked


def test_collections_that_are_left_out_are_not_listed_however_many_they_are() -> None:
    lists = Lists()

    found = read(lists, dropped=iter(["store", "vault", "key"]))

    assert lists.asked == [("files", "")]
    assert found.rows.keys() == {"file"}


@pytest.mark.parametrize(
    ("error", "is_noted"),
    [
        (NoSuchApi(codes.NO_SUCH_API), False),
        (NotFound(codes.NO_SUCH_OBJECT, status=404), False),
        (Invalid(codes.REQUEST_REFUSED, status=400), False),
        (Invalid(codes.REQUEST_REFUSED, status=501), False),
        (Invalid(codes.REQUEST_REFUSED, status=422), True),
        (Unauthorized(codes.KEY_REFUSED, status=403), True),
        (ProviderError(codes.SERVER_FAILED, status=500), True),
    ],
)
def test_a_list_that_the_server_lacks_is_empty_and_any_other_failure_is_noted(
    error: ProviderError, is_noted: bool
) -> None:
    found = read(Lists(vaults=error, files=[{"id": "f"}]))

    assert found.rows["vault"] == ()
    assert ("vault" in found.unread) is is_noted


def test_where_no_list_at_all_can_be_read_the_first_error_is_raised() -> None:
    refused = Unauthorized(codes.KEY_REFUSED, status=401)

    with pytest.raises(Unauthorized):
        read(Lists(stores=refused, vaults=refused, files=refused))


@pytest.mark.parametrize(
    ("listed", "is_there", "is_noted"),
    [
        (NotFound(codes.NO_SUCH_OBJECT, status=404), False, False),
        (NotFound(codes.NO_SUCH_OBJECT, status=404), True, True),
        (NoSuchApi(codes.NO_SUCH_API, status=404), True, True),
        (Rows([{"id": "f"}], [{"name": "no id"}]), True, True),
    ],
    ids=["a store that is gone", "a store without this list", "no such API", "a row without an id"],
)
def test_files_of_a_store_that_cannot_be_listed_are_not_taken_for_none(
    listed: Any, is_there: bool, is_noted: bool
) -> None:
    lists = Lists(stores=[{"id": "a"}], stores__files__a=listed)
    if not is_there:
        lists.get = lambda *_: (_ for _ in ()).throw(NotFound(codes.NO_SUCH_OBJECT))  # type: ignore[method-assign]

    assert ("store" in read(lists).unread) is is_noted


def test_rows_without_an_id_stand_apart() -> None:
    odd = {"name": "no id", "file": "f"}

    assert read(Lists(vaults=Rows([{"id": "v"}], [odd]))).nameless == {"vault": (odd,)}


def test_tracked_objects_are_asked_for_one_by_one_and_those_that_are_gone_have_no_row() -> None:
    found = read(Lists(threads=[{"id": "t"}]), tracked={"thread": ["t", "gone"]})

    assert found.rows["thread"] == ({"id": "t"},)
