from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    import httpx2

    from .conftest import Clock


@pytest.fixture(params=["client", "socket_client"])
def either(request: pytest.FixtureRequest) -> openai.OpenAI:
    client: openai.OpenAI = request.getfixturevalue(request.param)
    return client


def test_a_container_is_made_listed_and_deleted(either: openai.OpenAI) -> None:
    made = either.containers.create(name="one")
    either.containers.create(name="two")

    assert made.id.startswith("cntr_")
    assert (made.status, made.memory_limit) == ("running", "1g")
    assert [found.id for found in either.containers.list(name="one")] == [made.id]
    assert len(either.containers.list().data) == 2
    either.containers.delete(made.id)
    with pytest.raises(openai.NotFoundError, match=f"Container with id '{made.id}' not found."):
        either.containers.retrieve(made.id)


def test_files_go_in_and_come_out(either: openai.OpenAI) -> None:
    file = either.files.create(file=("a.csv", b"a\n1\n"), purpose="assistants")
    container = either.containers.create(name="one", file_ids=[file.id])
    files = either.containers.files

    uploaded = files.create(container.id, file=("b.csv", b"b\n"))

    paths = [found.path for found in files.list(container.id, order="asc")]
    assert paths == ["/mnt/data/a.csv", "/mnt/data/b.csv"]
    assert (uploaded.bytes, uploaded.source) == (2, "user")
    assert files.retrieve(uploaded.id, container_id=container.id) is not None
    assert files.content.retrieve(uploaded.id, container_id=container.id).read() == b"b\n"
    files.delete(uploaded.id, container_id=container.id)
    assert len(files.list(container.id).data) == 1
    assert files.create(container.id, file_id=file.id).path == "/mnt/data/a.csv"


def test_a_container_dies_without_use(client: openai.OpenAI, clock: Clock) -> None:
    container = client.containers.create(
        name="one", expires_after={"anchor": "last_active_at", "minutes": 5}
    )
    clock.forward(seconds=200)
    client.containers.files.create(container.id, file=("b.csv", b"b\n"))
    clock.forward(seconds=200)
    assert client.containers.retrieve(container.id).status == "running"

    clock.forward(seconds=200)

    assert client.containers.retrieve(container.id).status == "expired"
    with pytest.raises(openai.BadRequestError, match="Container is expired"):
        client.containers.files.list(container.id)


def test_the_secrets_of_a_network_policy_are_not_shown(wire: httpx2.Client) -> None:
    policy = {
        "type": "allowlist",
        "allowed_domains": ["example.com"],
        "domain_secrets": [{"domain": "example.com", "name": "a", "value": "hunter2"}],
    }

    made = wire.post("/containers", json={"name": "one", "network_policy": policy})

    assert made.json()["network_policy"]["allowed_domains"] == ["example.com"]
    assert "hunter2" not in made.text


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "name", "missing_required_parameter"),
        ({"name": "a", "memory_limit": "2g"}, "memory_limit", "invalid_value"),
        (
            {"name": "a", "expires_after": {"anchor": "last_active_at", "minutes": 21}},
            "expires_after.minutes",
            "integer_above_max_value",
        ),
        ({"name": "a", "file_ids": ["file-no"]}, "file_ids", "invalid_value"),
        ({"name": "a", "nothing": 1}, "nothing", "unknown_parameter"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    wire: httpx2.Client, body: dict[str, Any], param: str, code: str
) -> None:
    answer = wire.post("/containers", json=body)

    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, code)
