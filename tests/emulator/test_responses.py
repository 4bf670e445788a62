from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from .conftest import Clock

PER_CALL = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}
ADD: Any = {"type": "function", "name": "add", "parameters": {"type": "object"}}


@pytest.fixture(params=["client", "socket_client"])
def either(request: pytest.FixtureRequest) -> openai.OpenAI:
    client: openai.OpenAI = request.getfixturevalue(request.param)
    return client


def wire_of(item: Any) -> Any:
    return item.to_dict()


def ask(client: openai.OpenAI, question: Any = "Hello", **fields: Any) -> Response:
    made: Response = client.responses.create(**{"model": "gpt-6-luna", "input": question} | fields)
    return made


def test_a_response_says_how_it_was_asked_for_and_what_came_of_it(wire: httpx2.Client) -> None:
    made = wire.post("/responses", json={"model": "gpt-6-luna", "input": "Hello"}).json()

    [message] = made.pop("output")
    assert message["content"][0]["text"].startswith("[stand-in model] ")
    assert "You asked: Hello" in message["content"][0]["text"]
    assert made.pop("id").startswith("resp_")
    usage = made.pop("usage")
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert made == {
        "object": "response",
        "created_at": 1_800_000_000,
        "completed_at": 1_800_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "conversation": None,
        "background": False,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "model": "gpt-6-luna",
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "prompt_cache_retention": None,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": None,
        "service_tier": "default",
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "user": None,
        "metadata": {},
    }


def test_a_response_is_kept_and_deleted(either: openai.OpenAI) -> None:
    made = ask(either)

    assert either.responses.retrieve(made.id) == made
    either.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError, match=f"Response with id '{made.id}' not found."):
        either.responses.retrieve(made.id)


def test_a_deletion_is_confirmed(wire: httpx2.Client) -> None:
    made = wire.post("/responses", json={"model": "m", "input": "Hello"}).json()

    answer = wire.delete(f"/responses/{made['id']}")

    assert answer.json() == {"id": made["id"], "object": "response", "deleted": True}


def test_a_response_that_is_not_stored_leaves_nothing(client: openai.OpenAI) -> None:
    made = ask(client, store=False)

    assert made.status == "completed"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, previous_response_id=made.id)
    assert refused.value.code == "previous_response_not_found"


@pytest.mark.parametrize("path", ["/responses/abc", "/responses/abc/input_items"])
def test_an_id_of_another_kind_is_refused(wire: httpx2.Client, path: str) -> None:
    answer = wire.get(path)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "Invalid 'response_id': 'abc'. Expected an ID that begins with 'resp'."
    )


@pytest.mark.parametrize(
    "path",
    ["/responses", "/conversations"],
)
def test_there_is_no_list(wire: httpx2.Client, path: str) -> None:
    assert wire.get(path).status_code == 405


def test_a_chain_carries_items_but_not_instructions(client: openai.OpenAI) -> None:
    first = ask(client, "My name is Ada.", instructions="Be brief.")
    second = ask(client, "And my name?", previous_response_id=first.id)

    assert second.instructions is None
    assert "Items in this context: 3" in second.output_text
    read = client.responses.input_items.list(second.id, order="asc").data
    assert [wire_of(item)["role"] for item in read] == ["user", "assistant", "user"]
    assert second.usage is not None
    assert first.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens


def test_a_chain_outlives_the_deletion_of_a_link(client: openai.OpenAI) -> None:
    first = ask(client, "One")
    second = ask(client, "Two", previous_response_id=first.id)
    client.responses.delete(first.id)

    third = ask(client, "Three", previous_response_id=second.id)

    assert "Items in this context: 5" in third.output_text


def test_input_items_come_page_by_page(client: openai.OpenAI) -> None:
    given = [{"role": "user", "content": str(number)} for number in range(7)]
    made = ask(client, given)

    pages = client.responses.input_items.list(made.id, limit=3)
    texts = [wire_of(item)["content"][0]["text"] for item in pages]

    assert texts == ["6", "5", "4", "3", "2", "1", "0"]
    first = client.responses.input_items.list(made.id, limit=3, order="asc")
    assert len(first.data) == 3
    assert first.has_more
    with pytest.raises(openai.BadRequestError, match="no object found with id 'msg_no'"):
        client.responses.input_items.list(made.id, after="msg_no")


def test_output_can_be_sent_back_as_input(client: openai.OpenAI) -> None:
    history: list[Any] = [{"role": "user", "content": "One"}]
    history += [item.to_dict() for item in ask(client, history, store=False).output]
    history.append({"role": "user", "content": "Two"})

    made = ask(client, history, store=False)

    assert "Items in this context: 3. You asked: Two" in made.output_text


def test_an_item_can_be_referred_to(client: openai.OpenAI) -> None:
    said = ask(client, "One").output[0]

    made = ask(
        client, [{"type": "item_reference", "id": said.id}, {"role": "user", "content": "?"}]
    )

    read = client.responses.input_items.list(made.id, order="asc").data
    assert next(item.id for item in read) == said.id
    with pytest.raises(openai.NotFoundError, match="Item with id 'msg_no' not found"):
        ask(client, [{"id": "msg_no"}])


def test_an_item_that_the_chain_has_already_is_refused(client: openai.OpenAI) -> None:
    first = ask(client)
    again: Any = first.output[0].to_dict()

    with pytest.raises(openai.BadRequestError, match=f"Duplicate item found with id {again['id']}"):
        ask(client, [again], previous_response_id=first.id)


def test_a_function_is_called_and_its_output_continues_the_chain(either: openai.OpenAI) -> None:
    first = ask(either, "Please use add.", tools=[ADD])
    [call] = first.output
    assert call.type == "function_call"
    assert (first.status, call.name, call.arguments) == ("completed", "add", "{}")

    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "It is 4."}
    second = ask(either, [output], tools=[ADD], previous_response_id=first.id)

    assert "You asked: Please use add. Tool output: It is 4." in second.output_text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"role": "user", "content": "?"}], "No tool output found for function call call_"),
        (
            [{"type": "function_call_output", "call_id": "call_no", "output": ""}],
            "No tool call found for function call output with call_id call_no.",
        ),
    ],
)
def test_calls_and_their_outputs_belong_together(
    client: openai.OpenAI, given: Any, message: str
) -> None:
    first = ask(client, "use add", tools=[ADD])

    with pytest.raises(openai.BadRequestError, match=message) as refused:
        ask(client, given, previous_response_id=first.id)
    assert refused.value.param == "input"


def test_too_long_an_input_is_refused_or_cut_at_its_beginning(client: openai.OpenAI) -> None:
    given = [{"role": "user", "content": "x" * 300_000}] * 2 + [{"role": "user", "content": "End?"}]

    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, given)
    assert (refused.value.code, refused.value.param) == ("context_length_exceeded", "input")
    cut = ask(client, given, truncation="auto")
    assert "Items in this context: 3, 1 of them dropped by truncation." in cut.output_text
    assert cut.usage is not None
    assert cut.usage.input_tokens == 75_001


def test_an_answer_over_the_token_limit_is_incomplete(client: openai.OpenAI) -> None:
    made = ask(client, max_output_tokens=16)

    assert made.status == "incomplete"
    assert made.incomplete_details is not None
    assert made.incomplete_details.reason == "max_output_tokens"
    assert wire_of(made.output[0])["status"] == "incomplete"
    assert made.usage is not None
    assert made.usage.output_tokens == 16
    assert wire_of(made)["completed_at"] is None


def test_arguments_over_the_token_limit_are_incomplete(client: openai.OpenAI) -> None:
    big = {"type": "object", "properties": {"a": {"type": "string", "minLength": 200}}}
    tool: Any = {"type": "function", "name": "add", "parameters": big, "strict": False}

    made = ask(client, "use add", tools=[tool], max_output_tokens=16)

    [call] = made.output
    assert call.type == "function_call"
    assert (made.status, call.status, len(call.arguments)) == ("incomplete", "incomplete", 64)


@pytest.mark.parametrize(
    ("line", "code"), [("fail run", "server_error"), ("rate limit run", "rate_limit_exceeded")]
)
def test_a_response_fails_when_the_message_asks_for_it(
    client: openai.OpenAI, line: str, code: str
) -> None:
    made = ask(client, f"@@provisioner-emulator: {line}@@")

    assert made.status == "failed"
    assert made.error is not None
    assert made.error.code == code
    assert made.output == []


def test_a_schema_that_the_model_cannot_meet_fails_its_response_only(client: openai.OpenAI) -> None:
    endless = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    tool: Any = {"type": "function", "name": "dig", "parameters": endless, "strict": False}

    assert ask(client, "use dig", tools=[tool]).status == "failed"
    assert ask(client).status == "completed"


def test_a_response_in_the_background_moves_with_the_clock(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    client = start(run_seconds=10)
    made = ask(client, background=True)
    assert (made.status, made.output, made.usage) == ("queued", [], None)

    clock.forward(seconds=5)
    assert client.responses.retrieve(made.id).status == "in_progress"
    with pytest.raises(openai.BadRequestError, match="is still in_progress"):
        ask(client, previous_response_id=made.id)

    clock.forward(seconds=60)
    done = client.responses.retrieve(made.id)
    assert (done.status, done.completed_at) == ("completed", made.created_at + 10)


def test_only_a_response_in_the_background_can_be_cancelled(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    client = start(run_seconds=1)
    made = ask(client, background=True)

    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.cancel(made.id).status == "cancelled"
    clock.forward(seconds=60)
    assert client.responses.retrieve(made.id).status == "cancelled"
    done = ask(client)
    with pytest.raises(openai.BadRequestError, match="Cannot cancel a synchronous response"):
        client.responses.cancel(done.id)


def test_who_waits_for_a_response_waits_as_long_as_it_takes(
    start: Callable[..., openai.OpenAI],
) -> None:
    client = start(run_seconds=0.5)
    started = time.monotonic()

    assert ask(client).status == "completed"
    assert time.monotonic() - started >= 0.4


def test_tokens_are_counted_as_a_response_would(client: openai.OpenAI) -> None:
    earlier = ask(client, "One")
    counted = client.responses.input_tokens.count(
        model="m", input="Two", previous_response_id=earlier.id, instructions="Be brief."
    )

    made = ask(client, "Two", previous_response_id=earlier.id, instructions="Be brief.")

    assert made.usage is not None
    assert counted.input_tokens == made.usage.input_tokens


def test_a_long_context_is_compacted(client: openai.OpenAI) -> None:
    compaction: Any = [{"type": "compaction", "compact_threshold": 1000}]
    given = [{"role": "user", "content": "x" * 8000}, {"role": "user", "content": "Long?"}]
    first = ask(client, given, context_management=compaction)
    assert [item.type for item in first.output] == ["compaction", "message"]

    second = ask(client, "Short?", previous_response_id=first.id, context_management=compaction)

    assert [item.type for item in second.output] == ["message"]
    assert "Items in this context: 3" in second.output_text


def test_a_body_has_the_types_of_the_sdk(wire: httpx2.Client) -> None:
    for fields in ({}, {"tools": [ADD], "input": "use add"}):
        body = wire.post("/responses", json={"model": "m", "input": "Hello", **fields}).json()
        Response.model_validate(body, strict=True)


def test_moderation_is_said_to_be_none(client: openai.OpenAI) -> None:
    asked = client.responses.create(
        model="gpt-6.1-terra",
        input="Hello",
        moderation={"model": "omni-moderation-latest", "policy": {"output": {"mode": "block"}}},
    )

    assert asked.status == "completed"
    assert asked.moderation
    assert {asked.moderation.input.type, asked.moderation.output.type} == {"error"}
