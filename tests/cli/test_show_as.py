"""show --as: what it prints runs as it stands, and holds no key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from provisioner.emulator import create_app
from tests.cli.conftest import Project, environment
from tests.support.habits import reply
from tests.support.programs import run_here
from tests.support.servers import Wrapper, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result
    from werkzeug.wrappers import Request, Response

KEY, TOKEN = "sk-very-secret-key", "crm-very-secret-token"
GATEWAY = "gateway-very-secret"
BASIC = "Basic bWU6cGFzc3cwcmQ="
"""A header with a user and a password, which no ready code may show."""
NASTY = (
    'Say "it\'s" for $HOME, `id` and \\n.\nGrüße: 你好 \U0001f469\u200d\U0001f467.\n\'\'\'\n"""\n'
)
STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: trial, id: k3v9q0x7dp}
spec:
  default_target: assistants
  targets:
    assistants: {runtime: assistants, base_url: "${env:URL}", api_key_env: MY_KEY, drop: [session, "tools[mcp]"]}
    responses:
      runtime: responses
      base_url: "${env:URL}"
      api_key_env: MY_KEY
      organization: org-acme
      project: proj-acme
      headers: {X-Gateway: "${env:GATEWAY}"}
      releases: ../releases
      drop: [session]
    agents: {runtime: agents, base_url: "${env:URL}", api_key_env: MY_KEY, drop: [temperature, max_completion_tokens, "tools[mcp].authorization_env"]}
    embedded: {runtime: responses, server: embedded, drop: [session, "tools[mcp]"]}
    plain: {runtime: responses, releases: ../releases, drop: [session]}
  variables:
    number: {type: string, default: "none"}
    secret: {type: string, sensitive: true, default: "+31 6 1234 5678"}
"""
CLERK = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: policy-clerk}
spec:
  model: gpt-6.1-terra
  instructions: {file: clerk.md}
  temperature: 0.2
  max_completion_tokens: 900
  session: {environment: {type: openai_hosted}, spend_limit: 900}
  tools:
    - {type: mcp, server_label: crm, server_url: "https://crm.example.com/mcp", authorization_env: CRM_TOKEN}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: duty}
spec:
  model: gpt-6.1-terra
  instructions: Call ${var:secret} at night.
"""
RUNTIMES = ["assistants", "responses", "agents"]
KNOWN = {"MY_KEY": KEY, "CRM_TOKEN": TOKEN, "X_GATEWAY": GATEWAY}
"""The environment of a program that we print."""


class Seen(Wrapper):
    """The server, and what reached it."""

    def __init__(self) -> None:
        super().__init__(create_app())
        self.requests: list[tuple[str, dict[str, str], str]] = []

    def answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") not in (f"Bearer {KEY}", BASIC):
            return reply({"error": {"message": "no such key"}}, 401)
        said = request.get_data(as_text=True)
        request.environ["HTTP_AUTHORIZATION"] = f"Bearer {KEY}"
        self.requests.append((request.path, dict(request.headers), said))
        return self.forward(request)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def clerk(project: Project, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    for name in ("helper.yaml", "handbook.md"):
        (project.folder / "manifests" / name).unlink()
    project.write("stack.yaml", STACK)
    project.write("clerk.yaml", CLERK)
    project.write("clerk.md", NASTY)
    with serving(seen) as url:
        for name, value in {"URL": url, "MY_KEY": KEY, "GATEWAY": GATEWAY}.items():
            monkeypatch.setenv(name, value)
        yield project


@pytest.fixture
def live(clerk: Project) -> Project:
    for runtime in RUNTIMES:
        clerk.run("apply", "--yes", "--target", runtime)
    return clerk


def printed(project: Project, *args: str, target: str = "", address: str = "policy-clerk") -> str:
    chosen = ["--target", target] if target else []
    return project.run("show", f"assistant.{address}", "--as", *args, *chosen).stdout


def python(code: str, folder: Path, **more: str) -> str:
    """Return the output of a program, without its warnings."""
    return run_here(code, folder, environment(**KNOWN, **more))


def python_by_itself(code: str, folder: Path) -> str:
    """The same in a process of its own."""
    file = folder / "ask.py"
    file.write_text(code, encoding="utf-8")
    command = [sys.executable, "-X", "utf8", str(file)]
    env = environment(**KNOWN)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(code: str, folder: Path, **more: str) -> str:
    done = subprocess.run(
        ["sh", "-e", "-c", code],
        cwd=folder,
        env={**os.environ, **KNOWN, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_python_runs_and_answers(live: Project, runtime: str) -> None:
    run = python_by_itself if runtime == "responses" else python
    answer = run(printed(live, "python", target=runtime), live.folder)

    assert answer.startswith("[stand-in model]")
    assert "You asked: What can you help me with?" in answer


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_curl_runs_and_answers(live: Project, runtime: str) -> None:
    answer = shell(printed(live, "curl", target=runtime), live.folder)

    assert "[stand-in model]" in answer
    assert (
        "You asked: What can you help me with?" in answer.replace('"}', "") or runtime == "agents"
    )


@pytest.mark.parametrize("language", ["python", "curl"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_no_secret_is_printed(live: Project, runtime: str, language: str) -> None:
    code = printed(live, language, target=runtime)

    for secret in (KEY, TOKEN, GATEWAY):
        assert secret not in code
    assert ('os.environ["MY_KEY"]' if language == "python" else "$MY_KEY") in code


def made(seen: Seen, path: str) -> tuple[dict[str, str], dict[str, object]]:
    """Headers and body of the last request that made something there."""
    found = [(headers, said) for at, headers, said in seen.requests if at == path and said]
    headers, said = found[-1]
    return headers, json.loads(said)


@pytest.mark.parametrize("run", ["python", "curl"])
def test_a_release_is_sent_as_it_is_published(live: Project, seen: Seen, run: str) -> None:
    code = printed(live, run, target="responses")
    (python if run == "python" else shell)(code, live.folder)

    headers, body = made(seen, "/v1/responses")
    assert body["instructions"] == NASTY
    assert body["max_output_tokens"] == 900
    assert body["tools"] == [
        {
            "type": "mcp",
            "server_label": "crm",
            "server_url": "https://crm.example.com/mcp",
            "authorization": TOKEN,
        }
    ]
    assert headers["Openai-Organization"] == "org-acme"
    assert headers["Openai-Project"] == "proj-acme"
    assert headers["X-Gateway"] == GATEWAY


@pytest.mark.parametrize("run", ["python", "curl"])
def test_a_run_has_the_settings_of_the_mark(live: Project, seen: Seen, run: str) -> None:
    (python if run == "python" else shell)(printed(live, run), live.folder)

    path = next(at for at, _, _ in reversed(seen.requests) if at.endswith("/runs"))
    assert made(seen, path)[1]["max_completion_tokens"] == 900


@pytest.mark.parametrize("run", ["python", "curl"])
def test_a_session_has_the_settings_of_the_mark(live: Project, seen: Seen, run: str) -> None:
    (python if run == "python" else shell)(printed(live, run, target="agents"), live.folder)

    body = made(seen, "/v1/agents/sessions")[1]
    assert body["spend_control"] == {"limit": 900}
    assert body["environment"] == {"type": "openai_hosted"}


def test_the_call_of_load_is_the_one_that_finds_it(live: Project) -> None:
    assert (
        '#     policy_clerk = provisioner.load("policy-clerk", releases="releases", '
        'owner="k3v9q0x7dp/default")\n'
        "#     client.responses.create(**policy_clerk.params(), input=question)\n"
    ) in printed(live, "python", target="responses")
    assert (
        '#     policy_clerk = provisioner.load("policy-clerk", target="agents")\n'
        "#     client.beta.agents.sessions.create(**policy_clerk.session_params(), input=question)\n"
    ) in printed(live, "curl", target="agents")


def test_a_sensitive_value_is_loaded_and_never_printed(live: Project) -> None:
    code = printed(live, "python", target="responses", address="duty")

    assert "1234 5678" not in code
    assert 'duty = provisioner.load("duty", releases="releases"' in code
    assert python(code, live.folder).startswith("[stand-in model]")
    refused = live.run("show", "assistant.duty", "--as", "curl", "--target", "responses", code=1)
    assert "it contains a value that may not be printed" in refused.stderr
    assert "1234 5678" not in refused.output


def test_a_sensitive_value_of_the_object_is_no_matter_where_only_its_id_is_named(
    live: Project,
) -> None:
    for runtime in ("assistants", "agents"):
        assert "provisioner.load" in printed(live, "curl", target=runtime, address="duty")


def test_an_address_with_a_password_is_refused_and_not_repeated(
    clerk: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URL", os.environ["URL"].replace("://", "://me:passw0rd@"))

    for language in ("python", "curl"):
        result = clerk.run("show", "assistant.clerk", "--as", language, code=1)
        assert "[not-an-address]" in result.stderr
        assert "passw0rd" not in result.stdout + result.stderr


@contextmanager
def served(project: Project) -> Iterator[str]:
    """`provisioner serve`, on a free port, with the data of the project."""
    with ExitStack() as stack:
        process = project.start("serve", "--port", "0")
        stack.callback(process.kill)
        assert process.stdout
        yield process.stdout.readline().strip()


def test_of_the_embedded_server_it_says_how_to_start_it(clerk: Project) -> None:
    clerk.run("apply", "--yes", "--target", "embedded")

    codes = {way: printed(clerk, way, target="embedded") for way in ("python", "curl")}
    with served(clerk) as url:
        for language, run in (("python", python), ("curl", shell)):
            code = codes[language]
            assert "# The embedded server has to run: provisioner serve\n" in code
            assert "http://127.0.0.1:8765/v1" in code
            assert "[stand-in model]" in run(
                code.replace("http://127.0.0.1:8765/v1", url), clerk.folder
            )


def test_without_an_address_the_sdks_own_one_is_asked(
    live: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    there = {"OPENAI_BASE_URL": os.environ["URL"], "OPENAI_API_KEY": KEY}

    code = printed(live, "python", target="plain")
    assert "base_url" not in code
    assert "[stand-in model]" in python(code, live.folder, **there)
    curl = printed(live, "curl", target="plain")
    assert '"${OPENAI_BASE_URL:-https://api.openai.com/v1}/responses"' in curl
    assert "[stand-in model]" in shell(curl, live.folder, **there)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--as", "python"), "--as needs an ADDRESS"),
        (("assistant.policy-clerk", "--as", "curl", "--format", "json"), "--as needs an ADDRESS"),
        (("assistant.policy-clerk", "--as", "ruby"), "'ruby' is not one of 'python', 'curl'"),
    ],
)
def test_wrong_usage_is_said(clerk: Project, args: tuple[str, ...], says: str) -> None:
    assert says in clerk.run("show", *args, code=2).stderr


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("assistant.policy-clerk", "has not been applied yet"),
        ("assistant.policy-clrk", "Did you mean `assistant.policy-clerk`"),
        ("vector_store.x", "is not an assistant"),
    ],
)
def test_what_is_not_there_is_named(clerk: Project, address: str, says: str) -> None:
    result: Result = clerk.run("show", address, "--as", "python", code=1)

    assert says in result.stderr
    assert result.stdout == ""


def test_ready_code_has_the_properties_in_the_order_of_the_manifest(project: Project) -> None:
    """A model writes in that order: it would answer before it reasons."""
    manifest = """\
    apiVersion: provisioner/v1
    kind: Assistant
    metadata: {name: thinker}
    spec:
      model: gpt-6.1-terra
      response_format:
        type: json_schema
        json_schema:
          name: answer
          strict: true
          schema:
            type: object
            properties: {zz_reasoning: {type: string}, answer: {type: string}}
            required: [zz_reasoning, answer]
            additionalProperties: false
    """
    for name in ("helper.yaml", "handbook.md"):
        (project.folder / "manifests" / name).unlink()
    project.write("stack.yaml", STACK)
    project.write("thinker.yaml", dedent(manifest))
    project.run("apply", "--yes", "--target", "embedded")

    for form in ("python", "curl"):
        text = printed(project, form, target="embedded", address="thinker")
        properties = text[text.index("properties") :]
        assert -1 < properties.find("zz_reasoning") < properties.find("answer")
