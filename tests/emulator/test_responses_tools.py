from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import openai
import pydantic
import pytest

if TYPE_CHECKING:
    from openai.types.responses import Response

    from .conftest import Clock

LOOK_UP: Any = {
    "type": "function",
    "name": "lookup-order",
    "parameters": {
        "type": "object",
        "properties": {
            "order_id": {"type": "string"},
            "depth": {"type": "integer", "minimum": 2},
        },
    },
}
ADD: Any = {"type": "function", "name": "add"}
DEEPWIKI: Any = {
    "type": "mcp",
    "server_label": "wiki",
    "server_url": "https://mcp.example.com/secret-path",
    "headers": {"Authorization": "hunter2"},
    "authorization": "hunter2",
}


def wire_of(item: Any) -> Any:
    return item.to_dict()


def ask(client: openai.OpenAI, question: Any = "Hello", **fields: Any) -> Response:
    made: Response = client.responses.create(model="gpt-6-luna", input=question, **fields)
    return made


def kinds(response: Response) -> list[str]:
    return [item.type for item in response.output]


@pytest.fixture
def store_id(client: openai.OpenAI) -> str:
    store = client.vector_stores.create()
    for name, text in (("a.md", b"Thirty holidays a year."), ("b.md", b"Trains are late.")):
        file = client.files.create(file=(name, text), purpose="assistants")
        client.vector_stores.files.create(
            vector_store_id=store.id, file_id=file.id, attributes={"name": name}
        )
    return store.id


def test_a_search_is_shown_and_cited(client: openai.OpenAI, store_id: str) -> None:
    tool: Any = {"type": "file_search", "vector_store_ids": [store_id]}

    made = ask(client, "Are trains late?", tools=[tool], include=["file_search_call.results"])

    call, message = made.output
    assert call.type == "file_search_call"
    assert call.queries == ["Are trains late?"]
    assert call.results is not None
    assert [(hit.filename, hit.text) for hit in call.results] == [("b.md", "Trains are late.")]
    assert "“Trains are late.”" in made.output_text
    [note] = wire_of(message)["content"][0]["annotations"]
    assert (note["type"], note["filename"]) == ("file_citation", "b.md")
    assert made.output_text[: note["index"]].endswith("“Trains are late.”")


def test_results_are_shown_to_those_who_ask(client: openai.OpenAI, store_id: str) -> None:
    made = ask(client, "trains", tools=[{"type": "file_search", "vector_store_ids": [store_id]}])
    again = client.responses.retrieve(made.id, include=["file_search_call.results"])
    everything: Any = ["all"]

    assert wire_of(made.output[0])["results"] is None
    assert wire_of(again.output[0])["results"] != []
    with pytest.raises(openai.BadRequestError, match="Supported values are"):
        client.responses.retrieve(made.id, include=everything)


def test_a_search_can_be_narrowed(client: openai.OpenAI, store_id: str) -> None:
    other = client.vector_stores.create().id
    only: Any = {"type": "eq", "key": "name", "value": "a.md"}
    tool: Any = {
        "type": "file_search",
        "vector_store_ids": [store_id, other],
        "filters": only,
        "max_num_results": 1,
    }

    made = ask(client, "trains holidays", tools=[tool], include=["file_search_call.results"])

    assert [hit["filename"] for hit in wire_of(made.output[0])["results"]] == ["a.md"]
    nothing = ask(client, "quantum", tools=[tool])
    assert "Nothing was found in the vector stores." in nothing.output_text


def test_an_expired_store_is_refused(client: openai.OpenAI, clock: Clock) -> None:
    store = client.vector_stores.create(expires_after={"anchor": "last_active_at", "days": 1})
    clock.forward(days=2)

    with pytest.raises(openai.BadRequestError, match="is expired"):
        ask(client, tools=[{"type": "file_search", "vector_store_ids": [store.id]}])


def test_a_search_keeps_its_store_alive(client: openai.OpenAI, clock: Clock) -> None:
    store = client.vector_stores.create(expires_after={"anchor": "last_active_at", "days": 1})
    clock.forward(seconds=3600)

    ask(client, tools=[{"type": "file_search", "vector_store_ids": [store.id]}])

    assert client.vector_stores.retrieve(store.id).last_active_at == clock.now


@pytest.mark.parametrize(
    ("sent", "parameters", "strict"),
    [
        (
            {"parameters": {"type": "object", "properties": {"a": {"type": "string"}}}},
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
        (
            {"parameters": {"type": "object", "additionalProperties": {"type": "string"}}},
            {"type": "object", "additionalProperties": {"type": "string"}},
            False,
        ),
        ({"parameters": {"type": "object"}, "strict": False}, {"type": "object"}, False),
        (
            {},
            {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
            True,
        ),
    ],
)
def test_a_function_becomes_strict_where_it_can(
    client: openai.OpenAI, sent: dict[str, Any], parameters: Any, strict: bool
) -> None:
    tool: Any = {"type": "function", "name": "f", **sent}

    [read] = ask(client, tools=[tool]).tools

    assert read.type == "function"
    assert (read.parameters, read.strict) == (parameters, strict)


@pytest.mark.parametrize(
    ("question", "choice", "called"),
    [
        ("Please use LOOKUP-ORDER for A-1042.", "auto", "lookup-order"),
        ("Where is A-1042?", {"type": "function", "name": "lookup-order"}, "lookup-order"),
        ("Where is A-1042?", "required", "add"),
        ("Where is A-1042?", "auto", None),
        ("use add", "none", None),
        (
            "use add and lookup-order",
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "lookup-order"}],
            },
            "lookup-order",
        ),
        (
            "Hello",
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "add"}],
            },
            "add",
        ),
    ],
)
def test_a_function_is_called_when_it_is_named_or_chosen(
    client: openai.OpenAI, question: str, choice: Any, called: str | None
) -> None:
    made = ask(client, question, tools=[ADD, LOOK_UP], tool_choice=choice)

    names = [item.name for item in made.output if item.type == "function_call"]
    assert names == ([] if called is None else [called])
    assert kinds(made) == (["message"] if called is None else ["function_call"])


def test_arguments_hold_to_the_schema(client: openai.OpenAI) -> None:
    [call] = ask(client, "use lookup-order for A-1042", tools=[LOOK_UP]).output

    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"order_id": "A-1042", "depth": 2}


def test_a_custom_tool_takes_free_text_and_is_answered(client: openai.OpenAI) -> None:
    tool: Any = {"type": "custom", "name": "shout"}
    first = ask(client, "shout hello", tools=[tool])
    [call] = first.output
    assert call.type == "custom_tool_call"
    assert "shout hello" in call.input

    output: Any = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "HELLO"}
    second = ask(client, [output], tools=[tool], previous_response_id=first.id)

    assert "Tool output: HELLO" in second.output_text


def test_code_leaves_a_real_file_in_its_container(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.csv", b"a,b\n1,2\n3,4\n"), purpose="assistants")
    tool: Any = {"type": "code_interpreter", "container": {"type": "auto", "file_ids": [file.id]}}

    made = ask(client, "Plot it.", tools=[tool], include=["code_interpreter_call.outputs"])

    call, message = made.output
    assert call.type == "code_interpreter_call"
    assert call.outputs is not None
    logs, image = call.outputs
    assert wire_of(logs)["logs"] == "a.csv: 2 rows, 2 columns"
    assert wire_of(image)["url"].startswith("data:image/png;base64,")
    [note] = wire_of(message)["content"][0]["annotations"]
    assert note["type"] == "container_file_citation"
    assert made.output_text[note["start_index"] : note["end_index"]] == (
        "sandbox:/mnt/data/stand-in-chart.png"
    )
    content = client.containers.files.content.retrieve(
        note["file_id"], container_id=note["container_id"]
    )
    assert content.read().startswith(b"\x89PNG")


def test_the_next_turn_goes_on_in_the_same_container(client: openai.OpenAI, clock: Clock) -> None:
    tool: Any = {"type": "code_interpreter", "container": {"type": "auto"}}
    first = ask(client, "compute", tools=[tool])
    container = wire_of(first.output[0])["container_id"]

    second = ask(client, "compute", tools=[tool], previous_response_id=first.id)
    named = ask(client, "compute", tools=[{**tool, "container": container}])
    clock.forward(seconds=21 * 60)
    later = ask(client, "compute", tools=[tool], previous_response_id=second.id)

    assert wire_of(second.output[0])["container_id"] == container
    assert wire_of(named.output[0])["container_id"] == container
    assert wire_of(later.output[0])["container_id"] != container
    with pytest.raises(openai.BadRequestError, match="Container is expired"):
        ask(client, "compute", tools=[{**tool, "container": container}])


@pytest.mark.parametrize(
    ("question", "fields", "searched"),
    [
        ("What is the latest news?", {}, True),
        ("Hello", {}, False),
        ("Hello", {"tool_choice": {"type": "web_search_preview"}}, True),
        ("Hello", {"tool_choice": "required"}, True),
    ],
)
def test_the_web_is_not_searched_and_the_answer_says_so(
    client: openai.OpenAI, question: str, fields: dict[str, Any], searched: bool
) -> None:
    made = ask(client, question, tools=[{"type": "web_search"}], **fields)

    assert kinds(made) == (["web_search_call", "message"] if searched else ["message"])
    assert ("The web was not searched" in made.output_text) == searched


def test_an_mcp_server_is_not_reached_and_its_secrets_are_not_kept(client: openai.OpenAI) -> None:
    made = ask(client, tools=[DEEPWIKI])

    listed, _ = made.output
    assert listed.type == "mcp_list_tools"
    assert (listed.tools, listed.server_label) == ([], "wiki")
    assert "does not connect" in str(listed.error)
    assert wire_of(made.tools[0])["server_url"] == "https://mcp.example.com/<redacted>"
    assert "hunter2" not in made.to_json()
    assert "secret-path" not in made.to_json()


def test_an_mcp_tool_waits_for_approval_and_then_fails_honestly(client: openai.OpenAI) -> None:
    fields: Any = {
        "tools": [DEEPWIKI],
        "tool_choice": {"type": "mcp", "server_label": "wiki", "name": "read"},
    }
    first = ask(client, "Read it.", **fields)
    assert kinds(first) == ["mcp_list_tools", "mcp_approval_request"]
    request = first.output[1].to_dict()
    yes: Any = {
        "type": "mcp_approval_response",
        "approval_request_id": request["id"],
        "approve": True,
    }

    second = ask(client, [yes], previous_response_id=first.id, **fields)

    assert kinds(second) == ["mcp_call", "message"]
    call = second.output[0].to_dict()
    assert (call["status"], call["approval_request_id"]) == ("failed", request["id"])
    assert "The tool “read” was not called" in second.output_text


def test_an_mcp_tool_that_needs_no_approval_is_tried_at_once(client: openai.OpenAI) -> None:
    made = ask(
        client,
        tools=[{**DEEPWIKI, "require_approval": "never"}],
        tool_choice={"type": "mcp", "server_label": "wiki", "name": "read"},
    )

    assert kinds(made) == ["mcp_list_tools", "mcp_call", "message"]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "image_generation", "quality": "high"},
        {"type": "shell", "environment": {"type": "container_auto"}},
        {"type": "apply_patch"},
        {"type": "local_shell"},
        {"type": "tool_search"},
        {"type": "programmatic_tool_calling"},
        {"type": "computer"},
        {"type": "namespace", "name": "n", "description": "d", "tools": [ADD]},
    ],
    ids=lambda tool: str(tool["type"]),
)
def test_a_tool_that_is_not_at_work_here_is_kept_and_said_so(
    client: openai.OpenAI, tool: Any
) -> None:
    made = ask(client, tools=[tool])

    assert made.tools[0].to_dict() == tool
    assert f"The embedded server did not use: {tool['type']}." in made.output_text


def test_built_in_calls_stop_at_their_limit(client: openai.OpenAI, store_id: str) -> None:
    tools: Any = [
        {"type": "file_search", "vector_store_ids": [store_id]},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]

    made = ask(client, "compute trains", tools=tools, max_tool_calls=1)

    assert kinds(made) == ["file_search_call", "message"]


SCHEMA = {
    "type": "object",
    "properties": {"total": {"type": "integer", "minimum": 3}, "who": {"type": "string"}},
    "required": ["total", "who"],
    "additionalProperties": False,
}


def test_a_structured_answer_holds_to_its_schema(client: openai.OpenAI) -> None:
    format_: Any = {"type": "json_schema", "name": "bill", "schema": SCHEMA, "strict": True}

    made = ask(client, "The bill?", text={"format": format_})

    jsonschema.validate(json.loads(made.output_text), SCHEMA)


def test_an_object_is_answered_with_an_object(client: openai.OpenAI) -> None:
    made = ask(client, "Answer in JSON.", text={"format": {"type": "json_object"}})

    assert json.loads(made.output_text)["stand_in_model"] is True


class Bill(pydantic.BaseModel):
    total: int
    who: str


def test_the_sdk_parses_a_structured_answer(client: openai.OpenAI) -> None:
    made = client.responses.parse(model="m", input="The bill?", text_format=Bill)

    assert made.output_parsed == Bill(total=1, who="[stand-in model] who")
