from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from openai.types.beta.threads import Run

    from .conftest import Clock

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")

LOOK_UP: Any = {
    "type": "function",
    "function": {
        "name": "lookup-order",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "depth": {"type": "integer", "minimum": 2},
                "kind": {"enum": ["open", "closed"]},
            },
        },
    },
}
ADD: Any = {"type": "function", "function": {"name": "add"}}


class Talk:
    """One assistant and one thread, and runs on them."""

    def __init__(self, client: openai.OpenAI, **assistant: Any) -> None:
        self.client = client
        self.runs = client.beta.threads.runs
        self.assistant = client.beta.assistants.create(**({"model": "gpt-4o"} | assistant))
        self.thread = client.beta.threads.create()

    def say(self, text: str) -> None:
        self.client.beta.threads.messages.create(self.thread.id, role="user", content=text)

    def start(self, **dials: Any) -> Run:
        made: Run = self.runs.create(self.thread.id, assistant_id=self.assistant.id, **dials)
        return made

    def read(self, run: Run) -> Run:
        return self.runs.retrieve(run.id, thread_id=self.thread.id)

    def run(self, text: str = "Hello", **dials: Any) -> Run:
        self.say(text)
        return self.read(self.start(**dials))

    def answer(self) -> str:
        newest = next(iter(self.client.beta.threads.messages.list(self.thread.id)))
        return "".join(part.text.value for part in newest.content if part.type == "text")

    def submit(self, run: Run, output: str = "shipped") -> Run:
        assert run.required_action is not None
        [call] = run.required_action.submit_tool_outputs.tool_calls
        self.runs.submit_tool_outputs(
            run.id,
            thread_id=self.thread.id,
            tool_outputs=[{"tool_call_id": call.id, "output": output}],
        )
        return self.read(run)


@pytest.fixture
def talk(client: openai.OpenAI) -> Talk:
    return Talk(client)


def test_a_run_passes_through_its_states_with_the_clock(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    talk = Talk(start(run_seconds=10))
    talk.say("Hello")
    run = talk.start()
    assert (run.status, run.usage, run.expires_at) == ("queued", None, run.created_at + 600)

    clock.forward(seconds=5)
    working = talk.read(run)
    assert (working.status, working.started_at) == ("in_progress", run.created_at + 2)

    clock.forward(seconds=60)
    done = talk.read(run)
    assert (done.status, done.completed_at) == ("completed", run.created_at + 10)
    assert done.usage is not None


def test_every_dial_of_a_run_is_echoed(talk: Talk) -> None:
    dials: dict[str, Any] = {
        "model": "gpt-4.1",
        "instructions": "Be brief.",
        "temperature": 0.5,
        "top_p": 0.5,
        "max_prompt_tokens": 256,
        "max_completion_tokens": 256,
        "truncation_strategy": {"type": "last_messages", "last_messages": 3},
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "response_format": {"type": "text"},
        "reasoning_effort": "low",
        "metadata": {"a": "b"},
    }

    run = talk.start(**dials).to_dict()

    assert {key: run[key] for key in dials} == dials


def test_a_run_takes_from_the_assistant_what_it_is_not_told(client: openai.OpenAI) -> None:
    talk = Talk(client, instructions="Be kind.", temperature=0.25, tools=[ADD])

    run = talk.start(additional_instructions="Be brief.")

    assert (run.instructions, run.temperature, run.top_p) == ("Be kind. Be brief.", 0.25, 1.0)
    assert run.tool_choice == "auto"
    assert run.truncation_strategy is not None
    assert run.truncation_strategy.to_dict() == {"type": "auto", "last_messages": None}
    assert len(run.tools) == 1


@pytest.mark.parametrize(
    ("dials", "param", "code"),
    [
        ({"max_prompt_tokens": 255}, "max_prompt_tokens", "integer_below_min_value"),
        ({"max_completion_tokens": 1}, "max_completion_tokens", "integer_below_min_value"),
        ({"truncation_strategy": {"type": "none"}}, "truncation_strategy.type", "invalid_value"),
        (
            {"truncation_strategy": {"type": "last_messages"}},
            "truncation_strategy.last_messages",
            "missing_required_parameter",
        ),
        ({"tool_choice": "sometimes"}, "tool_choice", "invalid_value"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "no"}}},
            "tool_choice",
            "invalid_value",
        ),
        ({"tools": [{"type": "code_interpreter"}] * 21}, "tools", "array_above_max_length"),
        ({"tool_resources": {}}, "tool_resources", "unknown_parameter"),
        ({"nothing": 1}, "nothing", "unknown_parameter"),
    ],
)
def test_a_wrong_dial_is_refused_by_name(
    wire: httpx2.Client, dials: dict[str, Any], param: str, code: str
) -> None:
    assistant = wire.post("/assistants", json={"model": "m"}).json()["id"]
    thread = wire.post("/threads").json()["id"]

    answer = wire.post(f"/threads/{thread}/runs", json={"assistant_id": assistant, **dials})

    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, code)


def test_a_thread_is_locked_while_a_run_is_active(start: Callable[..., openai.OpenAI]) -> None:
    talk = Talk(start(run_seconds=10))
    run = talk.start()

    with pytest.raises(
        openai.BadRequestError,
        match=f"Can't add messages to {talk.thread.id} while a run {run.id} is active",
    ):
        talk.say("More")
    with pytest.raises(openai.BadRequestError, match=f"already has an active run {run.id}"):
        talk.start()


def test_a_cancelled_run_is_cancelling_first(start: Callable[..., openai.OpenAI]) -> None:
    talk = Talk(start(run_seconds=10))
    run = talk.start()

    assert talk.runs.cancel(run.id, thread_id=talk.thread.id).status == "cancelling"
    cancelled = talk.read(run)

    assert cancelled.status == "cancelled"
    assert cancelled.cancelled_at is not None
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'cancelled'"):
        talk.runs.cancel(run.id, thread_id=talk.thread.id)


@pytest.mark.parametrize(
    ("question", "choice"),
    [
        ("Please use LOOKUP-ORDER for A-1042.", "auto"),
        ("Where is A-1042?", {"type": "function", "function": {"name": "lookup-order"}}),
    ],
)
def test_a_run_asks_for_a_function_and_goes_on_with_its_output(
    client: openai.OpenAI, question: str, choice: Any
) -> None:
    talk = Talk(client, tools=[ADD, LOOK_UP])
    run = talk.run(question, tool_choice=choice)

    assert run.status == "requires_action"
    assert run.required_action is not None
    [call] = run.required_action.submit_tool_outputs.tool_calls
    assert call.function.name == "lookup-order"
    assert json.loads(call.function.arguments) == {
        "order_id": "A-1042",
        "depth": 2,
        "kind": "open",
    }

    done = talk.submit(run, "It is on a train.")

    assert done.status == "completed"
    assert done.required_action is None
    assert "It is on a train." in talk.answer()
    steps = talk.runs.steps.list(run.id, thread_id=talk.thread.id, order="asc").data
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]
    assert [step.status for step in steps] == ["completed", "completed"]
    assert done.usage is not None
    assert done.usage.total_tokens == sum(step.usage.total_tokens for step in steps if step.usage)
    shown: Any = steps[0].to_dict()["step_details"]
    assert shown["tool_calls"][0]["function"]["output"] == "It is on a train."


@pytest.mark.parametrize(
    ("question", "choice", "status"),
    [
        ("Say hello.", "auto", "completed"),
        ("Say hello.", "required", "requires_action"),
        ("use add", "none", "completed"),
        ("use add-ons", "auto", "completed"),
        ("add or multiply?", {"type": "function", "function": {"name": "add"}}, "requires_action"),
    ],
)
def test_a_function_is_called_only_when_it_is_named_or_required(
    client: openai.OpenAI, question: str, choice: Any, status: str
) -> None:
    assert Talk(client, tools=[ADD]).run(question, tool_choice=choice).status == status


def test_tool_outputs_must_be_those_that_are_asked_for(client: openai.OpenAI) -> None:
    talk = Talk(client, tools=[ADD])
    run = talk.run("use add")
    submit = talk.runs.submit_tool_outputs

    with pytest.raises(openai.BadRequestError, match="Expected tool outputs for call_ids"):
        submit(run.id, thread_id=talk.thread.id, tool_outputs=[])
    talk.submit(run)
    with pytest.raises(openai.BadRequestError, match='status "completed" do not accept'):
        submit(run.id, thread_id=talk.thread.id, tool_outputs=[])


def test_a_run_that_waits_too_long_expires(client: openai.OpenAI, clock: Clock) -> None:
    talk = Talk(client, tools=[ADD])
    run = talk.run("use add")

    clock.forward(seconds=601)

    assert talk.read(run).status == "expired"
    [step] = talk.runs.steps.list(run.id, thread_id=talk.thread.id)
    assert (step.status, step.expired_at is not None) == ("expired", True)
    talk.say("The thread is free again.")


def test_an_answer_over_the_completion_limit_is_cut(talk: Talk) -> None:
    run = talk.run("Repeat this. " * 200, max_completion_tokens=256)

    assert run.status == "incomplete"
    assert run.incomplete_details is not None
    assert run.incomplete_details.reason == "max_completion_tokens"
    assert run.usage is not None
    assert run.usage.completion_tokens == 256
    [message] = talk.client.beta.threads.messages.list(talk.thread.id, run_id=run.id)
    assert message.status == "incomplete"
    assert message.incomplete_details is not None
    assert message.incomplete_details.reason == "max_tokens"


def test_a_prompt_over_its_limit_ends_incomplete(talk: Talk) -> None:
    run = talk.run("x" * 5000, max_prompt_tokens=256)

    assert run.status == "incomplete"
    assert run.incomplete_details is not None
    assert run.incomplete_details.reason == "max_prompt_tokens"


def test_truncation_drops_from_the_middle_or_keeps_the_last(talk: Talk) -> None:
    for _ in range(10):
        talk.say("x" * 400)

    dropped = talk.run("The end.", max_prompt_tokens=300)
    assert dropped.status == "completed"
    assert "8 of them dropped by truncation" in talk.answer()
    assert dropped.usage is not None
    assert dropped.usage.prompt_tokens <= 300

    last: Any = {"type": "last_messages", "last_messages": 1}
    kept = talk.run("Again.", truncation_strategy=last)
    assert kept.usage is not None
    assert kept.usage.prompt_tokens == 2


@pytest.mark.parametrize(
    ("line", "code"), [("fail run", "server_error"), ("rate limit run", "rate_limit_exceeded")]
)
def test_a_run_fails_when_the_message_asks_for_it(talk: Talk, line: str, code: str) -> None:
    run = talk.run(f"@@provisioner-emulator: {line}@@")

    assert run.status == "failed"
    assert run.last_error is not None
    assert run.last_error.code == code
    assert run.failed_at is not None


def test_a_schema_that_the_model_cannot_meet_fails_its_run_only(client: openai.OpenAI) -> None:
    endless = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    tool = {"type": "function", "function": {"name": "dig", "parameters": endless}}

    assert Talk(client, tools=[tool]).run("use dig").status == "failed"
    assert Talk(client).run().status == "completed"


def test_tool_outputs_can_be_streamed(client: openai.OpenAI) -> None:
    talk = Talk(client, tools=[ADD])
    talk.say("use add")
    with talk.runs.stream(thread_id=talk.thread.id, assistant_id=talk.assistant.id) as asking:
        assert [event.event for event in asking][-1] == "thread.run.requires_action"
        run = asking.current_run
    assert run is not None
    assert run.required_action is not None
    [call] = run.required_action.submit_tool_outputs.tool_calls

    with talk.runs.submit_tool_outputs_stream(
        run_id=run.id,
        thread_id=talk.thread.id,
        tool_outputs=[{"tool_call_id": call.id, "output": "4"}],
    ) as answering:
        events = [event.event for event in answering]
        text = "".join(
            part.text.value
            for message in answering.get_final_messages()
            for part in message.content
            if part.type == "text"
        )

    assert events[0] == "thread.run.queued"
    assert events[-1] == "thread.run.completed"
    assert text == talk.answer()


def test_a_stream_that_nobody_reads_falls_to_the_clock(talk: Talk, clock: Clock) -> None:
    talk.say("Hello")
    stream = talk.runs.create(talk.thread.id, assistant_id=talk.assistant.id, stream=True)
    created = next(iter(stream))
    stream.close()
    assert created.event == "thread.run.created"
    assert talk.read(created.data).status == "queued"

    clock.forward(seconds=10)

    assert talk.read(created.data).status == "completed"


def test_an_expired_store_fails_the_run(client: openai.OpenAI, clock: Clock) -> None:
    store = client.vector_stores.create(expires_after={"anchor": "last_active_at", "days": 1})
    talk = Talk(
        client,
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store.id]}},
    )
    clock.forward(days=2)

    run = talk.run()

    assert run.last_error is not None
    assert f"Vector store {store.id} has expired" in run.last_error.message


def test_runs_and_their_metadata_can_be_listed_and_updated(talk: Talk) -> None:
    first, second = talk.run(), talk.run()

    updated = talk.runs.update(first.id, thread_id=talk.thread.id, metadata={"a": "b"})

    assert updated.metadata == {"a": "b"}
    assert [run.id for run in talk.runs.list(talk.thread.id)] == [second.id, first.id]
    with pytest.raises(openai.NotFoundError, match="No run found with id 'run_no'"):
        talk.runs.retrieve("run_no", thread_id=talk.thread.id)


def test_create_and_run_and_poll_makes_thread_and_run_at_once(client: openai.OpenAI) -> None:
    assistant = client.beta.assistants.create(model="m", tools=[{"type": "code_interpreter"}])
    file_id = client.files.create(file=("a.csv", b"a\n1\n2\n"), purpose="assistants").id

    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "How long is the csv?"}]},
        tool_resources={"code_interpreter": {"file_ids": [file_id]}},
        poll_interval_ms=1,
    )

    assert run.status == "completed"
    answer = next(iter(client.beta.threads.messages.list(run.thread_id)))
    assert "a.csv: 2 rows, 1 columns" in answer.to_json()
