from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from openai.types.responses import Response

    from .conftest import Clock

HELLO: Any = {"role": "user", "content": "Hello"}


@pytest.fixture(params=["client", "socket_client"])
def either(request: pytest.FixtureRequest) -> openai.OpenAI:
    client: openai.OpenAI = request.getfixturevalue(request.param)
    return client


def wire_of(item: Any) -> Any:
    return item.to_dict()


def ask(client: openai.OpenAI, question: Any, conversation: Any, **fields: Any) -> Response:
    made: Response = client.responses.create(
        model="m", input=question, conversation=conversation, **fields
    )
    return made


def texts(client: openai.OpenAI, name: str) -> list[str]:
    """Return the messages, oldest first, each up to `You asked: …`."""
    items = client.conversations.items.list(name, order="asc")
    return [wire_of(item)["content"][0]["text"].split("asked: ")[-1] for item in items]


def test_a_conversation_is_made_changed_and_deleted(either: openai.OpenAI) -> None:
    made = either.conversations.create(items=[HELLO], metadata={"a": "b"})
    assert made.id.startswith("conv_")
    assert (made.object, made.metadata) == ("conversation", {"a": "b"})
    assert either.conversations.retrieve(made.id) == made

    assert either.conversations.update(made.id, metadata={"c": "d"}).metadata == {"c": "d"}
    assert either.conversations.update(made.id, metadata=None).metadata == {}

    deleted = either.conversations.delete(made.id)
    assert (deleted.object, deleted.deleted) == ("conversation.deleted", True)
    with pytest.raises(openai.NotFoundError, match=f"Conversation with id '{made.id}' not found."):
        either.conversations.retrieve(made.id)


def test_items_are_added_listed_and_deleted(either: openai.OpenAI) -> None:
    conversation = either.conversations.create()
    said: Any = {"role": "assistant", "content": "Hi."}

    added = either.conversations.items.create(conversation.id, items=[HELLO, said])

    first, second = added.data
    assert (added.first_id, added.last_id, added.has_more) == (first.id, second.id, False)
    listed = either.conversations.items.list(conversation.id).data
    assert [item.id for item in listed] == [second.id, first.id]
    assert [wire_of(item)["content"][0]["type"] for item in listed] == [
        "output_text",
        "input_text",
    ]
    got = either.conversations.items.retrieve(str(first.id), conversation_id=conversation.id)
    assert got.to_dict() == first.to_dict() | {"status": "completed"}
    left = either.conversations.items.delete(str(first.id), conversation_id=conversation.id)
    assert left.id == conversation.id
    assert texts(either, conversation.id) == ["Hi."]


def test_items_come_page_by_page(client: openai.OpenAI) -> None:
    conversation = client.conversations.create(
        items=[{"role": "user", "content": str(number)} for number in range(7)]
    )

    pages = client.conversations.items.list(conversation.id, limit=3, order="asc")

    assert [wire_of(item)["content"][0]["text"] for item in pages] == list("0123456")


@pytest.mark.parametrize(
    ("path", "body", "param", "code"),
    [
        ("", {"items": [HELLO] * 21}, "items", "array_above_max_length"),
        ("", {"nothing": 1}, "nothing", "unknown_parameter"),
        ("", {"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
        ("", {"items": [{"role": "user"}]}, "items[0].content", "missing_required_parameter"),
        ("/{id}", {}, "metadata", "missing_required_parameter"),
        ("/{id}", {"items": []}, "items", "unknown_parameter"),
        ("/{id}/items", {}, "items", "missing_required_parameter"),
        ("/{id}/items", {"items": [HELLO] * 21}, "items", "array_above_max_length"),
        ("/{id}/items", {"items": [{"id": "msg_a"}]}, "items", None),
        ("/{id}/items", {"items": [HELLO | {"id": "msg_a"}] * 2}, "input", None),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    wire: httpx2.Client, path: str, body: dict[str, Any], param: str, code: str | None
) -> None:
    name = wire.post("/conversations").json()["id"]

    answer = wire.post("/conversations" + path.format(id=name), json=body)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/conversations/conv_no", 404),
        ("/conversations/conv_no/items", 404),
        ("/conversations/thread_1", 400),
    ],
)
def test_a_conversation_that_is_not_there(wire: httpx2.Client, path: str, status: int) -> None:
    assert wire.get(path).status_code == status


def test_a_conversation_gains_what_its_responses_read_and_say(either: openai.OpenAI) -> None:
    conversation = either.conversations.create(items=[HELLO])

    first = ask(either, "One", conversation.id, instructions="Be brief.")
    second = ask(either, "Two", {"id": conversation.id})

    assert second.instructions is None
    assert second.conversation is not None
    assert second.conversation.id == conversation.id
    assert "Items in this context: 4." in second.output_text
    assert texts(either, conversation.id) == ["Hello", "One", "One", "Two", "Two"]
    read = either.responses.input_items.list(first.id).data
    assert len(read) == 2, "what came later is not what the first one read"


def test_functions_are_answered_in_a_conversation(client: openai.OpenAI) -> None:
    conversation = client.conversations.create()
    tools: Any = [{"type": "function", "name": "add"}]
    [call] = ask(client, "use add", conversation.id, tools=tools).output
    assert call.type == "function_call"
    with pytest.raises(openai.BadRequestError, match=f"No tool output found .* {call.call_id}"):
        ask(client, "More", conversation.id)

    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "4"}
    done = ask(client, [output], conversation.id, tools=tools)

    assert "Tool output: 4" in done.output_text
    kinds = [item.type for item in client.conversations.items.list(conversation.id, order="asc")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]


def test_a_conversation_works_on_one_response_at_a_time(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    client = start(run_seconds=0.1)
    conversation = client.conversations.create()
    first = ask(client, "One", conversation.id, background=True)

    with pytest.raises(openai.BadRequestError, match="Another process") as refused:
        ask(client, "Two", conversation.id)
    assert refused.value.code == "conversation_locked"
    clock.forward(seconds=60)
    ask(client, "Two", conversation.id)

    assert client.responses.retrieve(first.id).status == "completed"
    assert texts(client, conversation.id) == ["One", "One", "Two", "Two"]


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_a_conversation_forgets_what_came_to_nothing(
    start: Callable[..., openai.OpenAI], end: str
) -> None:
    client = start(run_seconds=0.1)
    conversation = client.conversations.create()
    if end == "cancel":
        client.responses.cancel(ask(client, "One", conversation.id, background=True).id)
    else:
        ask(client, "@@provisioner-emulator: fail run@@", conversation.id)

    assert texts(client, conversation.id) == []
    assert ask(client, "Two", conversation.id).status == "completed"


def test_a_response_goes_on_after_its_conversation_is_deleted(client: openai.OpenAI) -> None:
    conversation = client.conversations.create(items=[HELLO])
    made = ask(client, "One", conversation.id)
    client.conversations.delete(conversation.id)

    follow = client.responses.create(model="m", input="Two", previous_response_id=made.id)

    assert "Items in this context: 4." in follow.output_text


def test_a_response_that_is_not_stored_still_counts_in_its_conversation(
    client: openai.OpenAI,
) -> None:
    conversation = client.conversations.create()

    ask(client, "One", conversation.id, store=False)

    assert texts(client, conversation.id) == ["One", "One"]
