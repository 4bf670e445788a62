"""Rows of a list hold equal texts and equal parts once, and say what they said before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.providers.sharing import MOST, Sharing
from provisioner.source.syntax import parse

LONG = "Answer from the policy library. " * 20


def page(*rows: dict[str, Any]) -> Any:
    """A page as the HTTP library gives it: every value an object of its own."""
    return json.loads(json.dumps({"data": rows}))


def declared() -> Any:
    """The text as a manifest gives it."""
    (document,) = parse(json.dumps({"instructions": LONG}))
    return document.value["instructions"]


def listed(sharing: Sharing) -> Any:
    """The text as a row gives it."""
    body = page({"id": "a", "instructions": LONG}, {"id": "b", "instructions": f"{LONG}!"})
    sharing.share(body)
    assert body["data"][1]["instructions"] == f"{LONG}!"
    return body["data"][0]["instructions"]


def test_a_text_of_the_manifests_is_held_once_whichever_side_is_read_first() -> None:
    sharing = Sharing()
    wanted = declared()
    assert listed(sharing) is wanted
    there = listed(sharing)
    assert declared() is there


def test_equal_parts_are_one_object_from_page_to_page() -> None:
    tool = {"type": "function", "function": {"name": "lookup", "strict": False}}
    pages = [page({"id": id, "tools": [tool], "tool_resources": {"x": [1]}}) for id in "ab"]
    sharing = Sharing()
    for body in pages:
        sharing.share(body)

    first, second = (body["data"][0] for body in pages)
    assert first["tools"][0] is second["tools"][0]
    assert first["tool_resources"] is second["tool_resources"]
    assert first["tools"] == [tool]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1}, {"n": 1.0}),
        ({"n": 1}, {"n": True}),
        ({"properties": {"a": {}, "b": {}}}, {"properties": {"b": {}, "a": {}}}),
        ({"n": None}, {}),
    ],
)
def test_what_a_server_tells_apart_stays_apart(one: Any, other: Any) -> None:
    body = page({"id": "a", "part": one}, {"id": "b", "part": other})
    said = json.dumps(body)

    Sharing().share(body)

    assert json.dumps(body) == said
    assert body["data"][0]["part"] is not body["data"][1]["part"]


def test_more_parts_than_are_remembered_are_shared_less_and_never_lost() -> None:
    body = page(*({"id": str(n), "part": {"n": n}} for n in range(MOST * 2)))
    said = json.dumps(body)

    Sharing().share(body)

    assert json.dumps(body) == said


@pytest.mark.parametrize("body", [None, 1, "text", [], {}, {"data": None}, {"data": [None, 1]}])
def test_what_is_no_page_is_left_as_it_is(body: Any) -> None:
    Sharing().share(body)


def test_a_part_that_is_nested_too_deeply_is_left_to_whoever_reads_it() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}

    Sharing().share({"data": [{"id": "a", "part": deep}]})
