"""Request bodies that are derived from the SDK's types."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.resources.beta.threads import Runs
from openai.resources.responses import Responses

import provisioner.emulator
from provisioner.emulator.core.validation import Body
from provisioner.emulator.core.wire import objects

from . import derive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

PER_CALL = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}


def bodies() -> Iterator[tuple[str, Body]]:
    package = provisioner.emulator
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Body):
                yield f"{module.name.removeprefix(package.__name__)}.{name}", value


BODIES = dict(bodies())


def test_the_shapes_are_those_of_the_sdk_that_is_installed() -> None:
    derived = derive.derived()
    text = derive.OUT.read_text(encoding="utf-8")
    # A newer SDK knows more; what it is compared with is written from the one that is pinned.
    if f'"sdk": "{openai.__version__}"' in text:
        assert derive.written(derived) == text, "python -m tests.emulator.derive"
    assert set(derived["objects"]) >= {"AssistantCreateParams", "ResponseCreateParams"}


@pytest.mark.parametrize("name", BODIES)
def test_every_body_has_a_schema_whose_limits_are_all_of_use(name: str) -> None:
    schema = BODIES[name].schema
    assert schema.get("properties") or schema.get("allOf")


def test_a_limit_names_a_class_or_a_field_that_the_sdk_has() -> None:
    fields = {field for made in objects().values() for field in made.get("fields", {})}
    exact = {
        f"{name.rpartition('.')[2]}.{field}"
        for name, made in objects().items()
        for field in made.get("fields", {})
    }
    classes = {name.rpartition(".")[2] for name in objects()}
    known = exact | classes | {f"*.{field}" for field in fields} | {"string", "list", "map"}
    unknown = {limit for body in BODIES.values() for limit in body._limits} - known
    assert unknown == set()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Responses.create, ".responses.fields.CREATE"),
        (Responses.compact, ".responses.fields.COMPACT"),
        (openai.resources.beta.Assistants.create, ".assistants.assistants.CREATE"),
        (openai.resources.VectorStores.create, ".knowledge.vector_stores.CREATE"),
        (openai.resources.beta.Agents.create, ".agents.agents.CREATE"),
    ],
)
def test_the_parameters_are_those_of_the_sdks_method(method: Callable[..., Any], name: str) -> None:
    signature = set(inspect.signature(method).parameters) - PER_CALL
    assert set(BODIES[name].schema["properties"]) == signature


def test_a_parameter_of_the_url_or_the_query_is_none_of_the_body() -> None:
    signature = set(inspect.signature(Runs.create).parameters) - PER_CALL
    assert signature - set(BODIES[".assistants.runs.CREATE"].schema["properties"]) == {
        "thread_id",
        "include",
    }


CALL = {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "4"}
NULLS = [
    CALL | {"id": None, "caller": None, "namespace": None, "status": None, "async": None},
    OUTPUT | {"id": None, "caller": None, "status": None, "name": None},
    OUTPUT | {"output": [{"type": "input_text", "text": "4", "prompt_cache_breakpoint": None}]},
    OUTPUT | {"output": [{"type": "input_file", "file_url": None, "filename": None}]},
    {"type": None, "role": "user", "content": "Hello", "status": None, "phase": None, "id": None},
    {"role": "user", "content": [{"type": "input_image", "image_url": None, "detail": None}]},
]


@pytest.mark.parametrize("item", NULLS)
def test_optional_members_of_items_may_be_null(wire: httpx2.Client, item: dict[str, Any]) -> None:
    before = [] if item.get("type") != "function_call_output" else [CALL]
    after = [OUTPUT] if item.get("type") == "function_call" else []
    answer = wire.post("/responses", json={"model": "m", "input": [*before, item, *after]})
    assert answer.status_code == 200, answer.text


def test_an_item_that_came_out_of_a_response_goes_in_again(client: openai.OpenAI) -> None:
    tools: Any = [
        {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}},
        {"type": "custom", "name": "note"},
    ]
    for word in ("add", "note", "web"):
        first = client.responses.create(model="m", input=f"Please use {word}.", tools=tools)
        again: Any = [item.to_dict() for item in first.output]
        again += [
            {"type": f"{item['type']}_output", "call_id": item["call_id"], "output": "done"}
            for item in again
            if "call_id" in item
        ]
        second = client.responses.create(model="m", input=again, tools=tools)
        assert second.status == "completed"


@pytest.mark.parametrize(
    "fields",
    [{"text": {"format": None}}, {"reasoning": None, "tools": None, "multi_agent": None}],
)
def test_null_is_not_taken_for_a_variant(wire: httpx2.Client, fields: dict[str, Any]) -> None:
    headers = {"OpenAI-Beta": "agents=v1"}
    answer = wire.post("/agents", json={"model": "m", **fields}, headers=headers)
    assert answer.status_code == 201, answer.text
