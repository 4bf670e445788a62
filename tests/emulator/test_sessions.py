from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.beta import AgentSession, AgentSessionEvent, AgentSessionItem
from openai.types.beta.agents.sessions import Turn
from pydantic import BaseModel, TypeAdapter

from provisioner.emulator.agents import session_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from tests.emulator.conftest import Clock

NOTHING = {"type": "none"}
OBJECT = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}
LOOK_UP: Any = {
    "type": "function",
    "name": "look_up",
    "description": "Look an order up.",
    "parameters": OBJECT,
}
FAIL = "@@provisioner-emulator: fail run@@"
FAIL_SESSION = "@@provisioner-emulator: fail session@@"


def message(text: str) -> Any:
    content = [{"type": "input_text", "text": text}]
    return {
        "type": "agent.session.input.message",
        "input": [{"role": "user", "content": content}],
    }


CANCEL: Any = {"type": "agent.session.input.cancel"}


@pytest.fixture
def api(wire: httpx2.Client) -> httpx2.Client:
    wire.headers["OpenAI-Beta"] = "agents=v1"
    return wire


def create(api: httpx2.Client, **fields: Any) -> dict[str, Any]:
    given = {"agent": {"model": "gpt-6-sol"}, "environment": NOTHING, "input": "Hi.", **fields}
    answer = api.post("/agents/sessions", json=given)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    TypeAdapter(AgentSession).validate_python(body)
    return body


def read(api: httpx2.Client, path: str) -> dict[str, Any]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def send(api: httpx2.Client, session_id: str, *events: dict[str, Any], key: str = "") -> int:
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/agents/sessions/{session_id}/events"
    return int(api.post(path, json={"events": events}, headers=headers).status_code)


def items(api: httpx2.Client, session_id: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = read(api, f"/agents/sessions/{session_id}/items?order=asc")["data"]
    for item in data:
        TypeAdapter(AgentSessionItem).validate_python(item)
    return data


def test_a_session_answers_and_says_that_it_is_a_stand_in(client: openai.OpenAI) -> None:
    agent = client.beta.agents.create(model="gpt-6-sol", name="Policy", instructions="Be brief.")
    session = client.beta.agents.sessions.create(
        agent_id=agent.id, environment={"type": "none"}, input="How many days?"
    )

    assert session.status == "in_progress"
    session = client.beta.agents.sessions.retrieve(session.id)
    assert session.status == "idle"
    assert (session.agent.id, session.agent.name) == (agent.id, "Policy")
    answer = client.beta.agents.sessions.items.list(session.id).data[0]
    assert answer.type == "message"
    assert answer.output_text.startswith("[stand-in model] agent “Policy” with model gpt-6-sol")
    assert "You asked: How many days?" in answer.output_text
    assert session.usage is not None
    assert session.usage.total_tokens > 0


def test_a_session_keeps_the_configuration_that_it_copied(client: openai.OpenAI) -> None:
    agent = client.beta.agents.create(model="gpt-6-sol", instructions="Old.")
    session = client.beta.agents.sessions.create(
        agent_id=agent.id,
        agent={"instructions": None, "reasoning": {"effort": "low"}},
        environment={"type": "none"},
        input="Hi.",
    )
    client.beta.agents.update(agent.id, model="gpt-6-luna", instructions="New.")
    client.beta.agents.delete(agent.id)

    copied = client.beta.agents.sessions.retrieve(session.id).agent
    assert (copied.model, copied.instructions, copied.reasoning.effort) == (
        "gpt-6-sol",
        None,
        "low",
    )


def test_a_new_session_reads_back_whole(api: httpx2.Client) -> None:
    made = create(api)
    agent = made.pop("agent")

    assert agent["tools"] == []
    assert {key: made[key] for key in made if key != "id"} == {
        "object": "agent.session",
        "created_at": 1_800_000_000,
        "last_active_at": 1_800_000_000,
        "environment": NOTHING,
        "error": None,
        "metadata": {},
        "prompt_cache_options": None,
        "required_actions": [],
        "spend_control": {"consumed": 0, "limit": None},
        "status": "in_progress",
        "usage": None,
        "vault_ids": [],
    }


def test_a_turn_passes_through_its_statuses_in_the_time_of_the_clock(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    sessions = start(run_seconds=10).beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="Hi."
    )
    seen = []
    for seconds in (0, 3, 7):
        clock.forward(seconds=seconds)
        seen.append((sessions.retrieve(session.id).status, sessions.turns.list(session.id).data[0]))

    assert [status for status, _ in seen] == ["in_progress", "in_progress", "idle"]
    assert [turn.status for _, turn in seen] == ["queued", "in_progress", "completed"]
    turn = sessions.turns.retrieve(seen[-1][1].id, session_id=session.id)
    assert (turn.started_at, turn.completed_at) == (turn.created_at + 2, turn.created_at + 10)
    TypeAdapter(Turn).validate_python(turn.to_dict())


def test_a_function_call_waits_for_its_result(api: httpx2.Client) -> None:
    session = create(
        api,
        agent={"model": "gpt-6-sol", "tools": [LOOK_UP]},
        input="Please look_up order R-7.",
    )
    path = f"/agents/sessions/{session['id']}"
    waiting = read(api, path)
    (action,) = waiting["required_actions"]

    assert waiting["status"] == "requires_action"
    assert (action["type"], action["name"], action["arguments"]) == (
        "function_call",
        "look_up",
        {"id": "R-7"},
    )
    result = {
        "type": "agent.session.input.tool_result",
        "turn_id": action["turn_id"],
        "call_id": action["call_id"],
        "success": True,
        "output": "shipped",
    }
    unknown = api.post(f"{path}/events", json={"events": [result | {"call_id": "call_0"}]})
    assert unknown.status_code == 400
    assert unknown.json()["error"]["message"] == "Unknown pending tool call: call_0"
    assert send(api, session["id"], result) == 202

    after = read(api, path)
    assert (after["status"], after["required_actions"]) == ("idle", [])
    kinds = [(item["type"], item.get("status")) for item in items(api, session["id"])]
    assert kinds == [
        ("message", "completed"),
        ("function_call", "completed"),
        ("function_call_output", "completed"),
        ("message", "completed"),
    ]
    assert "Tool output: shipped" in items(api, session["id"])[-1]["content"][0]["text"]


def test_a_failed_function_call_is_answered_with_its_error(api: httpx2.Client) -> None:
    agent = {"model": "gpt-6-sol", "tools": [LOOK_UP]}
    session = create(api, agent=agent, input="look_up R-7")
    (action,) = read(api, f"/agents/sessions/{session['id']}")["required_actions"]
    call = {"turn_id": action["turn_id"], "call_id": action["call_id"]}

    send(
        api,
        session["id"],
        {"type": "agent.session.input.tool_result", "success": False, "error": "gone"} | call,
    )

    read(api, f"/agents/sessions/{session['id']}")
    assert [item.get("status") for item in items(api, session["id"])][1:3] == ["failed", "failed"]
    assert "Tool output: gone" in items(api, session["id"])[-1]["content"][0]["text"]


def test_the_streaming_helper_calls_functions_and_collects_the_answer(
    client: openai.OpenAI,
) -> None:
    sessions = client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol", "tools": [LOOK_UP]},
        environment={"type": "none"},
        input="Hi.",
    )
    sessions.retrieve(session.id)
    called: list[dict[str, Any]] = []

    def look_up(arguments: dict[str, Any]) -> str:
        called.append(arguments)
        return "shipped"

    with sessions.stream(
        session.id, input="Now look_up R-8.", tool_handlers={"look_up": look_up}
    ) as stream:
        result = stream.get_final_result()

    assert called == [{"id": "R-8"}]
    assert "Tool output: shipped" in result.output_text
    assert result.turn.status == "completed"


class Answer(BaseModel):
    id: str


def test_a_structured_answer_holds_to_its_schema(client: openai.OpenAI) -> None:
    stream = client.beta.agents.sessions.create(
        agent={"model": "gpt-6-sol"},
        environment={"type": "none"},
        input="Which order is R-9?",
        output_type=Answer,
        stream=True,
    )

    assert stream.get_final_result().output_parsed == Answer(id="R-9")


def test_a_stream_of_a_creation_tells_everything_and_ends_when_the_session_rests(
    client: openai.OpenAI,
) -> None:
    stream = client.beta.agents.sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="Hi.", stream=True
    )
    events = list(stream)
    names = [event.type.removeprefix("agent.session.") for event in events]

    for event in events:
        TypeAdapter(AgentSessionEvent).validate_python(event.to_dict())
    assert len({event.event_id for event in events}) == len(events)
    assert [name for name in names if name != "turn.output_text.delta"] == [
        "created",
        "in_progress",
        "turn.created",
        "turn.item.added",
        "turn.in_progress",
        "turn.item.added",
        "turn.content_part.added",
        "turn.output_text.done",
        "turn.content_part.done",
        "turn.item.done",
        "turn.completed",
        "idle",
    ]
    bodies = [event.to_dict() for event in events]
    told = [body["delta"] for body in bodies if "delta" in body]
    assert ["".join(map(str, told))] == [body["text"] for body in bodies if "text" in body]


def test_a_subscription_first_says_how_the_session_stands(client: openai.OpenAI) -> None:
    sessions = client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="Hi."
    )
    sessions.retrieve(session.id)

    with sessions.events.stream(session.id) as stream:
        first = next(stream)

    assert first.type == "agent.session.idle"


def test_a_message_during_a_turn_steers_it(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    sessions = start(run_seconds=10).beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="One."
    )
    sessions.events.create(session.id, events=[message("Two.")])
    clock.forward(seconds=10)

    assert len(sessions.turns.list(session.id).data) == 1
    answer = sessions.items.list(session.id).data[0]
    assert answer.type == "message"
    assert "You asked: One. Two." in answer.output_text


def test_items_are_listed_by_turn(client: openai.OpenAI) -> None:
    sessions = client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="One."
    )
    sessions.retrieve(session.id)
    sessions.events.create(session.id, events=[message("Two.")])
    first, second = sessions.turns.list(session.id, order="asc")

    assert len(list(sessions.items.list(session.id, limit=1))) == 4
    for turn in (first, second):
        found = list(sessions.turns.items.list(turn.id, session_id=session.id, limit=1))
        assert {item.turn_id for item in found} == {turn.id}
        assert len(found) == 2


def test_a_failed_turn_leaves_the_session_usable(api: httpx2.Client) -> None:
    session = create(api, input=FAIL)
    path = f"/agents/sessions/{session['id']}"

    assert read(api, path)["status"] == "idle"
    (turn,) = read(api, f"{path}/turns")["data"]
    assert (turn["status"], turn["error"]["code"]) == ("failed", "server_error")
    assert send(api, session["id"], message("Again.")) == 202
    assert [turn["status"] for turn in read(api, f"{path}/turns")["data"]] == [
        "completed",
        "failed",
    ]


def test_a_failed_session_takes_no_more_input_but_can_be_deleted(api: httpx2.Client) -> None:
    session = create(api, input=FAIL_SESSION)
    path = f"/agents/sessions/{session['id']}"

    failed = read(api, path)
    assert (failed["status"], failed["error"]) == ("failed", "Sorry, something went wrong.")
    assert send(api, session["id"], message("Again.")) == 409
    assert api.delete(path).json()["object"] == "agent.session.deleted"
    assert api.get(path).json()["error"]["code"] == "not_found_error"


def test_a_running_session_is_cancelled_before_it_is_deleted(
    start: Callable[..., openai.OpenAI],
) -> None:
    sessions = start(run_seconds=10).beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="One."
    )

    with pytest.raises(openai.ConflictError) as caught:
        sessions.delete(session.id)
    assert caught.value.code == "conflict_error"
    sessions.events.create(session.id, events=[CANCEL])
    assert sessions.turns.list(session.id).data[0].status == "cancelled"
    assert sessions.retrieve(session.id).status == "idle"
    assert sessions.delete(session.id).deleted


def test_a_session_pauses_at_its_spending_limit_until_that_is_raised(api: httpx2.Client) -> None:
    line = "@@provisioner-emulator: spend 60@@"
    session = create(api, input=line, spend_control={"limit": 100})
    path = f"/agents/sessions/{session['id']}"

    assert read(api, path)["spend_control"] == {"consumed": 60, "limit": 100}
    assert send(api, session["id"], message(line)) == 202
    assert read(api, path)["status"] == "budget_reached"
    assert send(api, session["id"], message("More?")) == 409
    raised = api.post(path, json={"spend_control": None}).json()
    assert (raised["status"], raised["spend_control"]["limit"]) == ("idle", None)
    assert send(api, session["id"], message("More?")) == 202


def test_the_same_idempotency_key_acts_once(api: httpx2.Client) -> None:
    session = create(api)
    path = f"/agents/sessions/{session['id']}"
    read(api, path)

    assert send(api, session["id"], message("Once."), key="k") == 202
    assert send(api, session["id"], message("Once."), key="k") == 202
    assert send(api, session["id"], message("Other."), key="k") == 409
    assert send(api, session["id"], message("Other."), key="x" * 257) == 400
    assert len(read(api, f"{path}/turns")["data"]) == 2


def test_sessions_are_listed_by_agent_and_metadata(client: openai.OpenAI) -> None:
    agent = client.beta.agents.create(model="gpt-6-sol")
    sessions = client.beta.agents.sessions
    made = [
        sessions.create(
            agent_id=agent.id,
            environment={"type": "none"},
            input="Hi.",
            metadata={"n": str(n % 2), 'odd "key': "x"},
        ).id
        for n in range(4)
    ]
    sessions.create(agent={"model": "gpt-6-sol"}, environment={"type": "none"}, input="Hi.")

    assert [one.id for one in sessions.list(agent_id=agent.id, order="asc", limit=3)] == made
    assert [one.id for one in sessions.list(metadata={"n": "1"}, order="asc")] == made[1::2]
    both = sessions.list(metadata={"n": "0", 'odd "key': "x"}, agent_id=agent.id, limit=1)
    assert [one.id for one in both] == [made[2], made[0]]
    assert list(sessions.list(metadata={"n": "0", "other": "x"})) == []
    assert len(sessions.list().data) == 5


def test_an_update_changes_a_sessions_dials(api: httpx2.Client) -> None:
    agent = {"model": "gpt-6-sol", "reasoning": {"effort": "high", "summary": "auto"}}
    session = create(api, agent=agent, metadata={"a": "1"}, review="auto_review")
    path = f"/agents/sessions/{session['id']}"

    after = api.post(
        path,
        json={
            "metadata": {"b": "2"},
            "review": "none",
            "prompt_cache_options": {"ttl": "12h"},
            "spend_control": {"limit": 5},
            "agent": {
                "model": "gpt-6-luna",
                "reasoning": {"effort": None},
                "service_tier": "flex",
                "tools": [{"type": "web_search"}],
            },
        },
    ).json()

    TypeAdapter(AgentSession).validate_python(after)
    assert session["review"] == "auto_review"
    assert "review" not in after
    assert (after["metadata"], after["prompt_cache_options"]) == ({"b": "2"}, {"ttl": "12h"})
    assert after["spend_control"] == {"consumed": 0, "limit": 5}
    assert after["agent"]["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert after["agent"]["service_tier"] == "flex"
    assert after["agent"]["model"] == "gpt-6-luna"
    assert [tool["type"] for tool in after["agent"]["tools"]] == ["web_search"]


def test_a_session_shows_no_secret_of_its_tools(api: httpx2.Client) -> None:
    transport = {
        "type": "http",
        "server_url": "https://mcp.example.com",
        "authorization": "Bearer canary",
        "headers": {"x-key": "canary"},
    }
    stdio = {"type": "stdio", "command": "c", "cwd": "/", "env": {"KEY": "canary"}}
    tools = [
        {"type": "mcp", "server_label": "a", "transport": transport},
        {"type": "mcp", "server_label": "b", "transport": stdio},
        {"type": "tool_search"},
    ]
    session = create(api, agent={"model": "gpt-6-sol", "tools": tools})

    shown = session["agent"]["tools"]
    assert "canary" not in json.dumps(read(api, f"/agents/sessions/{session['id']}"))
    assert [tool["transport"] for tool in shown] == [
        {"type": "http", "server_url": "https://mcp.example.com"},
        {"type": "stdio", "command": "c", "cwd": "/", "args": [], "env_vars": []},
    ]


@pytest.mark.parametrize(
    ("sent", "status", "code", "param"),
    [
        ({"environment": None}, 400, "invalid_request_error", "environment"),
        ({"environment": {"type": "cloud"}}, 400, "invalid_request_error", "environment.type"),
        ({"input": None}, 400, "invalid_request_error", "input"),
        ({"input": ""}, 400, "invalid_request_error", "input"),
        ({"input": []}, 400, "invalid_request_error", "input"),
        ({"input": [{"role": "assistant", "content": []}]}, 400, "invalid_request_error", None),
        ({"agent": {}}, 400, "invalid_request_error", "agent.model"),
        ({"agent": {"model": "m", "name": "x"}}, 400, "invalid_request_error", "agent.name"),
        ({"agent_id": "agt_none"}, 404, "not_found_error", "agent_id"),
        ({"agent_id": "agtlocal_1"}, 400, "agent_not_persisted", "agent_id"),
        ({"agent": {"model": "gpt-4-32k"}}, 404, "model_not_found", "agent.model"),
        ({"vault_ids": ["vault_none"]}, 404, "not_found_error", "vault_ids"),
        ({"spend_control": {}}, 400, "invalid_request_error", "spend_control.limit"),
        ({"spend_control": {"limit": 0}}, 400, "invalid_request_error", "spend_control.limit"),
        ({"prompt_cache_options": {"ttl": "1h"}}, 400, "invalid_request_error", None),
        ({"review": "all"}, 400, "invalid_request_error", "review"),
        ({"stream_options": {}}, 400, "invalid_request_error", "stream_options"),
        (
            {"agent": {"model": "m", "tools": [{"type": "computer_use"}]}},
            400,
            "invalid_request_error",
            "agent.tools[0]",
        ),
        ({"name": "x"}, 400, "invalid_request_error", "name"),
    ],
)
def test_a_wrong_session_is_refused(
    api: httpx2.Client, sent: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    given = {"agent": {"model": "gpt-6-sol"}, "environment": NOTHING, "input": "Hi."} | sent

    answer = api.post("/agents/sessions", json=given)

    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert param in {None, error["param"]}


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"type": "agent.session.input.nothing"}],
        [{"type": "agent.session.input.message", "input": []}],
        [{"type": "agent.session.input.tool_result", "turn_id": "t", "call_id": "c"}],
        [{"type": "agent.session.input.mcp_approval_request_result", "request_id": "r", "response": {}}],
    ],
)  # fmt: skip
def test_wrong_events_are_refused(api: httpx2.Client, events: list[dict[str, Any]]) -> None:
    assert send(api, create(api)["id"], *events) == 400


@pytest.mark.parametrize("path", ["", "/events", "/items", "/turns", "/turns/turn_1"])
def test_what_belongs_to_no_session_is_not_found(api: httpx2.Client, path: str) -> None:
    answer = api.get(f"/agents/sessions/sess_none{path}")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found_error"


def test_functions_are_called_over_a_socket_while_the_stream_is_open(
    socket_client: openai.OpenAI,
) -> None:
    sessions = socket_client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol", "tools": [LOOK_UP]},
        environment={"type": "none"},
        input="Hi.",
    )
    sessions.retrieve(session.id)

    with sessions.stream(
        session.id, input="look_up R-8", tool_handlers={"look_up": lambda _: "shipped"}
    ) as stream:
        assert "Tool output: shipped" in stream.get_final_result().output_text


def test_a_stream_with_no_news_stays_open_until_its_session_is_gone(
    api: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if a second had passed with each look.
    monkeypatch.setattr(session_stream, "STILL_THERE_SECONDS", 0.0)
    session = create(api)
    path = f"/agents/sessions/{session['id']}"
    read(api, path)

    with api.stream("GET", f"{path}/events") as answer:
        lines = answer.iter_lines()
        told = [next(lines) for _ in range(12)]
        api.delete(path)
        rest = list(lines)

    assert told[0] == "event: agent.session.idle"
    assert set(told[3:]) == {":", ""}
    assert rest[-3:-1] == ["event: done", "data: [DONE]"]
