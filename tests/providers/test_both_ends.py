"""A list that is read from both ends holds every row, whatever the server makes of the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Invalid
from provisioner.providers.both_ends import every_row
from provisioner.providers.pages import Walk

PAGE = 100


@dataclass
class Listing:
    """A server with one list. `turns` says in which order it gives rows that are asked for newest first.

    `before` is called with the number of each request before it is answered. Where the server is
    `coarse`, a cursor stands for the second in which its row was created, and skips all of that second.
    """

    rows: list[dict[str, Any]]
    turns: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda rows: rows[::-1]
    before: Callable[[int], None] = lambda _number: None
    coarse: bool = False
    asked: list[str] = field(default_factory=list)

    def fetch(self, parameters: Any) -> Any:
        self.before(len(self.asked))
        self.asked.append(parameters["order"])
        rows = self.rows if parameters["order"] == "asc" else self.turns(self.rows)
        after, limit = parameters.get("after"), int(parameters["limit"])
        begin = next((at for at, row in enumerate(rows, 1) if after and row.get("id") == after), 0)
        if after and not begin:
            raise Invalid(codes.LIST_UNREADABLE, "no such cursor", 400)
        while self.coarse and begin and begin < len(rows) and _same_second(*rows[begin - 1 :][:2]):
            begin += 1
        return {"data": rows[begin : begin + limit], "has_more": begin + limit < len(rows)}

    def read(self) -> list[str]:
        return [str(row["id"]) for row in every_row(Walk(self.fetch, "rows", (PAGE,)))]


def _same_second(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["created_at"] == other["created_at"])


def rows(count: int, *, together: int = 1) -> list[dict[str, Any]]:
    """Rows of which so many were created in each second."""
    return [{"id": f"r{n}", "created_at": 1_000 + n // together} for n in range(count)]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in found]


def ties_kept(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest first, and what was created in one second as it stands in the other order."""
    return sorted(found, key=lambda row: -row["created_at"])


@pytest.mark.parametrize("turns", [lambda found: found[::-1], ties_kept, lambda found: found])
@pytest.mark.parametrize("together", [1, 3, 40, 101, 10_000])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 397, 1_000, 1_111])
def test_every_row_is_read_and_the_oldest_comes_first(
    count: int, together: int, turns: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    listing = Listing(rows(count, together=together), turns)
    found = listing.read()
    assert sorted(found) == sorted(ids(listing.rows))
    moments = [next(r["created_at"] for r in listing.rows if r["id"] == id) for id in found]
    assert moments == sorted(moments)
    alone = Listing(listing.rows, turns)
    Walk(alone.fetch, "rows", (PAGE,)).every_row()
    assert len(listing.asked) <= len(alone.asked) + 1


@pytest.mark.parametrize("count", [101, 250, 1_000, 1_111, 10_000])
def test_it_takes_one_request_more_and_half_as_many_in_a_row(count: int) -> None:
    alone = Listing(rows(count))
    Walk(alone.fetch, "rows", (PAGE,)).every_row()
    both = Listing(rows(count))
    assert both.read() == ids(alone.rows)
    assert len(both.asked) <= len(alone.asked) + 1
    assert both.asked.count("asc") <= len(alone.asked) // 2 + 2


@pytest.mark.parametrize("together", [1, 2, 7, 60])
@pytest.mark.parametrize("count", [101, 250, 1_000])
def test_rows_that_cursors_skip_are_read_at_both_ends(count: int, together: int) -> None:
    listing = Listing(rows(count, together=together), coarse=True)
    assert listing.read() == ids(listing.rows)


@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_list_of_one_page_is_read_from_one_end(count: int) -> None:
    listing = Listing(rows(count))
    listing.read()
    assert "desc" not in listing.asked


@pytest.mark.parametrize("created_at", [None, "2026-11-27", {}])
def test_rows_that_tell_no_time_are_read_from_one_end(created_at: Any) -> None:
    found = [{**row, "created_at": created_at} for row in rows(500)]
    listing = Listing(found)
    assert listing.read() == ids(found)
    assert "desc" not in listing.asked


def test_a_server_that_refuses_the_other_order_is_read_from_one_end() -> None:
    def refusing(_rows: Any) -> Any:
        raise Invalid(codes.LIST_UNREADABLE, "order must be asc", 400)

    listing = Listing(rows(500), refusing)
    assert listing.read() == ids(listing.rows)
    assert listing.asked.count("desc") == 1


@pytest.mark.parametrize("wrong", [0, 50, 150, 260, 499])
def test_a_row_that_is_out_of_order_is_not_lost(wrong: int) -> None:
    """The server sorts by something else. Where pages show that, the other end is not believed."""
    found = rows(500)
    found[wrong] = {**found[wrong], "created_at": 1_250}
    listing = Listing(found)
    assert sorted(listing.read()) == sorted(ids(found))


@pytest.mark.parametrize("at", range(1, 8))
def test_a_row_that_is_deleted_meanwhile_hides_no_other(at: int) -> None:
    whole = rows(700)
    listing = Listing(list(whole))

    def delete(number: int) -> None:
        if number == at:
            listing.rows = [row for row in listing.rows if row["id"] not in ("r20", "r340", "r690")]

    listing.before = delete
    assert {*ids(whole)} - {*listing.read()} <= {"r20", "r340", "r690"}


@pytest.mark.parametrize("at", range(1, 8))
def test_a_row_that_is_created_meanwhile_hides_no_other(at: int) -> None:
    whole = rows(700)
    listing = Listing(list(whole))

    def create(number: int) -> None:
        if number == at:
            listing.rows = [*listing.rows, {"id": "new", "created_at": 9_000}]

    listing.before = create
    assert {*listing.read()} - {"new"} == {*ids(whole)}


def test_a_row_without_an_id_is_handed_over_once_from_whichever_end_it_was_read() -> None:
    found = rows(500)
    for at in (40, 250, 460):
        found[at] = {"name": f"nameless {at}", "created_at": found[at]["created_at"]}
    listing = Listing(found)

    read = every_row(Walk(listing.fetch, "rows", (PAGE,)))

    assert [row["id"] for row in read] == [row["id"] for row in found if "id" in row]
    assert sorted(row["name"] for row in read.nameless) == [f"nameless {n}" for n in (250, 40, 460)]
    assert "desc" in listing.asked


def test_rows_are_counted_together_as_they_come() -> None:
    counts: list[int] = []
    listing = Listing(rows(1_000))
    every_row(Walk(listing.fetch, "rows", (PAGE,), counts.append))
    assert counts[0] == PAGE
    assert max(counts) >= 1_000
    assert len(counts) == len(listing.asked)
