"""Values of a spec: one spelling each, whatever a server or a parser makes of them."""

from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.schemas import Schemas
from provisioner.model.value import (
    Reference,
    RemoteId,
    Sensitive,
    canonical,
    digest,
    encode,
    exchanged,
    has_leaf,
    is_sensitive,
    leaves,
    references,
    revealed,
    same,
    walk,
)

STORE = Address("vector_store", "library")


@pytest.mark.parametrize(
    ("left", "right", "is_same"),
    [
        (1, 1.0, True),
        (-0.0, 0, True),
        (1, True, False),
        (0, False, False),
        (0.1, 0.1, True),
        (None, {}, False),
        ([], {}, False),
        ({}, {}, True),
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ((1, 2), [1, 2], True),
        ("1", 1, False),
        ("é", "e\u0301", False),
        (Sensitive("s"), "s", True),
        (Reference(STORE), "vector_store.library", False),
        (Reference(STORE), {"ref": "vector_store.library"}, True),
        (Reference(STORE), RemoteId("vector_store", "vs_1", STORE), True),
        (Reference(STORE), RemoteId("vector_store", "vs_1"), False),
        (RemoteId("file", "f"), RemoteId("file", "f", gone=True), True),
    ],
)
def test_two_values_are_the_same_if_they_are_one_on_the_wire(
    left: Any, right: Any, is_same: bool
) -> None:
    assert same(left, right) is is_same
    assert (digest(left) == digest(right)) is is_same


def test_a_secret_is_shown_by_nobody() -> None:
    secret = Sensitive("hush")

    assert "hush" not in f"{secret} {secret!r} {encode({'a': [secret]})}"
    assert revealed({"a": [secret]}) == {"a": ["hush"]}
    assert is_sensitive({"a": [secret]})
    assert not is_sensitive({"a": ["hush"]})


def test_leaves_are_found_however_deep() -> None:
    value = {"a": [{"b": Reference(STORE)}, RemoteId("file", "f")]}

    assert references(value) == {STORE}
    assert leaves(value, RemoteId) == [RemoteId("file", "f")]
    assert walk(value, str) == {"a": [{"b": "vector_store.library"}, "f"]}


@pytest.mark.parametrize(
    ("leaf", "shown"),
    [
        (Reference(STORE), {"ref": "vector_store.library"}),
        (RemoteId("file", "f"), "f"),
        (Sensitive("s"), {"sensitive": True}),
        (1.0, 1.0),
    ],
)
def test_values_are_shown_as_plain_json(leaf: Any, shown: Any) -> None:
    assert encode([leaf]) == [shown]


def test_a_digest_is_as_long_as_asked_and_survives_any_text() -> None:
    assert len(digest("x")) == 5
    assert len(digest("\ud800 half a pair", 22)) == 22
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'


def test_what_nothing_was_replaced_in_is_the_same_object() -> None:
    tools = {"search": {"stores": ["a", 1, None]}}
    spec = {"name": "qa", "tools": tools, "token": Sensitive("hunter2")}

    shown = revealed(spec)

    assert shown == {"name": "qa", "tools": tools, "token": "hunter2"}
    assert shown["tools"] is tools
    assert isinstance(spec["token"], Sensitive)
    assert revealed(tools) is tools


@pytest.mark.parametrize(
    ("left", "right", "is_same"),
    [
        (["name", "age"], ["name", "age"], True),
        (["name", "age"], ["age", "name"], False),
    ],
)
def test_properties_in_another_order_are_another_value_where_a_schema_stands(
    left: list[str], right: list[str], is_same: bool
) -> None:
    one: Any = {"properties": {name: {} for name in left}}
    other: Any = {"properties": {name: {} for name in right}}

    assert same(one, other, Schemas(((),))) is is_same
    assert same(one, other)


@pytest.mark.parametrize(
    ("value", "is_there"),
    [
        ({"a": [{"b": (Reference(STORE),)}]}, True),
        (Reference(STORE), True),
        ({"a": [{"b": "vector_store.library"}], "c": None}, False),
        ("vector_store.library", False),
    ],
)
def test_a_leaf_is_found_however_deep(value: Any, is_there: bool) -> None:
    assert has_leaf(value, Reference) is is_there
    assert bool(leaves(value, Reference)) is is_there


def test_leaves_of_one_type_are_exchanged_and_all_else_is_the_same_object() -> None:
    id = RemoteId("vector_store", "vs_1")
    value = {"a": {"b": [id, "text", 1, None]}, "c": {"d": [True, 2.5]}}

    changed = exchanged(value, RemoteId, lambda leaf: leaf.id)

    assert changed == {"a": {"b": ["vs_1", "text", 1, None]}, "c": {"d": [True, 2.5]}}
    assert changed["c"] is value["c"]
    assert exchanged(value, Sensitive, lambda leaf: leaf.value) is value
    assert exchanged((id, "text"), RemoteId, lambda _: "x") == ["x", "text"]
    assert exchanged("text", RemoteId, lambda _: "x") == "text"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"properties": {"a": {}, "b": {}}}, {"properties": 5}),
        ({"properties": {}}, {"other": {}}),
        ({"properties": {"a": 1}}, {"properties": None}),
    ],
)
def test_a_value_called_properties_may_be_anything(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert not same(right, left)
