"""ask, on an agent: a session of its own, one turn, and nothing is left running or behind."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.model.address import Address
from provisioner.model.errors import Ambiguous, ProvisionerError
from provisioner.verbs.ask import Question, ask
from tests.stories.test_runtimes import on
from tests.support.faults import Fault, Faulty, creating, cut_body, drop, fail, hang
from tests.support.habits import reply
from tests.support.servers import Rows, Wrapper
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openai.types.beta import AgentSession
    from werkzeug.wrappers import Request, Response

    from provisioner.verbs._shared.session import RunOptions
    from tests.support.faults import Effect
    from tests.support.stories import World

QA, ORDERS = Address("assistant", "policy-qa"), Address("assistant", "order-support")
CLERK = Address("assistant", "clerk")
LEAVE = "How many days of leave carry over?"
ORDER = "Where is ACM-1234567? Call lookup-order."
OUTPUTS = {"lookup-order": '{"status": "shipped"}'}


@pytest.fixture
def options(world: World) -> RunOptions:
    made = on(world, "agents")
    assert world.apply(made).succeeded
    return made


def clerk(world: World, **spec: Any) -> RunOptions:
    """One agent, with whatever a test wants of it."""
    stack = deepcopy(STACK)
    stack["spec"]["targets"]["local"] = {"runtime": "agents", "server": "embedded"}
    world.write([stack, manifest("Assistant", "clerk", model="gpt-6.1-terra", **spec)])
    assert world.apply().succeeded
    return world.options


def sessions(world: World) -> list[AgentSession]:
    with world.client as client:
        return list(client.beta.agents.sessions.list())


def kept(world: World, id: str) -> AgentSession:
    with world.client as client:
        return client.beta.agents.sessions.retrieve(id)


def test_an_answer_leaves_nothing_behind(world: World, options: RunOptions) -> None:
    told: list[str] = []

    answer = ask(options, QA, Question(LEAVE, steps=True), told.append)

    assert answer.completed
    assert f"You asked: {LEAVE}" in answer.text
    assert [(step["type"], step["role"]) for step in answer.steps] == [
        ("message", "user"),
        ("message", "assistant"),
    ]
    assert answer.usage.keys() == {"prompt_tokens", "completion_tokens"}
    assert answer.usage["prompt_tokens"] > 0
    assert answer.run_id.startswith("turn_")
    assert answer.why == ""
    assert told == [f"Session {answer.thread_id}, deleted afterwards"]
    assert sessions(world) == []


def test_a_session_is_begun_as_the_manifest_says_and_says_whose_it_is(world: World) -> None:
    settings = {"environment": {"type": "openai_hosted", "container_size": "small"}}
    options = clerk(
        world, session={**settings, "spend_limit": 500}, prompt_cache_options={"ttl": "12h"}
    )

    answer = ask(options, CLERK, Question("Hello?", keep_thread=True))

    session = kept(world, answer.thread_id)
    assert session.environment.type == "openai_hosted"
    assert session.to_dict()["spend_control"] == {"consumed": 0, "limit": 500}
    assert session.prompt_cache_options
    assert session.prompt_cache_options.ttl == "12h"
    asked = session.metadata.pop("provisioner.asked")
    assert len(asked) == 16
    assert session.metadata == {
        "provisioner.owner": "k3v9q0x7dp/default",
        "provisioner.address": "assistant.clerk",
        "provisioner.source": "ask",
    }


def test_functions_are_answered_by_name(world: World, options: RunOptions) -> None:
    answer = ask(options, ORDERS, Question(ORDER, tool_outputs=OUTPUTS, steps=True))

    assert answer.completed
    assert [(call.name, call.output) for call in answer.calls] == [*OUTPUTS.items()]
    assert json.loads(answer.calls[0].arguments)["order_id"] == "ACM-1234567"
    assert [step["output"] for step in answer.steps if "output" in step] == [*OUTPUTS.values()]
    assert sessions(world) == []


def test_a_function_without_an_answer_is_named_and_the_turn_cancelled(
    world: World, options: RunOptions
) -> None:
    answer = ask(options, ORDERS, Question(ORDER, keep_thread=True))

    assert answer.status == "cancelled"
    assert answer.why == "no output for the function lookup-order: pass --tool-output NAME=JSON"
    assert kept(world, answer.thread_id).status == "idle"


def test_a_reached_spend_limit_is_told_with_what_was_said(world: World) -> None:
    options = clerk(world, session={"spend_limit": 3})

    answer = ask(options, CLERK, Question("Hello? @@provisioner-emulator: spend 5@@"))

    assert not answer.completed
    assert answer.status == "budget_reached"
    assert answer.why == "5 of 3 US cents have been spent (session.spend_limit)"
    assert "You asked: Hello?" in answer.text
    assert sessions(world) == []


@pytest.mark.parametrize("order", ["fail run", "fail session"])
def test_what_fails_says_why(world: World, options: RunOptions, order: str) -> None:
    answer = ask(options, QA, Question(f"@@provisioner-emulator: {order}@@"))

    assert answer.status == "failed"
    assert answer.why == "server_error: Sorry, something went wrong."
    assert sessions(world) == []


def test_a_turn_that_takes_too_long_is_cancelled_before_its_session_is_deleted(
    world: World,
) -> None:
    options = clerk(world)
    slow = slowly(world)
    told: list[str] = []

    answer = ask(replace(slow, timeout=0.6), CLERK, Question("Hello?", keep_thread=True))
    gone = ask(replace(slow, timeout=0.6), CLERK, Question("Hello?"), told.append)

    assert answer.status == gone.status == "cancelled"
    assert answer.why == "it was still in_progress when the time was up (--timeout)"
    assert [session.id for session in sessions(world)] == [answer.thread_id]
    assert len(told) == 1
    assert options == slow


def slowly(world: World) -> RunOptions:
    """The same manifests, applied to a server whose turns take a minute."""
    world.server.close()
    world.server = world.app = create_app(run_seconds=60)
    assert world.apply().succeeded
    return world.options


def test_an_interruption_leaves_no_session(world: World) -> None:
    clerk(world)
    options = slowly(world)

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(options, CLERK, Question("Hello?"), interrupt)

    assert sessions(world) == []


@pytest.mark.parametrize("lost", [fail(500), drop(), hang(), cut_body()])
def test_a_session_whose_answer_was_lost_is_found_and_gone_on_with(
    world: World, lost: Effect
) -> None:
    options = clerk(world)
    kept = ask(options, CLERK, Question("Hello?", keep_thread=True))
    world.app = Faulty(world.server, Fault(creating("agents/sessions"), lost))

    answer = ask(options, CLERK, Question("Are you there?"))

    assert answer.completed
    assert "You asked: Are you there?" in answer.text
    assert [session.id for session in sessions(world)] == [kept.thread_id]


def test_a_session_that_was_never_made_is_not_waited_for_forever(world: World) -> None:
    options = clerk(world)
    refuse = fail(503, performed=False)
    world.app = Faulty(world.server, Fault(creating("agents/sessions"), refuse, times=9))

    with pytest.raises(Ambiguous, match="Whether it was performed is not known"):
        ask(options, CLERK, Question("Hello?"))

    assert sessions(world) == []


def test_an_interruption_before_the_session_is_known_leaves_none(world: World) -> None:
    clerk(world)
    options = slowly(world)

    def interrupt(_request: Request, perform: Callable[[], Response]) -> Response:
        perform()
        raise KeyboardInterrupt

    world.app = Faulty(world.server, Fault(creating("agents/sessions"), interrupt))

    with pytest.raises(KeyboardInterrupt):
        ask(options, CLERK, Question("Hello?"))

    assert sessions(world) == []


def test_a_kept_session_is_gone_on_with_and_stays(world: World, options: RunOptions) -> None:
    first = ask(options, QA, Question(LEAVE, keep_thread=True))
    second = ask(options, QA, Question("And after that?", thread=first.thread_id))

    assert second.thread_id == first.thread_id
    assert second.run_id != first.run_id
    assert "You asked: And after that?" in second.text
    assert LEAVE not in second.text
    assert second.thread_kept
    assert kept(world, first.thread_id).status == "idle"


def test_a_session_of_another_agent_is_not_gone_on_with(options: RunOptions) -> None:
    other = ask(options, ORDERS, Question("Hello?", keep_thread=True))

    with pytest.raises(ProvisionerError, match="not this assistant's"):
        ask(options, QA, Question(LEAVE, thread=other.thread_id))


def test_a_session_that_does_not_exist_is_refused(options: RunOptions) -> None:
    with pytest.raises(ProvisionerError, match="sess_0"):
        ask(options, QA, Question(LEAVE, thread="sess_0"))


def test_what_a_hosted_session_publishes_is_listed_and_saved(world: World, tmp_path: Path) -> None:
    options = clerk(world, session={"environment": {"type": "openai_hosted"}})
    question = Question("Plot a chart, please", save_files=tmp_path / "out")

    unsaved = ask(options, CLERK, replace(question, save_files=None))
    for _ in range(2):
        answer = ask(options, CLERK, question)

    assert [(file.name, file.path) for file in unsaved.files] == [("stand-in-chart.png", None)]
    assert [file.path for file in answer.files] == [tmp_path / "out" / "stand-in-chart-1.png"]
    assert {file.read_bytes()[:4] for file in (tmp_path / "out").iterdir()} == {b"\x89PNG"}
    assert sessions(world) == []


def test_only_the_files_of_this_turn_are_listed(world: World) -> None:
    options = clerk(world, session={"environment": {"type": "openai_hosted"}})

    first = ask(options, CLERK, Question("Save a file", keep_thread=True))
    second = ask(options, CLERK, Question("Hello?", thread=first.thread_id))

    assert [file.name for file in first.files] == ["stand-in-output.csv"]
    assert second.files == ()


def test_an_agent_that_works_on_a_machine_of_its_own_is_asked(world: World) -> None:
    environment = {"type": "self_hosted", "workspace_directory": "/srv/agent"}
    options = clerk(world, session={"environment": environment})

    answer = ask(options, CLERK, Question("Hello?", keep_thread=True))

    assert answer.completed
    assert kept(world, answer.thread_id).environment.type == "self_hosted"


class Unconnected(Wrapper):
    """At the first looks, a session waits for something that is no function."""

    def __init__(self, world: World, looks: int, action: dict[str, str]) -> None:
        super().__init__(world.server)
        self.looks = looks
        self.action = action

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        looks_at_it = request.method == "GET" and "/sessions/sess_" in request.path
        if not looks_at_it or request.path.count("/") > 4 or not self.looks:
            return answer
        self.looks -= 1
        waiting = {"status": "requires_action", "required_actions": [self.action]}
        return reply({**answer.get_json(), **waiting})


def test_a_machine_that_is_not_there_yet_is_waited_for(world: World) -> None:
    options = clerk(world)
    action = {"type": "environment_connection", "environment_id": "env_1"}
    world.app = Unconnected(world, 2, action)
    told: list[str] = []

    answer = ask(options, CLERK, Question("Hello?"), told.append)

    assert answer.completed
    assert told[1:] == ["waiting for environment env_1 to connect"]


def test_an_approval_is_not_given(world: World) -> None:
    clerk(world)
    options = slowly(world)
    action = {"type": "mcp_approval_request", "request_id": "r", "turn_id": "t"}
    world.app = Unconnected(world, 1, action)

    answer = ask(options, CLERK, Question("Hello?"))

    assert answer.status == "cancelled"
    assert answer.why == "it waits for an approval, which `ask` cannot give (mcp_approval_request)"
    assert sessions(world) == []


class Busy(Wrapper):
    """A session that has just been cancelled still counts as running for a while."""

    def __init__(self, world: World, times: int) -> None:
        super().__init__(world.server)
        self.times = times

    def answer(self, request: Request) -> Response:
        if request.method == "DELETE" and self.times:
            self.times -= 1
            return reply({"error": {"message": "The session is running."}}, 409)
        return self.forward(request)


def test_a_session_that_still_counts_as_running_is_deleted_a_little_later(world: World) -> None:
    options = clerk(world)
    world.app = Busy(world, 2)

    assert ask(options, CLERK, Question("Hello?")).completed
    assert sessions(world) == []


def test_a_session_that_cannot_be_deleted_is_named(world: World) -> None:
    options = clerk(world)
    world.app = Busy(world, 1000)
    told: list[str] = []

    answer = ask(options, CLERK, Question("Hello?"), told.append)

    assert answer.completed
    assert told[-1].startswith(f"warning: session {answer.thread_id} could not be deleted")


def test_an_answer_is_taken_once_though_the_call_is_listed_a_little_longer(world: World) -> None:
    options = on(world, "agents")
    assert world.apply(options).succeeded
    seen: list[dict[str, Any]] = []

    def slow_to_forget(row: dict[str, Any]) -> dict[str, Any]:
        if row.get("object") != "agent.session":
            return row
        if row["status"] == "requires_action":
            seen.append(row)
        elif len(seen) == 1:
            seen.append(row)
            return {
                **row,
                "status": "requires_action",
                "required_actions": seen[0]["required_actions"],
            }
        return row

    world.app = Rows(world.server, slow_to_forget)

    answer = ask(options, ORDERS, Question(ORDER, tool_outputs=OUTPUTS))

    assert len(seen) == 2
    assert answer.completed
    assert len(answer.calls) == 1
