"""The agents runtime: nothing but what a manifest sets is compared, cleared or sent."""

from collections.abc import Mapping
from typing import Any

import pytest

from provisioner.apply.objects import _part
from provisioner.engine.diff import diff
from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.plan import Change
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, Spec
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.agents import to_wire
from provisioner.runtimes.agents.conversation import session_params
from tests.runtimes.supported import A, id_of

OWNER = Owner("acme")
BINDING = RUNTIMES["agents"].bindings["assistant"]
MCP = {"type": "mcp", "server_url": "https://mcp.example.com/sse"}
ROW: Mapping[str, Any] = {
    "id": "agt_1",
    "object": "agent",
    "name": "a",
    "model": "m",
    "instructions": None,
    "reasoning": {"effort": "medium", "summary": None},
    "service_tier": "auto",
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "multi_agent": {"enabled": False, "max_concurrent_subagents": None},
    "compaction": {"async": False},
    "experimental": {"time_awareness": False},
    "tools": [],
}
"""An agent of which nothing but name and model was set, every default resolved."""


def change(spec: Spec, row: Mapping[str, Any], applied: Spec | None = None) -> Change:
    """Return the plan if `applied` was applied last and the server has `row`."""
    last = Resource(A, spec if applied is None else applied)
    mark = make_mark(last, KINDS["assistant"], BINDING, OWNER)
    metadata = mark.to_metadata()
    normal_form = BINDING.from_wire({**row, "metadata": metadata})
    live = RemoteObject("assistant", "agt_1", "", normal_form.spec, mark, metadata)
    (only,) = diff({A: Resource(A, spec)}, Live({A: live}), KINDS, {"assistant": BINDING}, OWNER)
    return only


def paths(spec: Spec, row: Mapping[str, Any], applied: Spec | None = None) -> list[str]:
    return [field.path for field in change(spec, row, applied).fields]


@pytest.mark.parametrize(
    ("spec", "returned"),
    [
        ({}, {}),
        ({"multi_agent": {"enabled": True}}, {"multi_agent": {"enabled": True, "max_concurrent_subagents": 6}}),
        ({"reasoning_summary": "auto"}, {"reasoning": {"effort": "high", "summary": "auto"}}),
        ({"compaction": {}}, {}),
        (
            {"tools": {"web_search": {"type": "web_search", "location": {"city": "Utrecht"}}}},
            {
                "tools": [
                    {
                        "type": "web_search",
                        "allowed_domains": None,
                        "context_size": "medium",
                        "location": {"city": "Utrecht", "country": None, "region": None},
                        "mode": "live",
                    }
                ]
            },
        ),
        (
            {"tools": {"crm": MCP}},
            {
                "tools": [
                    {
                        "type": "mcp",
                        "server_label": "crm",
                        "allowed_tools": None,
                        "connection_origin": "service",
                        "credential_id": None,
                        "request_metadata": {},
                        "required": False,
                        "transport": {
                            "type": "http",
                            "server_url": "https://mcp.example.com/sse",
                            "headers": {},
                        },
                    }
                ]
            },
        ),
    ],
)  # fmt: skip
def test_what_the_server_resolves_is_no_difference(
    spec: dict[str, Any], returned: dict[str, Any]
) -> None:
    assert paths({"name": "a", "model": "m", **spec}, {**ROW, **returned}) == []


def test_what_the_platform_adds_tomorrow_is_no_difference() -> None:
    tool = {"type": "web_search", "context_size": "medium", "mode": "live", "safe": True}
    row = {**ROW, "tools": [tool], "archived": False, "text": {**ROW["text"], "tone": "dry"}}

    assert paths({"model": "m", "tools": {"web_search": {"type": "web_search"}}}, row) == []


def test_a_schema_keeps_its_nulls() -> None:
    schema = {"type": "object", "properties": {"a": {"default": None}}, "examples": None}
    spec = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}
    row = {**ROW, "text": {"format": {"type": "json_schema", "schema": schema}}}

    assert paths({"model": "m", **spec}, row) == []


@pytest.mark.parametrize(
    ("returned", "path"),
    [
        ({"reasoning": {"effort": "max", "summary": None}}, "reasoning_effort"),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, "verbosity"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"tools": [{"type": "computer_use"}]}, "tools[computer_use]"),
    ],
)
def test_what_moved_and_was_set_is_drift_on_that_field_alone(
    returned: dict[str, Any], path: str
) -> None:
    spec = {"model": "m", "reasoning_effort": "medium", "verbosity": "medium", "tools": {}}
    spec = {**spec, "service_tier": "auto"}

    assert paths(spec, {**ROW, **returned}) == [path]


def test_an_option_that_is_taken_away_goes_back_to_the_default() -> None:
    bare = {"model": "m", "tools": {"web_search": {"type": "web_search"}}}
    cached = {"model": "m", "tools": {"web_search": {"type": "web_search", "mode": "cached"}}}
    tool = {"type": "web_search", "context_size": "medium", "mode": "cached"}
    found = change(bare, {**ROW, "tools": [tool]}, applied=cached)

    (field,) = found.fields
    assert (field.path, field.live, field.desired) == ("tools[web_search].mode", "cached", "live")


@pytest.mark.parametrize(
    ("desired", "applied", "row", "body"),
    [
        (
            {"reasoning_effort": "high", "reasoning_summary": "auto"},
            {"reasoning_effort": "low", "reasoning_summary": "auto"},
            {"reasoning": {"effort": "low", "summary": "auto"}},
            {"reasoning": {"effort": "high", "summary": "auto"}},
        ),
        (
            {"reasoning_summary": "auto"},
            {"reasoning_summary": "auto", "reasoning_effort": "low"},
            {"reasoning": {"effort": "low", "summary": "auto"}},
            {"reasoning": {"summary": "auto"}},
        ),
        (
            {},
            {"reasoning_effort": "low"},
            {"reasoning": {"effort": "low", "summary": None}},
            {"reasoning": None},
        ),
        (
            {"verbosity": "high"},
            {"verbosity": "low"},
            {"text": {"format": {"type": "json_schema", "schema": {}}, "verbosity": "low"}},
            {"text": {"format": {"type": "json_schema", "schema": {}}, "verbosity": "high"}},
        ),
        (
            {},
            {"experimental": {"time_awareness": True}},
            {"experimental": {"time_awareness": True}},
            {"experimental": {"time_awareness": False}},
        ),
        ({}, {"service_tier": "flex"}, {"service_tier": "flex"}, {"service_tier": None}),
    ],
)
def test_an_update_replaces_an_object_with_all_that_is_in_it(
    desired: dict[str, Any], applied: dict[str, Any], row: dict[str, Any], body: dict[str, Any]
) -> None:
    found = change({"model": "m", **desired}, {**ROW, **row}, {"model": "m", **applied})

    assert found.desired
    assert found.live
    assert to_wire(_part(found, found.desired, found.live, BINDING), id_of) == body


def test_a_session_is_recorded_in_the_mark_and_made_from_it() -> None:
    vault, template = Address("vault", "crm"), Address("environment_template", "python")
    session = {
        "environment": {"type": "openai_hosted", "template": Reference(template)},
        "spend_limit": 50,
        "vaults": [Reference(vault)],
        "review": "auto_review",
    }
    spec = {"model": "m", "session": session, "prompt_cache_options": {"ttl": "12h"}}
    mark = make_mark(Resource(A, spec), KINDS["assistant"], BINDING, OWNER)
    normal_form = BINDING.from_wire({**ROW, "metadata": mark.to_metadata()})

    assert "session" not in to_wire(spec, id_of)
    assert Mark.from_metadata(mark.to_metadata()) is not None
    assert normal_form.spec["session"] == session
    assert session_params(
        {key: normal_form.spec[key] for key in BINDING.fields.per_run}, id_of
    ) == {
        "environment": {
            "type": "openai_hosted",
            "environment_template_id": "environment_template-python",
        },
        "spend_control": {"limit": 50},
        "vault_ids": ["vault-crm"],
        "review": "auto_review",
        "prompt_cache_options": {"ttl": "12h"},
    }


def test_a_session_that_was_told_nothing_only_talks() -> None:
    assert session_params({}, id_of) == {"environment": {"type": "none"}}
