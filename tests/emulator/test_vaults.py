from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.beta.agents import Vault
from openai.types.beta.agents.vaults import Credential
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.emulator.conftest import Clock

CANARY = "canary-3f9a1c"
URL = "https://mcp.example.com"
BEARER: Any = {"type": "static_bearer", "mcp_server_url": URL, "token": CANARY}
REFRESH: Any = {
    "client_id": "app",
    "refresh_token": CANARY,
    "token_endpoint": "https://login.example.com/token",
    "token_endpoint_auth": {"type": "client_secret_basic", "client_secret": CANARY},
}
OAUTH: Any = {
    "type": "mcp_oauth",
    "mcp_server_url": URL,
    "access_token": CANARY,
    "expires_at": "2027-02-01T00:00:00Z",
    "refresh": REFRESH | {"scope": "read"},
}
VARIABLE: Any = {
    "type": "environment_variable",
    "secret_name": "SERVICE_KEY",
    "secret_value": CANARY,
    "networking": {"type": "limited", "allowed_hosts": ["API.example.com", "192.0.2.1"]},
}


@pytest.fixture
def api(wire: httpx2.Client) -> httpx2.Client:
    wire.headers["OpenAI-Beta"] = "agents=v1"
    return wire


@pytest.fixture
def vault(api: httpx2.Client) -> str:
    return f"/vaults/{api.post('/vaults', json={'name': 'crm'}).json()['id']}"


def store(api: httpx2.Client, vault: str, auth: Any, **fields: Any) -> dict[str, Any]:
    answer = api.post(f"{vault}/credentials", json={"name": "key", "auth": auth, **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    TypeAdapter(Credential).validate_python(body)
    return body


def test_a_vault_is_made_read_renamed_and_deleted(client: openai.OpenAI) -> None:
    vaults = client.beta.agents.vaults
    made = vaults.create(name="  crm  ", metadata={"team": "sales"})

    TypeAdapter(Vault).validate_python(made.to_dict())
    assert (made.name, made.metadata, made.object) == ("crm", {"team": "sales"}, "vault")
    assert vaults.retrieve(made.id) == made
    assert vaults.update(made.id, name=None) == made.model_copy(update={"name": None})
    replaced = vaults.update(made.id, name="erp", metadata={"a": "b"})
    assert (replaced.name, replaced.metadata) == ("erp", {"a": "b"})
    assert vaults.delete(made.id).object == "vault.deleted"
    with pytest.raises(openai.NotFoundError) as caught:
        vaults.retrieve(made.id)
    assert caught.value.code == "not_found_error"


def test_a_vault_needs_no_name(client: openai.OpenAI) -> None:
    assert client.beta.agents.vaults.create().name is None


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "é" * 129}, "name"),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata"),
        ({"metadata": {"k": "x" * 513}}, "metadata.k"),
        ({"status": "archived"}, "status"),
    ],
)
def test_a_wrong_vault_is_refused(
    api: httpx2.Client, vault: str, sent: dict[str, Any], param: str
) -> None:
    for path in ("/vaults", vault):
        error = api.post(path, json=sent).json()["error"]
        assert (error["code"], error["param"]) == ("invalid_request_error", param)


def test_only_a_creation_takes_null_for_metadata(api: httpx2.Client, vault: str) -> None:
    assert api.post("/vaults", json={"metadata": None}).status_code == 201
    assert api.post(vault, json={"metadata": None}).status_code == 400
    assert api.post("/vaults", json={"name": None}).status_code == 400
    assert api.post("/vaults", json={"name": "é" * 128}).status_code == 201


def test_vaults_are_listed_by_metadata_and_status(client: openai.OpenAI) -> None:
    vaults = client.beta.agents.vaults
    names = [vaults.create(metadata={"n": str(n % 2)}).id for n in range(6)]

    assert [one.id for one in vaults.list(order="asc", limit=2)] == names
    assert [one.id for one in vaults.list(metadata={"n": "1"}, limit=1)] == names[5::-2]
    assert [one.id for one in vaults.list(status="active", order="asc")] == names
    assert [one.id for one in vaults.list(status=["active", "archived"], order="asc")] == names
    assert list(vaults.list(status="archived")) == []
    with pytest.raises(openai.BadRequestError) as caught:
        vaults.list(extra_query={"status": "gone"})
    assert caught.value.param == "status"


@pytest.mark.parametrize(
    ("auth", "shown"),
    [
        (BEARER, {"type": "static_bearer", "mcp_server_url": URL}),
        (
            OAUTH,
            {
                "type": "mcp_oauth",
                "mcp_server_url": URL,
                "expires_at": "2027-02-01T00:00:00Z",
                "refresh": {
                    "client_id": "app",
                    "token_endpoint": "https://login.example.com/token",
                    "token_endpoint_auth": {"type": "client_secret_basic"},
                    "resource": None,
                    "scope": "read",
                },
            },
        ),
        (
            {"type": "mcp_oauth", "mcp_server_url": URL, "access_token": CANARY},
            {"type": "mcp_oauth", "mcp_server_url": URL, "expires_at": None, "refresh": None},
        ),
        (
            VARIABLE,
            {
                "type": "environment_variable",
                "secret_name": "SERVICE_KEY",
                "networking": {
                    "type": "limited",
                    "allowed_hosts": ["api.example.com", "192.0.2.1"],
                },
            },
        ),
        (
            VARIABLE | {"networking": {"type": "unrestricted"}},
            {
                "type": "environment_variable",
                "secret_name": "SERVICE_KEY",
                "networking": {"type": "unrestricted"},
            },
        ),
    ],
)
def test_a_credential_shows_everything_but_its_secrets(
    api: httpx2.Client, vault: str, auth: Any, shown: dict[str, Any]
) -> None:
    made = store(api, vault, auth, metadata={"a": "b"})

    assert made["auth"] == shown
    assert (made["name"], made["metadata"]) == ("key", {"a": "b"})
    assert f"/vaults/{made['vault_id']}" == vault
    assert api.get(f"{vault}/credentials/{made['id']}").json() == made
    assert CANARY not in json.dumps(api.get(f"{vault}/credentials").json())


@pytest.mark.parametrize(
    ("auth", "param"),
    [
        ({}, "auth.type"),
        ({"type": "basic"}, "auth.type"),
        (BEARER | {"mcp_server_url": "http://mcp.example.com"}, "auth.mcp_server_url"),
        ({"type": "static_bearer", "mcp_server_url": URL}, "auth.token"),
        (BEARER | {"token": 1}, "auth.token"),
        (BEARER | {"scope": ""}, "auth.scope"),
        (OAUTH | {"expires_at": "tomorrow"}, "auth.expires_at"),
        (OAUTH | {"expires_at": "2027-02-01T00:00:00"}, "auth.expires_at"),
        (OAUTH | {"refresh": {}}, "auth.refresh.client_id"),
        (
            OAUTH | {"refresh": REFRESH | {"token_endpoint": "http://a.b"}},
            "auth.refresh.token_endpoint",
        ),
        (
            OAUTH | {"refresh": REFRESH | {"token_endpoint_auth": {"type": "none", "x": 1}}},
            "auth.refresh.token_endpoint_auth.x",
        ),
        *(
            (VARIABLE | {"secret_name": name}, "auth.secret_name")
            for name in ("", "1A", "A-B", "CODEX_KEY", "https_proxy", "SSL_CERT_FILE")
        ),
        *(
            (VARIABLE | {"secret_value": value}, "auth.secret_value")
            for value in ("", f"{CANARY}\n", f"{CANARY}\r", f"{CANARY}\0")
        ),
        *(
            (
                VARIABLE | {"networking": {"type": "limited", "allowed_hosts": hosts}},
                "auth.networking.allowed_hosts",
            )
            for hosts in (
                [],
                ["a.example"] * 17,
                ["a.example", "A.example"],
                ["*.example"],
                ["https://a.example"],
                ["a.example:443"],
                ["::1"],
            )
        ),
    ],
)
def test_a_wrong_credential_is_refused_without_its_secret(
    api: httpx2.Client, vault: str, auth: Any, param: str
) -> None:
    answer = api.post(f"{vault}/credentials", json={"name": "key", "auth": auth})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("auth", "rotation", "changed"),
    [
        (BEARER, {"type": "static_bearer", "token": CANARY}, {}),
        (VARIABLE, {"type": "environment_variable", "secret_value": CANARY}, {}),
        (OAUTH, {"type": "mcp_oauth"}, {}),
        (OAUTH, {"type": "mcp_oauth", "access_token": CANARY}, {"expires_at": None}),
        (OAUTH, {"type": "mcp_oauth", "expires_at": None}, {"expires_at": None}),
        (
            OAUTH,
            {
                "type": "mcp_oauth",
                "access_token": CANARY,
                "expires_at": "2028-01-01T00:00:00Z",
            },
            {"expires_at": "2028-01-01T00:00:00Z"},
        ),
    ],
)
def test_a_rotation_changes_what_is_shown_beside_the_secret(
    api: httpx2.Client,
    vault: str,
    clock: Clock,
    *,
    auth: Any,
    rotation: Any,
    changed: dict[str, Any],
) -> None:
    made = store(api, vault, auth)
    clock.forward(seconds=5)

    after = api.post(f"{vault}/credentials/{made['id']}", json={"auth": rotation}).json()

    assert after["auth"] == made["auth"] | changed
    assert after["updated_at"] == made["updated_at"] + 5
    assert (after["created_at"], after["name"]) == (made["created_at"], made["name"])


def test_a_rotation_can_change_the_scope_of_a_refresh(api: httpx2.Client, vault: str) -> None:
    path = f"{vault}/credentials/{store(api, vault, OAUTH)['id']}"

    def scope(**refresh: Any) -> Any:
        auth = {"type": "mcp_oauth", "refresh": refresh}
        return api.post(path, json={"auth": auth}).json()["auth"]["refresh"]["scope"]

    assert scope(refresh_token=CANARY) == "read"
    assert scope(scope="write") == "write"
    assert scope(scope=None) is None


@pytest.mark.parametrize(
    ("auth", "sent", "param"),
    [
        (BEARER, {}, None),
        (BEARER, {"name": "other"}, "name"),
        (BEARER, {"metadata": None}, "metadata"),
        (BEARER, {"auth": {"type": "static_bearer"}}, "auth.token"),
        (BEARER, {"auth": {"type": "mcp_oauth"}}, "auth.type"),
        (
            BEARER,
            {"auth": {"type": "static_bearer", "token": CANARY, "mcp_server_url": URL}},
            "auth.mcp_server_url",
        ),
        (
            VARIABLE,
            {"auth": {"type": "environment_variable", "secret_value": f"{CANARY}\n"}},
            "auth.secret_value",
        ),
        (OAUTH, {"auth": {"type": "mcp_oauth", "expires_at": "soon"}}, "auth.expires_at"),
        (
            OAUTH,
            {
                "auth": {
                    "type": "mcp_oauth",
                    "refresh": {"token_endpoint_auth": {"type": "client_secret_post"}},
                }
            },
            "auth.refresh.token_endpoint_auth.type",
        ),
        (
            OAUTH | {"refresh": None},
            {"auth": {"type": "mcp_oauth", "refresh": {"scope": "x"}}},
            "auth.refresh",
        ),
    ],
)
def test_a_wrong_rotation_is_refused(
    api: httpx2.Client, vault: str, auth: Any, sent: Any, param: str | None
) -> None:
    path = f"{vault}/credentials/{store(api, vault, auth)['id']}"

    answer = api.post(path, json=sent)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert CANARY not in answer.text


def test_metadata_of_a_credential_is_replaced_whole(api: httpx2.Client, vault: str) -> None:
    path = f"{vault}/credentials/{store(api, vault, BEARER, metadata={'a': '1'})['id']}"

    assert api.post(path, json={"metadata": {"b": "2"}}).json()["metadata"] == {"b": "2"}
    assert api.post(path, json={"metadata": {}}).json()["metadata"] == {}


def test_a_vault_takes_its_credentials_with_it(client: openai.OpenAI) -> None:
    vaults = client.beta.agents.vaults
    one, other = vaults.create(), vaults.create()
    keys = [
        vaults.credentials.create(one.id, name=str(n), auth=BEARER, metadata={"n": str(n)})
        for n in range(3)
    ]
    kept = vaults.credentials.create(other.id, name="kept", auth=BEARER)

    listed = vaults.credentials.list(one.id, order="asc", limit=2)
    assert [key.id for key in listed] == [key.id for key in keys]
    assert [key.id for key in vaults.credentials.list(one.id, metadata={"n": "1"})] == [keys[1].id]
    deleted = vaults.credentials.delete(keys[0].id, vault_id=one.id)
    assert deleted.object == "vault.credential.deleted"
    vaults.delete(one.id)
    for call in (
        lambda: vaults.credentials.list(one.id),
        lambda: vaults.credentials.retrieve(keys[1].id, vault_id=one.id),
        lambda: vaults.credentials.retrieve(keys[1].id, vault_id=other.id),
    ):
        with pytest.raises(openai.NotFoundError):
            call()
    assert vaults.credentials.retrieve(kept.id, vault_id=other.id) == kept


def test_a_session_uses_only_credentials_of_its_vaults(client: openai.OpenAI) -> None:
    vault = client.beta.agents.vaults.create()
    key = client.beta.agents.vaults.credentials.create(vault.id, name="key", auth=BEARER)
    transport: Any = {"type": "http", "server_url": URL}
    tool: Any = {"type": "mcp", "server_label": "crm", "transport": transport}
    agent = client.beta.agents.create(model="gpt-6-sol", tools=[tool | {"credential_id": key.id}])

    def start(vault_ids: list[str]) -> list[str]:
        return client.beta.agents.sessions.create(
            agent_id=agent.id, environment={"type": "none"}, input="Hi.", vault_ids=vault_ids
        ).vault_ids

    assert start([vault.id]) == [vault.id]
    with pytest.raises(openai.NotFoundError) as caught:
        start([])
    assert caught.value.param == "agent.tools[0].credential_id"


def test_a_secret_never_reaches_the_database(tmp_path: Path, start: Any) -> None:
    client = start(data=tmp_path / "data.db")
    vaults = client.beta.agents.vaults
    vault = vaults.create(name="crm")
    for auth in (BEARER, OAUTH, VARIABLE):
        key = vaults.credentials.create(vault.id, name="key", auth=auth)
        rotation = {name: auth[name] for name in auth if name in {"type", "token", "secret_value"}}
        if auth["type"] == "mcp_oauth":
            rotation["access_token"] = CANARY
        vaults.credentials.update(key.id, vault_id=vault.id, auth=rotation)
    transport = {"type": "http", "server_url": URL, "authorization": CANARY}
    tool = {"type": "mcp", "server_label": "crm", "transport": transport}
    client.beta.agents.sessions.create(
        agent={"model": "gpt-6-sol", "tools": [tool]},
        environment={"type": "openai_hosted", "env": {"KEY": CANARY}},
        vault_ids=[vault.id],
    )
    client.beta.agents.vaults.list()

    files = list(tmp_path.iterdir())
    written = b"".join(path.read_bytes() for path in files)
    assert b"static_bearer" in written
    assert CANARY.encode() not in written
