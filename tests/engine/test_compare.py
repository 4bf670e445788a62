"""Every place where two values differ is found, and no other."""

from typing import Any

import pytest

from provisioner.engine.compare import Difference, differences
from provisioner.model.address import Address
from provisioner.model.plan import UNSET
from provisioner.model.schemas import Schemas
from provisioner.model.value import Placeholder, Reference, RemoteId, Sensitive

STORE = Address("vector_store", "library")


@pytest.mark.parametrize(
    ("live", "desired", "places"),
    [
        (1, 1.0, []),
        ({"a": [1, {}]}, {"a": [1.0, {}]}, []),
        (True, 1, [((), True, 1)]),
        ({"a": True}, {"a": 1}, [(("a",), True, 1)]),
        ("a", "b", [((), "a", "b")]),
        ({}, {"a": 1}, [((), {}, {"a": 1})]),
        ({"a": 1}, ["a"], [((), {"a": 1}, ["a"])]),
        ({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2}, [(("a", "b"), 1, 3)]),
        ({"a": None}, {}, [(("a",), None, UNSET)]),
        ({"a": None, "b": 1}, {"b": 1}, [(("a",), None, UNSET)]),
        ({"b": 1}, {"a": {"x": 1}, "b": 1}, [(("a",), UNSET, {"x": 1})]),
        ({"__type": 1, "b": 1}, {"__type": 2, "b": 2}, [(("__type",), 1, 2), (("b",), 1, 2)]),
        ({"k": [1, 2]}, {"k": [1, 3]}, [(("k", 1), 2, 3)]),
        ({"k": [1]}, {"k": [1, 2]}, [(("k", 1), UNSET, 2)]),
        ({"a'b": {"c]": 1}}, {"a'b": {"c]": 2}}, [(("a'b", "c]"), 1, 2)]),
        ({"p": {"a": 1, "b": 2, "c": 3}}, {"p": {"x": 1, "y": 2, "c": 4}},
         [(("p", "a"), 1, UNSET), (("p", "b"), 2, UNSET), (("p", "c"), 3, 4),
          (("p", "x"), UNSET, 1), (("p", "y"), UNSET, 2)]),
    ],
)  # fmt: skip
def test_each_place_that_differs_is_named(
    live: Any, desired: Any, places: list[tuple[Any, Any, Any]]
) -> None:
    assert differences(live, desired) == [Difference(*place) for place in places]


def test_our_own_leaves_come_back_as_they_were() -> None:
    live = {"store": RemoteId("vector_store", "vs_1"), "key": "plain", "n": 2.5}
    desired = {"store": Reference(STORE), "key": Sensitive("secret"), "n": 2.0}

    found = {place.keys[0]: (place.live, place.desired) for place in differences(live, desired)}

    assert found == {
        "store": (RemoteId("vector_store", "vs_1"), Reference(STORE)),
        "key": ("plain", Sensitive("secret")),
        "n": (2.5, 2),
    }


def test_a_secret_that_stays_is_no_difference() -> None:
    live, desired = {"key": "s", "a": 1}, {"key": Sensitive("s"), "a": 2}

    assert [place.keys for place in differences(live, desired)] == [("a",)]


def test_an_id_that_stands_for_an_address_has_to_be_pointed_anew() -> None:
    old = RemoteId("vector_store", "vs_old", STORE)

    assert differences({"s": old, "n": 1}, {"s": Reference(STORE), "n": 1}) == [
        Difference(("s",), old, Reference(STORE))
    ]


def schema(*names: str, **more: Any) -> dict[str, Any]:
    return {"properties": {name: {"type": "string"} for name in names}, **more}


def test_another_order_of_properties_is_told_in_words() -> None:
    live, desired = schema("answer", "zz"), schema("zz", "answer")

    assert differences(live, desired) == []
    assert differences(live, desired, Schemas(((),))) == [
        Difference(
            ("properties",),
            Placeholder("(in the order answer, zz)"),
            Placeholder("(in the order zz, answer)"),
        )
    ]


def test_an_order_is_told_beside_what_else_differs_and_a_set_has_none() -> None:
    live = schema("answer", "zz", "gone", required=["answer", "zz", "gone"])
    desired = schema("zz", "answer", required=["zz", "answer", "gone"])

    found = differences(live, desired, Schemas(((),)))

    assert [place.keys for place in found] == [("properties",), ("properties", "gone")]
