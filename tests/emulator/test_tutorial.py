from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import pytest

if TYPE_CHECKING:
    from openai.types.beta.thread_create_and_run_params import Thread
    from openai.types.beta.threads import Message

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")


@pytest.fixture(params=["client", "socket_client"])
def either(request: pytest.FixtureRequest) -> openai.OpenAI:
    client: openai.OpenAI = request.getfixturevalue(request.param)
    return client


def text_of(message: Message) -> str:
    return "".join(part.text.value for part in message.content if part.type == "text")


def test_the_tutorial_walks_from_assistant_to_answer_and_cleans_up(either: openai.OpenAI) -> None:
    beta = either.beta
    tutor = beta.assistants.create(model="gpt-4o", name="Tutor", instructions="Be brief.")
    thread = beta.threads.create()
    beta.threads.messages.create(thread.id, role="user", content="What is 2 + 2?")

    run = beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=tutor.id, poll_interval_ms=10
    )

    assert run.status == "completed"
    assert run.usage is not None
    assert run.usage.total_tokens > 0
    newest, oldest = beta.threads.messages.list(thread.id)
    assert text_of(oldest) == "What is 2 + 2?"
    assert newest.role == "assistant"
    assert newest.run_id == run.id
    assert "[stand-in model]" in text_of(newest)
    assert "Tutor" in text_of(newest)
    assert "gpt-4o" in text_of(newest)
    assert beta.threads.delete(thread.id).deleted
    assert beta.assistants.delete(tutor.id).object == "assistant.deleted"
    with pytest.raises(openai.NotFoundError, match=f"No assistant found with id '{tutor.id}'"):
        beta.assistants.retrieve(tutor.id)


def test_a_run_streams_its_events_in_the_order_of_the_platform(either: openai.OpenAI) -> None:
    beta = either.beta
    tutor = beta.assistants.create(model="gpt-4o")
    thread: Thread = {"messages": [{"role": "user", "content": "Hello"}]}

    stream = beta.threads.create_and_run(assistant_id=tutor.id, thread=thread, stream=True)
    events = [event.event for event in stream]

    deltas = [event for event in events if event == "thread.message.delta"]
    assert len(deltas) > 1
    assert [event for event in events if event != "thread.message.delta"] == [
        "thread.created",
        "thread.run.created",
        "thread.run.queued",
        "thread.run.in_progress",
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.message.created",
        "thread.message.in_progress",
        "thread.message.completed",
        "thread.run.step.completed",
        "thread.run.completed",
    ]
