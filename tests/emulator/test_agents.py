from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.beta import Agent
from pydantic import TypeAdapter

if TYPE_CHECKING:
    import httpx2

    from tests.emulator.conftest import Clock

OBJECT = {"type": "object", "properties": {"id": {"type": "string"}}}
HTTP = {"type": "http", "server_url": "https://mcp.example.com"}
STDIO = {"type": "stdio", "command": "serve", "cwd": "/srv"}


@pytest.fixture
def api(wire: httpx2.Client) -> httpx2.Client:
    wire.headers["OpenAI-Beta"] = "agents=v1"
    return wire


def create(api: httpx2.Client, **fields: Any) -> dict[str, Any]:
    answer = api.post("/agents", json={"model": "gpt-6.1-sol", **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    TypeAdapter(Agent).validate_python(body)
    return body


def function(name: str = "look_up", **fields: Any) -> dict[str, Any]:
    required = {"name": name, "description": "Look it up.", "parameters": OBJECT}
    return {"type": "function", **required, **fields}


def mcp(label: str = "crm", **fields: Any) -> dict[str, Any]:
    return {"type": "mcp", "server_label": label, "transport": HTTP, **fields}


@pytest.mark.parametrize("header", ["", "assistants=v2", "agents=v2"])
@pytest.mark.parametrize(
    "path",
    ["/agents", "/agents/sessions", "/agents/environments", "/agents/automations", "/vaults"],
)
def test_the_beta_header_of_the_agents_api_is_demanded(
    wire: httpx2.Client, path: str, header: str
) -> None:
    answer = wire.get(path, headers={"OpenAI-Beta": header})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_beta"


def test_an_agent_with_only_a_model_reads_back_with_every_default_resolved(
    api: httpx2.Client,
) -> None:
    made = create(api)

    assert made["id"].startswith("agt_")
    assert {key: made[key] for key in made if key != "id"} == {
        "object": "agent",
        "created_at": 1_800_000_000,
        "updated_at": 1_800_000_000,
        "name": None,
        "metadata": {},
        "model": "gpt-6.1-sol",
        "instructions": None,
        "reasoning": {"effort": "medium", "summary": None},
        "service_tier": "auto",
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "multi_agent": {"enabled": False, "max_concurrent_subagents": None},
        "compaction": {"async": False},
        "experimental": {"time_awareness": False},
        "tools": [],
    }
    assert api.get(f"/agents/{made['id']}").json() == made


FORMAT = {"type": "json_schema", "schema": OBJECT}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"name": "A"}, {"name": "A"}),
        ({"metadata": None}, {"metadata": {}}),
        ({"instructions": "Be brief."}, {"instructions": "Be brief."}),
        ({"reasoning": None}, {"reasoning": {"effort": "medium", "summary": None}}),
        (
            {"reasoning": {"summary": "auto"}},
            {"reasoning": {"effort": "medium", "summary": "auto"}},
        ),
        (
            {"model": "gpt-4.1", "reasoning": {}},
            {"reasoning": {"effort": None, "summary": None}},
        ),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        (
            {"text": {"verbosity": "low"}},
            {"text": {"format": {"type": "text"}, "verbosity": "low"}},
        ),
        ({"text": {"format": FORMAT}}, {"text": {"format": FORMAT, "verbosity": "medium"}}),
        (
            {"multi_agent": {"enabled": True}},
            {"multi_agent": {"enabled": True, "max_concurrent_subagents": 6}},
        ),
        (
            {"multi_agent": {"enabled": True, "max_concurrent_subagents": 2}},
            {"multi_agent": {"enabled": True, "max_concurrent_subagents": 2}},
        ),
        (
            {"multi_agent": {"enabled": False, "max_concurrent_subagents": 2}},
            {"multi_agent": {"enabled": False, "max_concurrent_subagents": None}},
        ),
        ({"compaction": {}}, {"compaction": {"async": False}}),
        ({"compaction": {"async": None}}, {"compaction": {"async": False}}),
        ({"compaction": {"async": True}}, {"compaction": {"async": True}}),
        ({"experimental": {}}, {"experimental": {"time_awareness": False}}),
    ],
)
def test_a_field_reads_back_resolved(
    api: httpx2.Client, sent: dict[str, Any], read: dict[str, Any]
) -> None:
    made = create(api, **sent)

    assert {key: made[key] for key in read} == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (function(), function(defer_loading=False) | {"async": False}),
        (function(defer_loading=True) | {"async": True}, None),
        ({"type": "tool_search"}, None),
        ({"type": "automations"}, None),
        (
            {"type": "programmatic_tool_calling"},
            {"type": "programmatic_tool_calling", "enabled": True},
        ),
        ({"type": "programmatic_tool_calling", "enabled": False}, None),
        ({"type": "computer_use"}, {"type": "computer_use", "include_screenshots": False}),
        (
            {"type": "web_search"},
            {
                "type": "web_search",
                "mode": "live",
                "context_size": "medium",
                "allowed_domains": None,
                "location": None,
            },
        ),
        (
            {"type": "web_search", "mode": None, "location": {"city": "Bern"}},
            {
                "type": "web_search",
                "mode": "live",
                "context_size": "medium",
                "allowed_domains": None,
                "location": {"city": "Bern", "country": None, "region": None, "timezone": None},
            },
        ),
        (
            mcp(),
            {
                "type": "mcp",
                "server_label": "crm",
                "transport": HTTP | {"headers": {}},
                "allowed_tools": None,
                "connection_origin": "service",
                "credential_id": None,
                "request_metadata": {},
                "required": False,
            },
        ),
        (
            mcp(
                transport=STDIO | {"args": ["-v"], "env_vars": ["HOME"]},
                allowed_tools=[],
                connection_origin="environment",
                credential_id="cred_1",
                request_metadata={"a": {"b": 1}},
                required=True,
            ),
            None,
        ),
        (
            mcp(transport=STDIO),
            {
                "type": "mcp",
                "server_label": "crm",
                "transport": STDIO | {"args": [], "env_vars": []},
                "allowed_tools": None,
                "connection_origin": "service",
                "credential_id": None,
                "request_metadata": {},
                "required": False,
            },
        ),
    ],
)
def test_a_tool_reads_back_with_its_defaults(
    api: httpx2.Client, sent: dict[str, Any], read: dict[str, Any] | None
) -> None:
    assert create(api, tools=[sent])["tools"] == [sent if read is None else read]


EVERYTHING: dict[str, Any] = {
    "name": "A",
    "instructions": "I",
    "metadata": {"a": "1", "b": "2"},
    "reasoning": {"effort": "high", "summary": "auto"},
    "service_tier": "flex",
    "text": {"format": FORMAT, "verbosity": "low"},
    "multi_agent": {"enabled": True, "max_concurrent_subagents": 3},
    "compaction": {"async": True},
    "experimental": {"time_awareness": True},
    "tools": [function()],
}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({}, {}),
        ({"name": None}, {"name": None}),
        ({"instructions": None}, {"instructions": None}),
        ({"metadata": {"c": "3"}}, {"metadata": {"c": "3"}}),
        ({"metadata": None}, {"metadata": {}}),
        ({"reasoning": {"effort": "low"}}, {"reasoning": {"effort": "low", "summary": None}}),
        ({"reasoning": None}, {"reasoning": {"effort": "medium", "summary": None}}),
        ({"service_tier": None}, {"service_tier": "auto"}),
        (
            {"text": {"verbosity": "high"}},
            {"text": {"format": {"type": "text"}, "verbosity": "high"}},
        ),
        ({"text": None}, {"text": {"format": {"type": "text"}, "verbosity": "medium"}}),
        (
            {"multi_agent": {"enabled": True}},
            {"multi_agent": {"enabled": True, "max_concurrent_subagents": 6}},
        ),
        (
            {"multi_agent": None},
            {"multi_agent": {"enabled": False, "max_concurrent_subagents": None}},
        ),
        ({"compaction": {}}, {"compaction": {"async": False}}),
        ({"compaction": None}, {"compaction": {"async": False}}),
        ({"experimental": {}}, {"experimental": {"time_awareness": True}}),
        ({"experimental": {"time_awareness": False}}, {"experimental": {"time_awareness": False}}),
        ({"tools": []}, {"tools": []}),
        ({"tools": None}, {"tools": []}),
        ({"tools": [{"type": "automations"}]}, {"tools": [{"type": "automations"}]}),
        ({"model": "gpt-6-sol"}, {"model": "gpt-6-sol"}),
    ],
)
def test_an_update_changes_only_what_it_names(
    api: httpx2.Client, clock: Clock, sent: dict[str, Any], read: dict[str, Any]
) -> None:
    made = create(api, **EVERYTHING)
    clock.forward(seconds=5)

    after = api.post(f"/agents/{made['id']}", json=sent).json()

    assert after == made | {"updated_at": made["updated_at"] + 5} | read


BAD = [
    ({"name": "x" * 129}, "name"),
    ({"model": ""}, "model"),
    ({"model": None}, "model"),
    ({"model": "x" * 1_048_577}, "model"),
    ({"instructions": "x" * 1_048_577}, "instructions"),
    ({"metadata": {str(n): "x" for n in range(17)}}, "metadata"),
    ({"metadata": {"": "x"}}, "metadata"),
    ({"metadata": {"x" * 65: "x"}}, "metadata"),
    ({"metadata": {"key": "x" * 513}}, "metadata.key"),
    ({"metadata": {"key": 1}}, "metadata.key"),
    ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
    ({"reasoning": {"summary": "none"}}, "reasoning.summary"),
    ({"reasoning": {"x": 1}}, "reasoning.x"),
    ({"service_tier": "slow"}, "service_tier"),
    ({"text": {"verbosity": "loud"}}, "text.verbosity"),
    ({"text": {"format": {"type": "json_object"}}}, "text.format.type"),
    ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
    ({"text": {"format": FORMAT | {"name": "x"}}}, "text.format.name"),
    ({"text": {"format": FORMAT | {"strict": True}}}, "text.format.strict"),
    (
        {"text": {"format": {"type": "json_schema", "schema": {"type": "array"}}}},
        "text.format.schema",
    ),
    ({"multi_agent": {}}, "multi_agent.enabled"),
    (
        {"multi_agent": {"enabled": True, "max_concurrent_subagents": 0}},
        "multi_agent.max_concurrent_subagents",
    ),
    ({"compaction": {"async": "yes"}}, "compaction.async"),
    ({"experimental": None}, "experimental"),
    ({"experimental": {"x": True}}, "experimental.x"),
    ({"tools": [{"type": "file_search"}]}, "tools[0].type"),
    ({"tools": [{}]}, "tools[0].type"),
    ({"tools": [{"type": "tool_search", "x": 1}]}, "tools[0].x"),
    ({"tools": [function(), function()]}, "tools[1].name"),
    ({"tools": [function("")]}, "tools[0].name"),
    ({"tools": [function(strict=True)]}, "tools[0].strict"),
    ({"tools": [function(parameters={})]}, "tools[0].parameters"),
    ({"tools": [function(parameters=OBJECT | {"anyOf": []})]}, "tools[0].parameters"),
    ({"tools": [function(parameters={"type": "object", "properties": 1})]}, "tools[0].parameters"),
    ({"tools": [{"type": "function", "name": "a", "description": ""}]}, "tools[0].parameters"),
    ({"tools": [{"type": "function", "name": "a", "parameters": OBJECT}]}, "tools[0].description"),
    ({"tools": [mcp(), mcp()]}, "tools[1].server_label"),
    ({"tools": [mcp(transport={"type": "http"})]}, "tools[0].transport.server_url"),
    (
        {"tools": [mcp(transport={"type": "http", "server_url": "crm"})]},
        "tools[0].transport.server_url",
    ),
    (
        {"tools": [mcp(transport=HTTP | {"authorization": "x"})]},
        "tools[0].transport.authorization",
    ),
    ({"tools": [mcp(transport=STDIO | {"env": {}})]}, "tools[0].transport.env"),
    ({"tools": [mcp(transport={"type": "stdio", "command": "x"})]}, "tools[0].transport.cwd"),
    ({"tools": [mcp(connection_origin="here")]}, "tools[0].connection_origin"),
    ({"tools": [{"type": "web_search", "mode": "slow"}]}, "tools[0].mode"),
    ({"tools": [{"type": "web_search", "context_size": "huge"}]}, "tools[0].context_size"),
    ({"tools": [{"type": "web_search", "location": {"x": 1}}]}, "tools[0].location.x"),
    ({"tools": [function(str(n), description="x" * 1_000_000) for n in range(4)]}, "tools"),
    *(
        ({field: 1}, field)
        for field in (
            *("temperature", "top_p", "tool_choice", "parallel_tool_calls", "description"),
            *("max_output_tokens", "truncation", "created_by"),
        )
    ),
]


@pytest.mark.parametrize(("sent", "param"), BAD, ids=[f"{n}-{bad[1]}" for n, bad in enumerate(BAD)])
def test_a_violation_is_an_invalid_request_that_names_its_parameter(
    api: httpx2.Client, sent: dict[str, Any], param: str
) -> None:
    path = f"/agents/{create(api)['id']}"

    answers = [
        api.post("/agents", json={"model": "gpt-6.1-sol"} | sent),
        api.post(path, json=sent),
    ]

    for answer in answers:
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_request_error")
        assert error["param"] == param


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "x" * 128},
        {"metadata": {str(n): "x" for n in range(16)}},
        {"metadata": {"x" * 64: "x" * 512}},
        {"instructions": "x" * 1_048_576},
        {"multi_agent": {"enabled": True, "max_concurrent_subagents": 1}},
        {"tools": [function(str(n), description="x" * 1_000_000) for n in range(3)]},
    ],
)
def test_a_limit_itself_is_allowed(api: httpx2.Client, sent: dict[str, Any]) -> None:
    create(api, **sent)


def test_a_model_is_required_and_its_name_preserved(api: httpx2.Client) -> None:
    assert api.post("/agents", json={}).json()["error"]["param"] == "model"
    assert create(api, model="ft:mine::1")["model"] == "ft:mine::1"


def test_agents_are_listed_forwards_only(client: openai.OpenAI) -> None:
    names = [client.beta.agents.create(model="gpt-6-sol", name=str(n)).id for n in range(23)]

    assert [agent.id for agent in client.beta.agents.list(order="asc")] == names
    assert [agent.id for agent in client.beta.agents.list(limit=7)] == names[::-1]
    first = client.beta.agents.list()
    assert (len(first.data), first.has_more) == (20, True)
    after = client.beta.agents.list(order="asc", after=names[20])
    assert [agent.id for agent in after.data] == names[21:]
    unknown = client.beta.agents.list(order="asc", extra_query={"before": names[1]})
    assert len(unknown.data) == 20


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_between_one_and_a_hundred_agents(client: openai.OpenAI, limit: int) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.beta.agents.list(limit=limit)

    assert (caught.value.code, caught.value.param) == ("invalid_request_error", "limit")


def test_a_deleted_agent_is_not_found(client: openai.OpenAI) -> None:
    agent = client.beta.agents.create(model="gpt-6-sol")

    assert client.beta.agents.delete(agent.id).to_dict() == {
        "id": agent.id,
        "object": "agent.deleted",
        "deleted": True,
    }
    for call in (
        lambda: client.beta.agents.retrieve(agent.id),
        lambda: client.beta.agents.update(agent.id, name="B"),
        lambda: client.beta.agents.delete(agent.id),
    ):
        with pytest.raises(openai.NotFoundError) as caught:
            call()
        assert caught.value.code == "not_found_error"
