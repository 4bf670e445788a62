"""Complaints of the SDK's users: APIs that were not here, and answers that were not the platform's."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    import httpx2

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")

AGENTS = {"OpenAI-Beta": "agents=v1"}


def test_a_conversation_is_compacted_and_goes_on(client: openai.OpenAI) -> None:
    first = client.responses.create(model="m", input="How many days of leave?")
    more: Any = [{"role": "user", "content": "And of sick leave?"}]

    compacted = client.responses.compact(model="m", previous_response_id=first.id, input=more)

    assert compacted.object == "response.compaction"
    assert [item.type for item in compacted.output] == ["message", "message", "compaction"]
    assert compacted.usage.total_tokens == (
        compacted.usage.input_tokens + compacted.usage.output_tokens
    )
    window: Any = [item.to_dict(warnings=False) for item in compacted.output]
    window.append({"role": "user", "content": "Thank you."})
    assert "You asked: Thank you." in client.responses.create(model="m", input=window).output_text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "Hello"}, "model"),
        ({"model": "m"}, "input"),
        ({"model": "m", "input": "x", "previous_response_id": "resp_none"}, "previous_response_id"),
        ({"model": "m", "input": "x", "tools": []}, "tools"),
    ],
)
def test_what_cannot_be_compacted_is_refused(
    wire: httpx2.Client, body: dict[str, Any], param: str
) -> None:
    answer = wire.post("/responses/compact", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def inline(path: str, content: bytes = b"x") -> dict[str, Any]:
    return {"type": "inline", "path": path, "data": base64.b64encode(content).decode()}


def test_files_of_an_environment_are_copied_in_replaced_and_listed(client: openai.OpenAI) -> None:
    environments = client.beta.agents.environments
    uploaded = client.files.create(file=("a.txt", b"12345"), purpose="user_data")
    environment = environments.create(
        environment={"type": "openai_hosted", "files": [inline("/workspace/b/own.txt")]}  # type: ignore[list-item]
    )
    files = environments.files
    made = files.create(
        environment.id, type="file_id", file_id=uploaded.id, path="/workspace/a.txt"
    )
    files.create(environment.id, **inline("/workspace/b/two.txt", b"1"))
    again = files.create(environment.id, **inline("/workspace/b/two.txt", b"123"))

    assert made.to_dict() == {
        "object": "agent.environment.file",
        "environment_id": environment.id,
        "path": "/workspace/a.txt",
        "size_bytes": 5,
    }
    assert again.size_bytes == 3
    listed = [file.path for file in files.list(environment.id, order="asc", limit=1)]
    assert listed == ["/workspace/a.txt", "/workspace/b/own.txt", "/workspace/b/two.txt"]
    within = files.list(environment.id, path="/workspace/b")
    assert [file.path for file in within] == listed[:0:-1]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (inline("/etc/passwd"), "path"),
        (inline("/workspace/../x"), "path"),
        (inline("/workspace/a") | {"data": "no base64!"}, "data"),
        ({"type": "file_id", "path": "/workspace/a", "file_id": "file-none"}, "file_id"),
        ({"type": "inline", "path": "/workspace/a"}, "data"),
    ],
)
def test_a_wrong_file_of_an_environment_is_refused(
    wire: httpx2.Client, body: dict[str, Any], param: str
) -> None:
    made = wire.post(
        "/agents/environments", json={"environment": {"type": "openai_hosted"}}, headers=AGENTS
    ).json()
    path = f"/agents/environments/{made['id']}/files"
    answer = wire.post(path, json=body, headers=AGENTS)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["param"] == param
    assert wire.get(path, params={"page": "?"}, headers=AGENTS).status_code == 400


def test_what_is_not_here_says_so_in_a_sentence(client: openai.OpenAI) -> None:
    sessions = client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "m"}, environment={"type": "none"}, input="Hello", stream=False
    )
    assert list(sessions.subagents.list(session.id)) == []
    with pytest.raises(openai.NotFoundError, match="No subagent found with id 'sub_1'"):
        sessions.subagents.retrieve("sub_1", session_id=session.id)
    with pytest.raises(openai.NotFoundError, match="The embedded server records no traces"):
        sessions.traces.list(session.id)
    with pytest.raises(openai.NotFoundError, match="has no '/v1/embeddings'") as caught:
        client.embeddings.create(model="m", input="x")
    assert caught.value.code == "not_in_embedded_server"
    with pytest.raises(openai.NotFoundError, match="has no '/v1/chat'"):
        client.chat.completions.create(model="m", messages=[])


@pytest.mark.parametrize(
    ("strategy", "kept"),
    [
        ({"type": "auto", "last_messages": None}, {"type": "auto", "last_messages": None}),
        ({"type": "auto", "last_messages": 3}, {"type": "auto", "last_messages": 3}),
        ({"type": "last_messages", "last_messages": 3}, None),
    ],
)
def test_a_truncation_strategy_may_have_both_members(
    client: openai.OpenAI, strategy: Any, kept: Any
) -> None:
    assistant = client.beta.assistants.create(model="m")
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Hello"}])
    run = client.beta.threads.runs.create(
        thread.id, assistant_id=assistant.id, truncation_strategy=strategy
    )
    assert run.truncation_strategy is not None
    assert run.truncation_strategy.to_dict() == (kept or strategy)


def test_a_choice_of_a_function_without_its_name_is_refused(wire: httpx2.Client) -> None:
    assistant = wire.post("/assistants", json={"model": "m"}).json()
    run = {"assistant_id": assistant["id"], "tool_choice": {"type": "function"}}
    answer = wire.post("/threads/runs", json=run)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "tool_choice.function")
