"""Test the checks of an assistant that a schema cannot express, and its normal form."""

from typing import Any

import pytest

from provisioner.kinds.assistant import KIND
from provisioner.model.address import Address
from provisioner.model.value import Reference

SEARCH = {"type": "file_search"}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}
CRM = {"type": "mcp", "server_label": "crm", "server_url": "https://x.test"}
EQ = {"type": "eq", "key": "a", "value": 1}
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
            {"tools": [function("web_search"), shared("web_search")]},
            ("tools", 1),
            "the same tool twice",
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
            "last_messages without its type",
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
        ({"tools": [function("crm"), CRM]}, ("tools", 1), "the same tool twice"),
        (
            {"tools": [{"type": "mcp", "server_label": "crm"}]},
            ("tools", 0),
            "an MCP server needs exactly one address",
        ),
        (
            {"tools": [{**CRM, "tunnel_id": "t"}]},
            ("tools", 0),
            "an MCP server needs exactly one address",
        ),
        (
            {"tools": [{**CRM, "args": ["-v"]}]},
            ("tools", 0, "args"),
            "an option without the field that it needs",
        ),
        (
            {"tools": [{"type": "mcp", "server_label": "crm", "command": "crm"}]},
            ("tools", 0, "command"),
            "a command needs a folder",
        ),
        (
            {"tools": [{**CRM, "headers": {"Authorization": "x"}}]},
            ("tools", 0, "headers", "Authorization"),
            "a secret among the headers",
        ),
        (
            {"tools": [{**SEARCH, "vector_store": "a", "vector_stores": ["b"]}]},
            ("tools", 0, "vector_stores"),
            "vector stores named twice",
        ),
        (
            {"tools": [{**SEARCH, "filters": {"type": "eq", "key": "a"}}]},
            ("tools", 0, "filters"),
            "a filter is not whole",
        ),
        (
            {"tools": [{**SEARCH, "filters": {"type": "or", "filters": [EQ, {"type": "and"}]}}]},
            ("tools", 0, "filters", "filters", 1),
            "a filter is not whole",
        ),
        (
            {"tools": [{"type": "custom", "name": "c", "format": {"type": "grammar"}}]},
            ("tools", 0, "format"),
            "a grammar is not whole",
        ),
        (
            {"tools": [CRM], "tool_choice": {"type": "mcp"}},
            ("tool_choice",),
            "tool_choice does not say which tool",
        ),
        (
            {"tools": [CRM], "tool_choice": {"type": "mcp", "server_label": "erp"}},
            ("tool_choice", "type"),
            "tool_choice names a tool that is not attached",
        ),
        (
            {"tools": [CRM], "tool_choice": {"type": "allowed_tools", "mode": "auto"}},
            ("tool_choice",),
            "allowed_tools is not whole",
        ),
        (
            {
                "tools": [CRM],
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "auto",
                    "tools": [{"type": "mcp", "server_label": "crm"}, {"type": "shell"}],
                },
            },
            ("tool_choice", "tools", 1),
            "tool_choice names a tool that is not attached",
        ),
        (
            {"session": {"environment": {"type": "none", "template": "t"}}},
            ("session", "environment", "template"),
            "not a setting of this environment",
        ),
        (
            {"session": {"environment": {"type": "self_hosted"}}},
            ("session", "environment"),
            "a self-hosted environment needs a folder",
        ),
        (
            {"truncation_strategy": {"type": "disabled", "last_messages": 3}},
            ("truncation_strategy", "last_messages"),
            "last_messages without its type",
        ),
    ],
)
def test_a_mistake_is_found_at_its_path(
    spec: dict[str, Any], path: tuple[str | int, ...], summary: str
) -> None:
    assert (path, summary) in [(problem.path, problem.code.summary) for problem in KIND.check(spec)]


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


def test_one_of_several_stores_is_one_store() -> None:
    one, two = (Reference(Address("vector_store", name)) for name in "ab")
    several = KIND.normalise({"tools": [{**SEARCH, "vector_stores": [one, two]}]})["tools"]

    assert several["file_search"] == {**SEARCH, "vector_stores": [one, two]}
    assert KIND.normalise({"tools": [{**SEARCH, "vector_stores": [one]}]})["tools"] == {
        "file_search": {**SEARCH, "vector_store": one}
    }


def test_named_tools_are_keyed_by_their_names() -> None:
    tools = [{**CRM, "allowed_tools": ["find"]}, {"type": "custom", "name": "sql"}]

    assert KIND.normalise({"tools": tools})["tools"] == {
        "crm": {
            "type": "mcp",
            "server_url": "https://x.test",
            "allowed_tools": {"tool_names": ["find"]},
        },
        "sql": {"type": "custom"},
    }


def test_a_tool_named_like_a_type_of_tool_keeps_its_type_in_its_key() -> None:
    tools = [
        {"type": "web_search"},
        function("web_search"),
        shared("function"),
        {"type": "custom", "name": "shell"},
        {**CRM, "server_label": "mcp"},
    ]

    keys = [*KIND.normalise({"tools": tools})["tools"]]
    assert keys == [
        "web_search",
        "function:web_search",
        "function:function",
        "custom:shell",
        "mcp:mcp",
    ]


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "function": {"name": "web_search"}},
        {"type": "web_search"},
        {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "web_search"}],
        },
    ],
)
def test_a_choice_between_a_tool_and_a_function_of_its_name_means_the_one_it_says(
    choice: dict[str, Any],
) -> None:
    def problems(*tools: dict[str, Any]) -> list[Any]:
        return [*KIND.check({"tools": [*tools], "tool_choice": choice})]

    wanted, other = function("web_search"), {"type": "web_search"}
    if choice["type"] == "web_search":
        wanted, other = other, wanted
    assert problems(wanted, other) == []
    assert [one.code.summary for one in problems(other)] == [
        "tool_choice names a tool that is not attached"
    ]


def test_what_stands_beside_a_reference_wins_over_the_function() -> None:
    tool = {**shared(), "async": True, "defer_loading": False}
    tool["ref"] = {**tool["ref"], "defer_loading": True, "description": "d"}

    assert KIND.normalise({"tools": [tool]})["tools"]["f"] == {
        "type": "function",
        "description": "d",
        "parameters": OPEN,
        "async": True,
        "defer_loading": False,
    }
