from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from .conftest import Clock


@pytest.fixture
def names(wire: httpx2.Client, clock: Clock) -> list[str]:
    """Seven assistants, oldest first: the first five within one second."""
    made = []
    for number in range(7):
        if number >= 5:
            clock.forward(seconds=1)
        made.append(wire.post("/assistants", json={"model": "m"}).json()["id"])
    return made


def page(wire: httpx2.Client, **query: Any) -> dict[str, Any]:
    answer = wire.get("/assistants", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [item["id"] for item in body["data"]]


def test_the_newest_come_first_unless_asked_otherwise(
    wire: httpx2.Client, names: list[str]
) -> None:
    assert ids(page(wire)) == names[::-1]
    assert ids(page(wire, order="asc")) == names


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_paging_forwards_meets_every_object_once(
    wire: httpx2.Client, names: list[str], order: str, limit: int
) -> None:
    seen: list[str] = []
    body = page(wire, order=order, limit=limit)
    seen += ids(body)
    while body["has_more"]:
        body = page(wire, order=order, limit=limit, after=body["last_id"])
        seen += ids(body)

    assert seen == (names if order == "asc" else names[::-1])


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_paging_backwards_gives_the_page_that_ends_at_the_cursor(
    wire: httpx2.Client, names: list[str], order: str
) -> None:
    ordered = names if order == "asc" else names[::-1]

    nearest = page(wire, order=order, limit=2, before=ordered[4])
    first = page(wire, order=order, limit=2, before=ordered[2])

    assert (ids(nearest), nearest["has_more"]) == (ordered[2:4], True)
    assert (ids(first), first["has_more"]) == (ordered[:2], False)


def test_both_cursors_together_bound_a_page(wire: httpx2.Client, names: list[str]) -> None:
    between = page(wire, order="asc", after=names[1], before=names[5])

    assert ids(between) == names[2:5]


def test_an_empty_list_has_no_first_and_last_id(wire: httpx2.Client) -> None:
    assert page(wire) == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


def test_a_page_has_twenty_objects_by_default(wire: httpx2.Client) -> None:
    for _ in range(21):
        wire.post("/vector_stores", json={})

    body = wire.get("/vector_stores").json()

    assert len(body["data"]) == 20
    assert body["has_more"] is True
    assert body["first_id"] == body["data"][0]["id"]


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ({"limit": "0"}, "limit", "integer_below_min_value"),
        ({"limit": "101"}, "limit", "integer_above_max_value"),
        ({"limit": "many"}, "limit", "invalid_type"),
        ({"order": "up"}, "order", "invalid_value"),
        ({"after": "asst_none"}, "after", "invalid_value"),
        ({"before": "asst_none"}, "before", "invalid_value"),
    ],
)
def test_a_wrong_list_parameter_is_refused(
    wire: httpx2.Client, query: dict[str, str], param: str, code: str
) -> None:
    answer = wire.get("/assistants", params=query)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["code"] == code
