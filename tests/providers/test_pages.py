"""Lists from honest servers and from all others: every row once, or a sentence, never a loop."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.errors import ProviderError
from provisioner.model.provider import nameless
from provisioner.providers.pages import MOST, Walk
from tests.support import habits
from tests.support.habits import reply
from tests.support.servers import Fixed, Lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.providers.conftest import Connected
    from tests.support.habits import Json, ListHabit

SIZES = (0, 1, 2, 19, 20, 21, 99, 100, 101, 200, 250)


def rows(count: int, per_second: int) -> list[Json]:
    """`count` rows of which `per_second` share each second."""
    return [{"id": f"asst_{n}", "created_at": 1000 + n // per_second} for n in range(count)]


def listed(connected: Connected, habit: ListHabit, held: list[Json]) -> list[str]:
    found = connected(Lists(Fixed(held), habit)).list("assistants")
    return [row["id"] for row in found]


def ids(held: list[Json]) -> list[str]:
    return [row["id"] for row in held]


@pytest.mark.parametrize("per_second", [1, 7, 1000])
@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    "habit",
    [
        habits.honest,
        habits.all_at_once,
        habits.bare_array,
        habits.without_has_more,
        habits.stops_early,
        habits.never_says_last,
        habits.refuses_limits,
    ],
)
def test_every_row_comes_once_whatever_the_server_says_of_pages(
    connected: Connected, habit: ListHabit, count: int, per_second: int
) -> None:
    held = rows(count, per_second)

    assert listed(connected, habit, held) == ids(held)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("habit", [habits.skips_within_a_second, habits.repeats_within_a_second])
@pytest.mark.parametrize("per_second", [1, 2, 7, 60])
def test_rows_of_one_second_are_neither_skipped_nor_repeated(
    connected: Connected, habit: ListHabit, count: int, per_second: int
) -> None:
    held = rows(count, per_second)

    assert sorted(listed(connected, habit, held)) == sorted(ids(held))


@pytest.mark.parametrize(
    ("habit", "count", "per_second"),
    [
        (habits.first_page_only, 100, 1),
        (habits.first_page_only, 250, 1),
        (habits.first_page_forever, 30, 1),
        (habits.first_page_forever, 250, 1),
        (habits.starts_over, 30, 1),
        (habits.refuses_cursors, 100, 1),
        (habits.refuses_cursors, 250, 1),
        (habits.skips_within_a_second, 250, 250),
        (habits.repeats_within_a_second, 250, 250),
    ],
)
def test_a_list_that_nobody_can_know_to_be_whole_is_refused_with_a_sentence(
    connected: Connected, habit: ListHabit, count: int, per_second: int
) -> None:
    with pytest.raises(ProviderError, match="pagination cannot be trusted") as caught:
        listed(connected, habit, rows(count, per_second))

    assert "assistants" in str(caught.value)


def test_a_list_whose_pages_start_over_is_whole_where_it_is_read_from_both_ends(
    connected: Connected,
) -> None:
    held = rows(250, 1)

    assert listed(connected, habits.starts_over, held) == ids(held)


@pytest.mark.parametrize("count", [0, 1, 20, 99])
@pytest.mark.parametrize("habit", [habits.first_page_only, habits.refuses_cursors])
def test_a_server_without_cursors_is_believed_while_all_fits_on_one_page(
    connected: Connected, habit: ListHabit, count: int
) -> None:
    held = rows(count, 1)

    assert listed(connected, habit, held) == ids(held)


def test_a_null_list_is_an_empty_one(connected: Connected) -> None:
    assert listed(connected, habits.null_list, []) == []


@pytest.mark.parametrize("per_second", [1, 50, 100_000])
@pytest.mark.parametrize("count", [0, 1, 20, 99, 100, 101, 200, 999, 1000])
def test_a_good_server_is_asked_at_most_one_time_more_than_it_has_pages(
    connected: Connected, count: int, per_second: int
) -> None:
    provider = connected(Fixed(rows(count, per_second)))

    provider.list("assistants")

    assert provider.requests["GET"] <= math.ceil(count / 100) + 1


def test_files_are_asked_for_ten_thousand_at_a_time(connected: Connected) -> None:
    held = rows(1500, 100)
    provider = connected(Fixed(held))

    assert len(provider.list("files")) == 1500
    assert provider.requests == {"GET": 1}


def test_models_come_in_one_piece(connected: Connected) -> None:
    provider = connected(Lists(Fixed(rows(20, 1)), habits.never_says_last))

    assert len(provider.list("models")) == 20
    assert provider.requests == {"GET": 1}


def test_a_list_that_keeps_making_rows_up_comes_to_an_end() -> None:
    numbers = itertools.count()

    def fetch(_query: Mapping[str, Any]) -> Json:
        return {"data": [{"id": next(numbers)}], "has_more": True}

    with pytest.raises(ProviderError, match="its pages do not end"):
        Walk(fetch, "assistants", (100, 0)).every_row()
    assert next(numbers) <= 2 * MOST


def test_ids_that_are_numbers_become_strings(connected: Connected) -> None:
    held = [{"id": n, "created_at": n} for n in range(1, 40)]

    assert listed(connected, habits.all_at_once, held) == [str(n) for n in range(1, 40)]


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list"},
        {"data": {"asst_1": {}}},
        {"data": ["asst_1"]},
        {"data": [{"name": "no id"}]},
        {"data": [{"id": None}]},
        {"data": [None]},
        "soon",
        None,
    ],
)
def test_what_is_no_list_of_objects_is_told_as_such(connected: Connected, body: Any) -> None:
    provider = connected(reply(body))

    with pytest.raises(ProviderError, match="the server's list cannot be read") as caught:
        provider.list("assistants")
    assert "assistants" in str(caught.value)


def test_a_row_without_an_id_does_not_end_its_list_and_stands_apart(connected: Connected) -> None:
    odd = {"name": "no id", "tool_resources": {"file_ids": ["file-1"]}}
    provider = connected(reply({"data": [{"id": "a"}, odd, {"id": "b"}], "has_more": False}))

    rows = provider.list("assistants")

    assert [row["id"] for row in rows] == ["a", "b"]
    assert nameless(rows) == (odd,)


def test_a_list_of_one_row_without_an_id_is_whole_where_it_says_so(connected: Connected) -> None:
    rows = connected(reply({"data": [{"name": "no id"}], "has_more": False})).list("assistants")

    assert (rows, len(nameless(rows))) == ([], 1)
