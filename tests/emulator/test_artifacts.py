"""Artifacts: files that a hosted session publishes, through the unmodified SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    from openai.types.beta import AgentSession

CHART = "Plot a chart, please."


def begin(client: openai.OpenAI, question: str, kind: str = "openai_hosted") -> AgentSession:
    environment: Any = {"type": kind}
    sessions = client.beta.agents.sessions
    session: AgentSession = sessions.create(
        agent={"model": "gpt-6-sol"},
        environment=environment,
        input=question,
    )
    return sessions.retrieve(session.id)


def test_what_a_hosted_turn_was_asked_to_save_is_published(client: openai.OpenAI) -> None:
    session = begin(client, CHART)
    artifacts = client.beta.agents.sessions.artifacts

    (artifact,) = artifacts.list(session.id)

    turn = client.beta.agents.sessions.turns.list(session.id).data[0]
    content = artifacts.content(artifact.id, session_id=session.id).read()
    assert artifact.path == "/workspace/stand-in-chart.png"
    assert artifact.turn_id == turn.id
    assert artifact.session_id == session.id
    assert session.environment.type == "openai_hosted"
    assert artifact.environment_id == session.environment.id
    assert (content[:4], len(content)) == (b"\x89PNG", artifact.size_bytes)
    assert artifacts.retrieve(artifact.id, session_id=session.id) == artifact
    assert list(artifacts.list(session.id, environment_id="env_0")) == []


def test_only_what_was_asked_for_is_published_and_only_where_there_is_a_place(
    client: openai.OpenAI,
) -> None:
    for session in (begin(client, "Hello."), begin(client, CHART, "none")):
        assert list(client.beta.agents.sessions.artifacts.list(session.id)) == []


def test_an_artifact_is_deleted_by_itself_and_with_its_session(client: openai.OpenAI) -> None:
    sessions = client.beta.agents.sessions
    session = begin(client, CHART)
    (first,) = sessions.artifacts.list(session.id)

    assert sessions.artifacts.delete(first.id, session_id=session.id).deleted
    with pytest.raises(openai.NotFoundError, match="No artifact found"):
        sessions.artifacts.content(first.id, session_id=session.id)
    other = begin(client, CHART)
    sessions.delete(other.id)
    with pytest.raises(openai.NotFoundError, match="No session found"):
        sessions.artifacts.list(other.id)
