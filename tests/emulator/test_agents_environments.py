from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.beta import Environment
from openai.types.beta.agents import EnvironmentInfo
from openai.types.beta.agents.environments import (
    EnvironmentTemplate,
)
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.emulator.conftest import Clock

TEMPLATES = "/agents/environments/templates"
DEFAULTS: dict[str, Any] = {
    "capability_directories": [],
    "desktop": {"enabled": False},
    "files": [],
    "network": {"access": "enabled", "allowed_domains": []},
    "packages": {"npm": [], "python": [], "system": []},
    "plugins": [],
    "skills": [],
}


def base(content: bytes) -> str:
    return base64.b64encode(content).decode()


def archive() -> dict[str, Any]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        bundle.writestr("SKILL.md", "canary-archive")
    source = {"type": "base64", "media_type": "application/zip", "data": base(out.getvalue())}
    return {"type": "inline", "name": "a", "description": "b", "source": source}


@pytest.fixture
def api(wire: httpx2.Client) -> httpx2.Client:
    wire.headers["OpenAI-Beta"] = "agents=v1"
    return wire


def template(api: httpx2.Client, **fields: Any) -> dict[str, Any]:
    answer = api.post(TEMPLATES, json=fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    TypeAdapter(EnvironmentTemplate).validate_python(body)
    return body


def session(api: httpx2.Client, **environment: Any) -> httpx2.Response:
    given = {
        "agent": {"model": "gpt-6-sol"},
        "environment": {"type": "openai_hosted", **environment},
    }
    return api.post("/agents/sessions", json=given)


def test_a_template_of_nothing_reads_back_the_defaults(api: httpx2.Client) -> None:
    made = template(api)

    assert {key: made[key] for key in made if key != "id"} == {
        "object": "agent.environment.template",
        "created_at": 1_800_000_000,
        "updated_at": 1_800_000_000,
        "name": None,
        **DEFAULTS,
    }
    assert api.get(f"{TEMPLATES}/{made['id']}").json() == made


def test_what_is_confidential_in_a_template_is_never_given_back(api: httpx2.Client) -> None:
    inline = {"type": "inline", "path": "/workspace/a.md", "data": base(b"canary-file")}
    made = template(
        api,
        name="crm",
        env={"KEY": "canary-env"},
        setup_commands=[{"command": "echo canary-command", "cwd": "/workspace"}],
        files=[inline, {"type": "file_id", "file_id": "file-1", "path": "/workspace/b.md"}],
        skills=[archive(), {"type": "skill_reference", "skill_id": "skill_1"}],
        plugins=[archive()],
    )

    assert made["files"] == [
        {"type": "inline", "path": "/workspace/a.md", "size_bytes": 11},
        {"type": "file_id", "file_id": "file-1", "path": "/workspace/b.md"},
    ]
    assert made["skills"] == [
        {"type": "inline", "name": "a", "description": "b"},
        {"type": "skill_reference", "skill_id": "skill_1", "version": None},
    ]
    assert made["plugins"] == [{"type": "inline", "name": "a", "description": "b"}]
    assert {"env", "setup_commands"}.isdisjoint(made)
    assert "canary" not in json.dumps(made)


EVERYTHING: dict[str, Any] = {
    "name": "crm",
    "capability_directories": ["/workspace/tools"],
    "desktop": {"enabled": True},
    "env": {"A": "b"},
    "files": [{"type": "file_id", "file_id": "file-1", "path": "/workspace/a.md"}],
    "network": {"access": "restricted", "allowed_domains": ["example.com"]},
    "packages": {"python": ["numpy"], "npm": [], "system": []},
    "plugins": [archive()],
    "setup_commands": [{"command": "true"}],
    "skills": [{"type": "skill_reference", "skill_id": "skill_1", "version": "2"}],
}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({}, {}),
        ({"env": None, "setup_commands": None}, {}),
        ({"name": None}, {"name": None}),
        ({"name": "other"}, {"name": "other"}),
        *(({field: None}, {field: DEFAULTS[field]}) for field in DEFAULTS),
        (
            {"packages": {"npm": ["left-pad"]}},
            {"packages": {"python": [], "npm": ["left-pad"], "system": []}},
        ),
        (
            {"network": {"access": "restricted", "blocked_domains": ["example.com"]}},
            {"network": {"access": "restricted", "allowed_domains": []}},
        ),
    ],
)
def test_an_update_of_a_template_changes_only_what_it_names(
    api: httpx2.Client, clock: Clock, sent: dict[str, Any], read: dict[str, Any]
) -> None:
    made = template(api, **EVERYTHING)
    clock.forward(seconds=5)

    after = api.post(f"{TEMPLATES}/{made['id']}", json=sent).json()

    assert after == made | {"updated_at": made["updated_at"] + 5} | read


def file(path: str = "/workspace/a", **fields: Any) -> dict[str, Any]:
    return {"type": "inline", "path": path, "data": "", **fields}


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"metadata": {}}, "metadata"),
        ({"container_size": "small"}, "container_size"),
        ({"desktop": {}}, "desktop.enabled"),
        ({"env": {"": "x"}}, "env"),
        ({"env": {"A": 1}}, "env.A"),
        ({"env": {str(n): "" for n in range(1025)}}, "env"),
        ({"files": [file(f"/workspace/{n}") for n in range(51)]}, "files"),
        ({"files": [file("/etc/passwd")]}, "files[0].path"),
        ({"files": [file("/workspace/../etc")]}, "files[0].path"),
        ({"files": [file(), file()]}, "files[1].path"),
        ({"files": [file(data="?")]}, "files[0].data"),
        ({"files": [file(data="x" * 6_990_509)]}, "files[0].data"),
        ({"network": {}}, "network.access"),
        ({"network": {"access": "restricted"}}, "network"),
        ({"network": {"access": "enabled", "allowed_domains": ["a.example"]}}, "network"),
        (
            {
                "network": {
                    "access": "restricted",
                    "allowed_domains": ["a.example"],
                    "blocked_domains": ["b.example"],
                }
            },
            "network",
        ),
        ({"network": {"access": "restricted", "allowed_domains": ["*.example"]}}, "network"),
        ({"network": {"access": "restricted", "allowed_domains": ["https://a.b"]}}, "network"),
        (
            {"network": {"access": "restricted", "allowed_domains": ["a"] * 101}},
            "network.allowed_domains",
        ),
        ({"packages": {"gem": []}}, "packages.gem"),
        ({"plugins": [archive()] * 33}, "plugins"),
        ({"plugins": [{**archive(), "source": {}}]}, "plugins[0].source.type"),
        (
            {"skills": [archive() | {"source": archive()["source"] | {"data": base(b"no zip")}}]},
            "skills[0].source.data",
        ),
        ({"skills": [{"type": "skill_reference"}]}, "skills[0].skill_id"),
        ({"skills": [{"type": "skill_reference", "skill_id": "s"}] * 201}, "skills"),
        ({"setup_commands": [{"command": "true"}] * 17}, "setup_commands"),
        ({"setup_commands": [{"command": "x" * 65_537}]}, "setup_commands[0].command"),
        ({"setup_commands": [{"command": "true", "cwd": "here"}]}, "setup_commands[0].cwd"),
    ],
)
def test_a_wrong_template_is_refused(api: httpx2.Client, sent: dict[str, Any], param: str) -> None:
    path = f"{TEMPLATES}/{template(api)['id']}"

    for answer in (api.post(TEMPLATES, json=sent), api.post(path, json=sent)):
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("invalid_request_error", param)


def test_templates_are_listed_and_deleted(client: openai.OpenAI) -> None:
    templates = client.beta.agents.environments.templates
    names = [templates.create(name=str(n)).id for n in range(5)]

    assert [one.id for one in templates.list(order="asc", limit=2)] == names
    assert templates.delete(names[0]).object == "agent.environment.template.deleted"
    assert [one.id for one in templates.list()] == names[:0:-1]
    with pytest.raises(openai.NotFoundError) as caught:
        templates.retrieve(names[0])
    assert caught.value.code == "not_found_error"


def test_an_environment_is_prewarmed_once_for_an_idempotency_key(client: openai.OpenAI) -> None:
    environments = client.beta.agents.environments
    made = [
        environments.create(environment={"type": "openai_hosted"}, idempotency_key="k")
        for _ in range(2)
    ]

    assert made[0].id == made[1].id
    assert (made[0].status, made[0].type) == ("ready", "openai_hosted")
    assert [one.id for one in environments.list()] == [made[0].id]
    assert environments.retrieve(made[0].id) == made[0]
    TypeAdapter(EnvironmentInfo).validate_python(made[0].to_dict())
    with pytest.raises(openai.ConflictError):
        environments.create(
            environment={"type": "openai_hosted", "desktop": {"enabled": True}}, idempotency_key="k"
        )


def test_an_environment_that_is_idle_for_an_hour_expires(
    client: openai.OpenAI, clock: Clock
) -> None:
    made = client.beta.agents.environments.create(environment={"type": "openai_hosted"})
    clock.forward(seconds=3599)
    sessions = client.beta.agents.sessions
    session = sessions.create(
        agent={"model": "gpt-6-sol"},
        environment={"type": "openai_hosted", "environment_id": made.id},
    )
    clock.forward(seconds=3599)
    assert client.beta.agents.environments.retrieve(made.id).status == "ready"
    clock.forward(seconds=1)
    assert client.beta.agents.environments.retrieve(made.id).status == "expired"
    hello: Any = {
        "type": "agent.session.input.message",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi."}]}],
    }
    with pytest.raises(openai.ConflictError):
        sessions.events.create(session.id, events=[hello])


def test_a_sessions_environment_inherits_its_template(api: httpx2.Client) -> None:
    uploaded = api.post(
        "/files", files={"file": ("a.md", b"12345")}, data={"purpose": "user_data"}
    ).json()
    source = {"type": "file_id", "file_id": uploaded["id"], "path": "/workspace/a.md"}
    made = template(
        api,
        files=[source],
        packages={"python": ["numpy"]},
        network={"access": "restricted", "allowed_domains": ["a.example", "b.example"]},
    )

    answer = session(
        api,
        environment_template_id=made["id"],
        desktop={"enabled": True},
        network={"access": "restricted", "allowed_domains": ["a.example"]},
    )

    assert answer.status_code == 201, answer.text
    environment = answer.json()["environment"]
    TypeAdapter(Environment).validate_python(environment)
    (copied,) = environment["files"]
    assert copied["size_bytes"] == 5
    assert environment["packages"]["python"] == ["numpy"]
    assert environment["desktop"] == {"enabled": True}
    assert environment["network"]["allowed_domains"] == ["a.example"]
    assert environment["container_size"] == "medium"
    listed = api.get("/agents/environments").json()["data"]
    assert [one["id"] for one in listed] == [environment["id"]]


@pytest.mark.parametrize(
    ("sent", "status", "param"),
    [
        ({"environment_template_id": "envtmpl_0"}, 404, "environment.environment_template_id"),
        ({"environment_id": "env_00000"}, 404, "environment.environment_id"),
        ({"environment_id": "env"}, 400, "environment.environment_id"),
        ({"environment_id": "env_00000", "env": {}}, 400, "environment.environment_id"),
        ({"container_size": "huge"}, 400, "environment.container_size"),
        (
            {"files": [{"type": "file_id", "file_id": "file-0", "path": "/workspace/a"}]},
            404,
            "environment.files",
        ),
        (
            {"skills": [{"type": "skill_reference", "skill_id": "skill_0"}]},
            404,
            "environment.skills",
        ),
    ],
)
def test_an_environment_of_what_does_not_exist_is_refused(
    api: httpx2.Client, sent: dict[str, Any], status: int, param: str
) -> None:
    answer = session(api, **sent)

    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    "network",
    [
        {"access": "enabled"},
        {"access": "restricted", "allowed_domains": ["a.example", "c.example"]},
    ],
)
def test_a_session_cannot_broaden_its_templates_network(
    api: httpx2.Client, network: dict[str, Any]
) -> None:
    narrow = {"access": "restricted", "allowed_domains": ["a.example", "b.example"]}
    made = template(api, network=narrow)

    answer = session(api, environment_template_id=made["id"], network=network)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "environment.network"


def test_a_self_hosted_environment_is_the_applications_own(api: httpx2.Client) -> None:
    given = {
        "agent": {"model": "gpt-6-sol"},
        "environment": {"type": "self_hosted", "workspace_directory": "/srv"},
    }

    made = api.post("/agents/sessions", json=given).json()

    assert made["status"] == "idle"
    TypeAdapter(Environment).validate_python(made["environment"])
    assert made["environment"]["workspace_directory"] == "/srv"
    info = api.get(f"/agents/environments/{made['environment']['id']}").json()
    assert (info["type"], info["status"]) == ("self_hosted", "connected")
    assert api.get("/agents/environments").json()["data"] == []
    assert api.get("/agents/environments?type=self_hosted").status_code == 400
    assert api.delete(f"/agents/environments/{info['id']}").status_code == 405


def test_nothing_confidential_reaches_the_database(tmp_path: Path, start: Any) -> None:
    data = tmp_path / "data.db"
    client = start(data=data)
    client.beta.agents.environments.templates.create(
        env={"KEY": "canary-env"},
        setup_commands=[{"command": "canary-command"}],
        files=[file(data=base(b"canary-file"))],
        skills=[archive()],
    )

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"agent.environment.template" in written
    assert b"canary" not in written
    assert base(b"canary-file").encode() not in written
