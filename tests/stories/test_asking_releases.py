"""ask, on a published release: as an application would, and nothing stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import pytest

from provisioner.model.address import Address
from provisioner.verbs.ask import Question, ask
from tests.stories.test_runtimes import on

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions
    from tests.support.stories import World

QA, ORDERS = Address("assistant", "policy-qa"), Address("assistant", "order-support")
LEAVE = "How many days of leave carry over?"
ORDER = "Where is ACM-1234567? Call lookup-order."


@pytest.fixture
def options(world: World) -> RunOptions:
    made = on(world, "responses")
    assert world.apply(made).succeeded
    return made


def exists(world: World, response: str) -> bool:
    with world.client as client:
        try:
            client.responses.retrieve(response)
        except openai.NotFoundError:
            return False
        return True


def test_an_answer_comes_from_the_knowledge_and_leaves_nothing_behind(
    world: World, options: RunOptions
) -> None:
    answer = ask(options, QA, Question(LEAVE, steps=True))

    assert answer.completed
    assert "leave" in answer.text.lower()
    assert answer.citations == ("leave.md",)
    assert [step["type"] for step in answer.steps] == ["file_search_call", "message"]
    assert answer.usage["prompt_tokens"] > 0
    assert not exists(world, answer.run_id)


def test_functions_are_answered_by_name(options: RunOptions) -> None:
    outputs = {"lookup-order": '{"status": "shipped"}'}

    answer = ask(options, ORDERS, Question(ORDER, tool_outputs=outputs))

    assert answer.completed
    assert [(call.name, call.output) for call in answer.calls] == [*outputs.items()]


def test_a_function_without_an_answer_is_named(world: World, options: RunOptions) -> None:
    answer = ask(options, ORDERS, Question(ORDER))

    assert not answer.completed
    assert answer.why == "no output for the function lookup-order: pass --tool-output NAME=JSON"
    assert not exists(world, answer.run_id)


def test_a_kept_response_is_gone_on_from(world: World, options: RunOptions) -> None:
    first = ask(options, QA, Question(LEAVE, keep_thread=True))
    second = ask(options, QA, Question("And after that?", thread=first.thread_id))

    assert exists(world, first.run_id)
    assert exists(world, second.run_id)
    with world.client as client:
        assert client.responses.retrieve(second.run_id).previous_response_id == first.run_id


def test_a_conversation_is_gone_on_with(world: World, options: RunOptions) -> None:
    with world.client as client:
        conversation = client.conversations.create().id

    answer = ask(options, QA, Question(LEAVE, thread=conversation))

    assert answer.thread_id == conversation
    with world.client as client:
        said = [item.type for item in client.conversations.items.list(conversation)]
    assert said.count("message") == 2
