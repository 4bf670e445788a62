from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

PARAMETERS = {"type": "object", "properties": {"id": {"type": "string"}}}
STRICT = {**PARAMETERS, "required": ["id"], "additionalProperties": False}


def create(wire: httpx2.Client, **fields: Any) -> dict[str, Any]:
    answer = wire.post("/assistants", json={"model": "gpt-4o", **fields})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def function(name: str = "look_up", **fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **fields}}


def test_an_assistant_with_only_a_model_reads_back_the_defaults(wire: httpx2.Client) -> None:
    made = create(wire)

    assert made["id"].startswith("asst_")
    assert {key: made[key] for key in made if key != "id"} == {
        "object": "assistant",
        "created_at": 1_800_000_000,
        "name": None,
        "description": None,
        "model": "gpt-4o",
        "instructions": None,
        "tools": [],
        "top_p": 1.0,
        "temperature": 1.0,
        "reasoning_effort": None,
        "tool_resources": {},
        "metadata": {},
        "response_format": "auto",
    }
    assert wire.get(f"/assistants/{made['id']}").json() == made


SEARCH_DEFAULTS = {
    "max_num_results": 20,
    "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.0},
}
SCHEMA_FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": PARAMETERS}}
SCHEMA_FORMAT_READ = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "schema": PARAMETERS, "strict": False},
}


@pytest.mark.parametrize(
    ("sent", "field", "read"),
    [
        ({"temperature": 0}, "temperature", 0.0),
        ({"metadata": None}, "metadata", {}),
        ({"metadata": {"a": "b"}}, "metadata", {"a": "b"}),
        ({"reasoning_effort": "low"}, "reasoning_effort", "low"),
        ({"response_format": None}, "response_format", "auto"),
        ({"response_format": {"type": "text"}}, "response_format", {"type": "text"}),
        ({"response_format": SCHEMA_FORMAT}, "response_format", SCHEMA_FORMAT_READ),
        (
            {"tools": [{"type": "file_search"}]},
            "tools",
            [{"type": "file_search", "file_search": SEARCH_DEFAULTS}],
        ),
        (
            {"tools": [{"type": "file_search"}], "model": "gpt-3.5-turbo"},
            "tools",
            [{"type": "file_search", "file_search": {**SEARCH_DEFAULTS, "max_num_results": 5}}],
        ),
        ({"tools": [function()]}, "tools", [function(strict=False)]),
        ({"tools": [function(strict=None)]}, "tools", [function(strict=False)]),
        (
            {"tools": [function(strict=True, parameters=STRICT)]},
            "tools",
            [function(strict=True, parameters=STRICT)],
        ),
        (
            {"tools": [{"type": "code_interpreter"}]},
            "tool_resources",
            {"code_interpreter": {"file_ids": []}},
        ),
        (
            {"tools": [{"type": "file_search"}]},
            "tool_resources",
            {"file_search": {"vector_store_ids": []}},
        ),
    ],
)
def test_a_field_reads_back_as_the_platform_normalises_it(
    wire: httpx2.Client, sent: dict[str, Any], field: str, read: Any
) -> None:
    assert create(wire, **sent)[field] == read


def test_null_clears_a_field_and_absence_keeps_it(wire: httpx2.Client) -> None:
    made = create(wire, name="A", description="D", instructions="I", temperature=0.5, top_p=0.5)
    path = f"/assistants/{made['id']}"

    kept = wire.post(path, json={"model": "gpt-4.1"}).json()
    cleared = wire.post(path, json={"name": None, "temperature": None}).json()

    assert kept == made | {"model": "gpt-4.1"}
    assert cleared == kept | {"name": None, "temperature": 1.0}


def test_lists_and_metadata_are_replaced_whole(wire: httpx2.Client) -> None:
    made = create(wire, tools=[function("a"), function("b")], metadata={"a": "1", "b": "2"})

    after = wire.post(
        f"/assistants/{made['id']}", json={"tools": [function("c")], "metadata": {"c": "3"}}
    ).json()

    assert after["tools"] == [function("c", strict=False)]
    assert after["metadata"] == {"c": "3"}


@pytest.mark.parametrize(
    ("sent", "param", "code", "message"),
    [
        ({"name": "x" * 257}, "name", "string_above_max_length", "maximum length 256"),
        ({"description": "x" * 513}, "description", "string_above_max_length", "length 513"),
        ({"instructions": "x" * 256_001}, "instructions", "string_above_max_length", "256000"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value", "<= 2"),
        ({"temperature": -1}, "temperature", "decimal_below_min_value", ">= 0"),
        ({"top_p": 1.5}, "top_p", "decimal_above_max_value", "<= 1"),
        (
            {"temperature": "hot"},
            "temperature",
            "invalid_type",
            "Invalid type for 'temperature': expected a number, but got a string instead.",
        ),
        ({"model": None}, "model", "invalid_type", "got null"),
        ({"tools": [function(str(n)) for n in range(129)]}, "tools", "array_above_max_length", ""),
        ({"tools": [function("a"), function("a")]}, "tools[1].function.name", "invalid_value", ""),
        ({"tools": [function("a b")]}, "tools[0].function.name", "invalid_value", "pattern"),
        ({"tools": [function("a" * 65)]}, "tools[0].function.name", "string_above_max_length", ""),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type", "invalid_value", "Supported values"),
        ({"tools": [{}]}, "tools[0].type", "missing_required_parameter", ""),
        (
            {"tools": [{"type": "file_search", "file_search": {"max_num_results": 51}}]},
            "tools[0].file_search.max_num_results",
            "integer_above_max_value",
            "<= 50",
        ),
        (
            {"tools": [function(parameters={"type": "nothing"})]},
            "tools[0].function.parameters",
            "invalid_function_parameters",
            "Invalid schema for function 'look_up'",
        ),
        (
            {"tools": [function(strict=True, parameters=PARAMETERS)]},
            "tools[0].function.parameters",
            "invalid_function_parameters",
            "'additionalProperties' is required to be supplied and to be false",
        ),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": ["f"] * 21}}},
            "tool_resources.code_interpreter.file_ids",
            "array_above_max_length",
            "20",
        ),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": ["file-no"]}}},
            "tool_resources.code_interpreter.file_ids",
            "invalid_value",
            "No file found with id 'file-no'.",
        ),
        (
            {"tool_resources": {"file_search": {"vector_store_ids": ["a", "b"]}}},
            "tool_resources.file_search.vector_store_ids",
            "array_above_max_length",
            "1",
        ),
        (
            {"tool_resources": {"file_search": {"vector_store_ids": ["vs_no"]}}},
            "tool_resources.file_search.vector_store_ids",
            "invalid_value",
            "No vector store found with id 'vs_no'.",
        ),
        (
            {"metadata": {str(n): "x" for n in range(17)}},
            "metadata",
            "object_above_max_properties",
            "16",
        ),
        ({"metadata": {"x" * 65: "x"}}, "metadata", "string_above_max_length", "64"),
        ({"metadata": {"key": "x" * 513}}, "metadata.key", "string_above_max_length", "512"),
        (
            {"metadata": {"version": 1}},
            "metadata.version",
            "invalid_type",
            "Invalid type for 'metadata.version': expected a string, but got an integer instead.",
        ),
        ({"reasoning_effort": "huge"}, "reasoning_effort", "invalid_value", "'none', 'minimal'"),
        ({"response_format": "json"}, "response_format", "invalid_value", "'auto'"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value", "'text'"),
        (
            {"response_format": {"type": "json_schema"}},
            "response_format.json_schema",
            "missing_required_parameter",
            "",
        ),
        ({"nmae": "x"}, "nmae", "unknown_parameter", "Unknown parameter: 'nmae'."),
        ({"tools": [{"type": "code_interpreter", "x": 1}]}, "tools[0].x", "unknown_parameter", ""),
        ({"truncation_strategy": {"type": "auto"}}, "truncation_strategy", "unknown_parameter", ""),
        ({"max_prompt_tokens": 1000}, "max_prompt_tokens", "unknown_parameter", ""),
        ({"tool_choice": "auto"}, "tool_choice", "unknown_parameter", ""),
        ({"parallel_tool_calls": True}, "parallel_tool_calls", "unknown_parameter", ""),
    ],
)
def test_a_violation_is_named_by_parameter_and_code(
    wire: httpx2.Client, sent: dict[str, Any], param: str, code: str, message: str
) -> None:
    path = f"/assistants/{create(wire)['id']}"
    answers = [
        wire.post("/assistants", json={"model": "gpt-4o", **sent}),
        wire.post(path, json=sent),
    ]

    for answer in answers:
        error = answer.json()["error"]
        assert answer.status_code == 400
        assert (error["param"], error["code"]) == (param, code)
        assert error["type"] == "invalid_request_error"
        assert message in error["message"]
    assert len(wire.get("/assistants").json()["data"]) == 1


def test_a_model_is_required_and_may_be_any_name(wire: httpx2.Client) -> None:
    error = wire.post("/assistants", json={}).json()["error"]

    assert error["message"] == "Missing required parameter: 'model'."
    assert create(wire, model="gpt-99-made-up")["model"] == "gpt-99-made-up"


def test_the_store_helper_makes_a_store_and_excludes_the_id_list(wire: httpx2.Client) -> None:
    search = {"vector_stores": [{"metadata": {"made": "here"}}]}

    made = create(wire, tool_resources={"file_search": search})
    both = {"file_search": {**search, "vector_store_ids": []}}
    refused = wire.post("/assistants", json={"model": "m", "tool_resources": both})
    update = wire.post(
        f"/assistants/{made['id']}", json={"tool_resources": {"file_search": search}}
    )

    [store_id] = made["tool_resources"]["file_search"]["vector_store_ids"]
    assert wire.get(f"/vector_stores/{store_id}").json()["metadata"] == {"made": "here"}
    assert refused.status_code == 400
    assert update.json()["error"]["code"] == "unknown_parameter"


def test_deleting_an_assistant_leaves_its_store_alone(wire: httpx2.Client) -> None:
    made = create(wire, tool_resources={"file_search": {"vector_stores": [{}]}})

    deleted = wire.delete(f"/assistants/{made['id']}")

    assert deleted.json() == {"id": made["id"], "object": "assistant.deleted", "deleted": True}
    assert wire.delete(f"/assistants/{made['id']}").status_code == 404
    assert len(wire.get("/vector_stores").json()["data"]) == 1
