"""ask, on an agent, at the terminal: what is printed, and what is left when it is interrupted."""

import json
import signal
import time
from pathlib import Path

import pytest

from provisioner.emulator import create_app
from tests.cli.conftest import PATIENCE, SECRET, Project, environment
from tests.support.servers import serving
from tests.support.stories import client_of

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: local
  targets:
    local: {runtime: agents, server: embedded}
    remote: {runtime: agents, base_url: "${env:REMOTE_URL}", api_key_env: REMOTE_KEY}
"""
CLERK = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec:
  model: gpt-6.1-terra
  session: {environment: {type: openai_hosted}}
  tools:
    - type: function
      function:
        name: lookup
        parameters: {type: object, properties: {id: {type: string}}, required: [id]}
"""


@pytest.fixture
def agent(project: Project) -> Project:
    for name in ("helper.yaml", "handbook.md"):
        (project.folder / "manifests" / name).unlink()
    project.write("stack.yaml", STACK)
    project.write("clerk.yaml", CLERK)
    project.run("apply", "--yes")
    return project


def test_the_answer_is_on_stdout_and_all_else_on_stderr(agent: Project) -> None:
    result = agent.run("ask", "assistant.clerk", "Please lookup R-7", "--steps", *OUTPUT)

    assert "You asked: Please lookup R-7" in result.stdout
    assert "sess_" not in result.stdout
    first, call, *others = result.stderr.splitlines()
    assert first.startswith("Session sess_")
    assert first.endswith(", deleted afterwards")
    assert call == 'lookup({"id": "R-7"}) = {"name": "Ada"}'
    assert others[1:-1] == [
        "Step    message user  completed",
        'Step    lookup({"id": "R-7"})  completed',
        "Step    function_call_output  completed",
        "Step    message assistant  completed",
    ]
    assert others[-1].startswith("Run     turn_")
    assert "completed, tokens:" in others[-1]


OUTPUT = ("--tool-output", 'lookup={"name": "Ada"}')


def test_as_json_it_has_the_shape_that_it_has_elsewhere(agent: Project) -> None:
    asked = ("ask", "assistant.clerk", "lookup R-7 and plot a chart", "--format", "json")
    document = json.loads(agent.run(*asked, *OUTPUT, "--keep-thread").stdout)

    assert document["status"] == "completed"
    assert document["error"] is None
    assert document["thread_kept"] is True
    assert document["thread_id"].startswith("sess_")
    assert document["usage"].keys() == {"prompt_tokens", "completion_tokens"}
    assert document["calls"] == [
        {"name": "lookup", "arguments": '{"id": "R-7"}', "output": '{"name": "Ada"}'}
    ]
    assert [(file["name"], file["path"]) for file in document["files"]] == [
        ("stand-in-chart.png", None)
    ]
    with agent.live() as client:
        assert client.beta.agents.sessions.retrieve(document["thread_id"]).status == "idle"


def test_what_is_made_is_saved(agent: Project) -> None:
    result = agent.run("ask", "assistant.clerk", "Plot a chart", "--save-files", "out")

    assert "saved as out/stand-in-chart.png" in result.stderr
    assert (agent.folder / "out" / "stand-in-chart.png").read_bytes()[:4] == b"\x89PNG"


def test_a_turn_that_fails_exits_1_and_says_why(agent: Project) -> None:
    question = "@@provisioner-emulator: rate limit run@@"

    assert (
        "failed: rate_limit_exceeded"
        in agent.run("ask", "assistant.clerk", question, code=1).stderr
    )


def test_ctrl_c_cancels_the_turn_and_deletes_the_session(agent: Project, tmp_path: Path) -> None:
    app = create_app(tmp_path / "data.sqlite", run_seconds=60)
    with serving(app) as base_url:
        there = {"env": environment(REMOTE_URL=base_url, REMOTE_KEY=SECRET)}
        assert agent.finish("apply", "--yes", "--target", "remote", **there)[0] == 0
        asking = agent.start("ask", "assistant.clerk", "Hi", "--target", "remote", **there)
        assert asking.stderr is not None
        assert asking.stderr.readline().startswith("Session sess_")
        time.sleep(0.5)
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=PATIENCE)
    assert asking.returncode == 130
    with client_of(app) as client:
        assert list(client.beta.agents.sessions.list()) == []
    app.close()
