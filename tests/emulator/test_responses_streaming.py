from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pydantic
import pytest
from openai.types.responses import ResponseStreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from .conftest import Clock

EVENT: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(ResponseStreamEvent)
ADD: Any = {"type": "function", "name": "add", "strict": False, "parameters": None}
MCP: Any = {
    "type": "mcp",
    "server_label": "wiki",
    "server_url": "https://example.com",
    "require_approval": "never",
}


@pytest.fixture(params=["client", "socket_client"])
def either(request: pytest.FixtureRequest) -> openai.OpenAI:
    client: openai.OpenAI = request.getfixturevalue(request.param)
    return client


def stream(client: openai.OpenAI, question: str, **fields: Any) -> list[Any]:
    return list(client.responses.create(model="m", input=question, stream=True, **fields))


def names(events: list[Any]) -> list[str]:
    """The events in order, each run of deltas as one."""
    found: list[str] = []
    for event in events:
        name = event.type.removeprefix("response.")
        if not (name.endswith(".delta") and found[-1:] == [name]):
            found.append(name)
    return found


OPENING = ["created", "in_progress"]
MESSAGE = [
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
]


def test_a_message_arrives_in_the_order_of_the_platform(either: openai.OpenAI) -> None:
    events = stream(either, "Hello")

    assert names(events) == [*OPENING, *MESSAGE, "completed"]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    first, last = events[0].response, events[-1].response
    assert (first.status, first.output, first.usage) == ("in_progress", [], None)
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 3
    assert "".join(deltas) == last.output_text
    assert either.responses.retrieve(last.id) == last


@pytest.mark.parametrize(
    ("question", "fields", "item"),
    [
        (
            "use add",
            {"tools": [ADD]},
            ["function_call_arguments.delta", "function_call_arguments.done"],
        ),
        (
            "use add",
            {"tools": [{"type": "custom", "name": "add"}]},
            ["custom_tool_call_input.delta", "custom_tool_call_input.done"],
        ),
        (
            "compute",
            {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
            [
                "code_interpreter_call.in_progress",
                "code_interpreter_call_code.delta",
                "code_interpreter_call_code.done",
                "code_interpreter_call.interpreting",
                "code_interpreter_call.completed",
            ],
        ),
        (
            "news",
            {"tools": [{"type": "web_search"}]},
            [
                "web_search_call.in_progress",
                "web_search_call.searching",
                "web_search_call.completed",
            ],
        ),
        ("Hello", {"tools": [MCP]}, ["mcp_list_tools.in_progress", "mcp_list_tools.failed"]),
    ],
)
def test_every_kind_of_item_tells_of_itself(
    client: openai.OpenAI, question: str, fields: dict[str, Any], item: list[str]
) -> None:
    told = names(stream(client, question, **fields))

    assert told[: 4 + len(item)] == [*OPENING, "output_item.added", *item, "output_item.done"]
    assert told[-1] == "completed"


def test_every_event_is_of_a_type_of_the_sdk(wire: httpx2.Client) -> None:
    told = {"type": "mcp", "server_label": "wiki", "name": "read"}
    store = wire.post("/vector_stores").json()["id"]
    tools = [
        MCP,
        {"type": "file_search", "vector_store_ids": [store]},
        {"type": "web_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]
    sent = {"model": "m", "input": "plot news", "stream": True, "tools": tools, "tool_choice": told}
    limits = {"context_management": [{"type": "compaction", "compact_threshold": 1000}]}
    long = sent | limits | {"input": "plot news " + "x" * 8000}

    for body in (sent, long, sent | {"max_output_tokens": 16}):
        answer = wire.post("/responses", json=body)
        lines = [line for line in answer.text.splitlines() if line.startswith("data: ")]
        for line in lines:
            event = EVENT.validate_json(line.removeprefix("data: "))
            assert event.sequence_number == lines.index(line)
        assert "[DONE]" not in answer.text


def test_the_stream_helper_of_the_sdk_ends_with_the_response(either: openai.OpenAI) -> None:
    with either.responses.stream(model="m", input="use add", tools=[ADD]) as events:
        for _ in events:
            pass
        final = events.get_final_response()

    [call] = final.output
    assert call.type == "function_call"
    assert call.arguments == "{}"


class Bill(pydantic.BaseModel):
    total: int


def test_the_stream_helper_of_the_sdk_parses_a_structured_answer(client: openai.OpenAI) -> None:
    with client.responses.stream(model="m", input="The bill?", text_format=Bill) as events:
        assert events.get_final_response().output_parsed == Bill(total=1)


@pytest.mark.parametrize(
    ("question", "fields", "last"),
    [
        ("@@provisioner-emulator: fail run@@", {}, "response.failed"),
        ("Hello", {"max_output_tokens": 16}, "response.incomplete"),
    ],
)
def test_a_stream_says_how_it_ended(
    client: openai.OpenAI, question: str, fields: dict[str, Any], last: str
) -> None:
    assert stream(client, question, **fields)[-1].type == last


def test_a_response_that_is_not_stored_can_be_streamed(client: openai.OpenAI) -> None:
    last = stream(client, "Hello", store=False)[-1]

    assert last.type == "response.completed"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(last.response.id)


def test_a_stream_in_the_background_is_taken_up_where_it_broke_off(
    start: Callable[..., openai.OpenAI],
) -> None:
    client = start()
    whole = stream(client, "Hello", background=True)
    assert names(whole)[:3] == ["created", "queued", "in_progress"]
    name = whole[0].response.id

    rest = list(client.responses.retrieve(name, stream=True, starting_after=4))

    assert [event.to_dict() for event in rest] == [event.to_dict() for event in whole[5:]]


def test_only_what_was_streamed_in_the_background_is_streamed_again(client: openai.OpenAI) -> None:
    made = client.responses.create(model="m", input="Hello")

    with pytest.raises(openai.BadRequestError, match="can be streamed again"):
        client.responses.retrieve(made.id, stream=True)


def test_a_stream_that_nobody_reads_falls_to_the_clock(client: openai.OpenAI, clock: Clock) -> None:
    events = client.responses.create(model="m", input="Hello", stream=True)
    created = next(iter(events))
    events.close()
    assert created.type == "response.created"
    assert client.responses.retrieve(created.response.id).status == "in_progress"

    clock.forward(seconds=10)

    assert client.responses.retrieve(created.response.id).status == "completed"


def test_a_stream_ends_when_its_response_is_cancelled(client: openai.OpenAI) -> None:
    events = client.responses.create(model="m", input="Hello", stream=True, background=True)
    first = next(iter(events))
    assert first.type == "response.created"
    client.responses.cancel(first.response.id)

    assert names(list(events)) == ["queued", "in_progress"]
