"""What the schema cannot say of an assistant, and its normal form."""

from typing import Any

import pytest

from provisioner.kinds.assistant import KIND
from provisioner.model.address import Address
from provisioner.model.value import Reference

SEARCH = {"type": "file_search"}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = {**OPEN, "required": ["a"], "additionalProperties": False}


def function(name: str = "f", **fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **fields}}


def shared(name: str = "f", **beside: Any) -> dict[str, Any]:
    return {"type": "function", "ref": {"name": name, "parameters": OPEN}, **beside}


@pytest.mark.parametrize(
    ("spec", "path", "summary"),
    [
        ({"tools": [SEARCH, SEARCH]}, ("tools", 1), "the same tool twice"),
        ({"tools": [function(), shared()]}, ("tools", 1), "the same tool twice"),
        (
            {"tools": [function("web_search")]},
            ("tools", 0, "function", "name"),
            "a function is named like a built-in tool",
        ),
        (
            {"tools": [shared("file_search")]},
            ("tools", 0, "ref"),
            "a function is named like a built-in tool",
        ),
        (
            {"tools": [{"type": "function"}]},
            ("tools", 0),
            "a function tool has either ref or function",
        ),
        (
            {"tools": [{**function(), **shared()}]},
            ("tools", 0),
            "a function tool has either ref or function",
        ),
        (
            {"tools": [function(parameters={"type": "string"})]},
            ("tools", 0, "function", "parameters"),
            "parameters must describe an object",
        ),
        (
            {"tools": [function(parameters={**CLOSED, "required": []}, strict=True)]},
            ("tools", 0, "function", "parameters"),
            "a strict schema must require every property",
        ),
        (
            {"tools": [function(parameters={**OPEN, "required": ["a"]}, strict=True)]},
            ("tools", 0, "function", "parameters"),
            "a strict schema must be closed",
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "g"}}, "tools": [function()]},
            ("tool_choice", "function"),
            "tool_choice names a tool that is not attached",
        ),
        (
            {"tool_choice": {"type": "file_search"}},
            ("tool_choice", "type"),
            "tool_choice names a tool that is not attached",
        ),
        (
            {"tool_choice": {"type": "function"}},
            ("tool_choice",),
            "tool_choice does not say which function",
        ),
        (
            {"truncation_strategy": {"type": "last_messages"}},
            ("truncation_strategy",),
            "last_messages needs a number",
        ),
        (
            {"truncation_strategy": {"type": "auto", "last_messages": 3}},
            ("truncation_strategy", "last_messages"),
            "last_messages has no meaning with auto",
        ),
        (
            {"response_format": {"type": "json_schema"}},
            ("response_format",),
            "type and json_schema belong together",
        ),
        (
            {"response_format": {"type": "text", "json_schema": {}}},
            ("response_format",),
            "type and json_schema belong together",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "n",
                        "strict": True,
                        "schema": {**CLOSED, "properties": {"a": {"type": "array", "items": OPEN}}},
                    },
                }
            },
            ("response_format", "json_schema", "schema", "properties", "a", "items"),
            "a strict schema must be closed",
        ),
    ],
)
def test_a_mistake_is_found_at_its_path(
    spec: dict[str, Any], path: tuple[str | int, ...], summary: str
) -> None:
    assert (path, summary) in [(problem.path, problem.summary) for problem in KIND.check(spec)]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"tools": [SEARCH, function(), shared("g")], "tool_choice": "required"},
        {"tools": [function(parameters=CLOSED, strict=True)]},
        {"tools": [function(parameters={})]},
        {"tools": [SEARCH], "tool_choice": {"type": "file_search"}},
        {"tools": [shared()], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"truncation_strategy": {"type": "last_messages", "last_messages": 3}},
        {"truncation_strategy": {"type": "auto", "last_messages": None}},
        {"response_format": "auto"},
    ],
)
def test_what_is_right_passes(spec: dict[str, Any]) -> None:
    assert list(KIND.check(spec)) == []


def test_tools_are_keyed_in_the_order_of_the_manifest() -> None:
    store, rates = Address("vector_store", "s"), Address("file", "rates")
    tools = [
        function("zeta", description="d", strict=True),
        {"type": "file_search", "vector_store": Reference(store), "max_num_results": 3},
        shared("alpha", strict=False),
        {"type": "code_interpreter", "files": [Reference(rates)]},
    ]
    normal = KIND.normalise({"tools": tools})["tools"]

    assert list(normal.items()) == [
        ("zeta", {"type": "function", "description": "d", "strict": True}),
        (
            "file_search",
            {"type": "file_search", "vector_store": Reference(store), "max_num_results": 3},
        ),
        ("alpha", {"type": "function", "parameters": OPEN, "strict": False}),
        ("code_interpreter", {"type": "code_interpreter", "files": {"rates": Reference(rates)}}),
    ]


def test_files_that_are_none_are_left_out() -> None:
    normal = KIND.normalise({"tools": [{"type": "code_interpreter", "files": []}]})

    assert normal == {"tools": {"code_interpreter": {"type": "code_interpreter"}}}


def test_a_null_count_of_messages_is_not_set() -> None:
    spec = {"truncation_strategy": {"type": "auto", "last_messages": None}}

    assert KIND.normalise(spec) == {"truncation_strategy": {"type": "auto"}}
