from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

OBJECT = {"type": "object"}
DIAL: dict[str, Any] = {"type": "function", "name": "f", "parameters": OBJECT}


def schema_format(**fields: Any) -> dict[str, Any]:
    return {"text": {"format": {"type": "json_schema", "name": "a", "schema": OBJECT} | fields}}


def user(**fields: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": "x"} | fields]}


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"nothing": 1}, "nothing", "unknown_parameter"),
        ({"max_tokens": 100}, "max_tokens", "unknown_parameter"),
        ({"response_format": {"type": "text"}}, "response_format", "unknown_parameter"),
        ({"model": 1}, "model", "invalid_type"),
        ({"input": 1}, "input", "invalid_type"),
        ({"input": "x" * 10_485_761}, "input", "string_above_max_length"),
        ({"instructions": []}, "instructions", "invalid_type"),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"temperature": -0.1}, "temperature", "decimal_below_min_value"),
        ({"top_p": 1.1}, "top_p", "decimal_above_max_value"),
        ({"top_logprobs": 21}, "top_logprobs", "integer_above_max_value"),
        ({"max_output_tokens": 15}, "max_output_tokens", "integer_below_min_value"),
        ({"max_tool_calls": 0}, "max_tool_calls", "integer_below_min_value"),
        ({"truncation": "middle"}, "truncation", "invalid_value"),
        ({"truncation": {"type": "auto"}}, "truncation", "invalid_type"),
        ({"parallel_tool_calls": "yes"}, "parallel_tool_calls", "invalid_type"),
        ({"service_tier": "slow"}, "service_tier", "invalid_value"),
        ({"include": ["everything"]}, "include[0]", "invalid_value"),
        ({"reasoning": {"effort": "most"}}, "reasoning.effort", "invalid_value"),
        ({"reasoning": {"summary": "long"}}, "reasoning.summary", "invalid_value"),
        ({"reasoning_effort": "low"}, "reasoning_effort", "unknown_parameter"),
        ({"text": {"verbosity": "some"}}, "text.verbosity", "invalid_value"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type", "invalid_value"),
        (schema_format(name="x" * 65), "text.format.name", "string_above_max_length"),
        (schema_format(name="a b"), "text.format.name", "invalid_value"),
        (
            {"text": {"format": {"type": "json_schema", "name": "a"}}},
            "text.format.schema",
            "missing_required_parameter",
        ),
        (schema_format(schema={"type": "no"}), "text.format.schema", "invalid_json_schema"),
        (schema_format(strict=True), "text.format.schema", "invalid_json_schema"),
        ({"text": {"format": {"type": "json_object"}}}, "input", None),
        ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "object_above_max_properties"),
        ({"metadata": {"a": "x" * 513}}, "metadata.a", "string_above_max_length"),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
        ({"metadata": {"x" * 65: ""}}, "metadata", "string_above_max_length"),
        ({"safety_identifier": "x" * 129}, "safety_identifier", "string_above_max_length"),
        ({"prompt_cache_retention": "1h"}, "prompt_cache_retention", "invalid_value"),
        ({"prompt_cache_options": {"ttl": "1h"}}, "prompt_cache_options.ttl", "invalid_value"),
        ({"context_management": [{"type": "drop"}]}, "context_management[0].type", "invalid_value"),
        (
            {"context_management": [{"type": "compaction", "compact_threshold": 999}]},
            "context_management[0].compact_threshold",
            "integer_below_min_value",
        ),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options", "invalid_value"),
        ({"background": True, "store": False}, "background", "invalid_value"),
        (
            {"background_options": {"completion_window": "2h"}},
            "background_options",
            "invalid_value",
        ),
        (
            {"previous_response_id": "resp_a", "conversation": "conv_a"},
            "previous_response_id",
            "mutually_exclusive_parameters",
        ),
        ({"previous_response_id": "resp_a"}, "previous_response_id", "previous_response_not_found"),
        ({"previous_response_id": "a"}, "previous_response_id", "invalid_value"),
        ({"conversation": {"name": "a"}}, "conversation.name", "unknown_parameter"),
        ({"conversation": "thread_a"}, "conversation", "invalid_value"),
        (
            {"prompt_cache_options": {"prewarm": True}},
            "prompt_cache_options.prewarm",
            "invalid_value",
        ),
        ({"model": "gpt-6-astra", "temperature": 0.5}, "temperature", "unsupported_parameter"),
        ({"model": "gpt-6-astra", "top_p": 0.5}, "top_p", "unsupported_parameter"),
        ({"model": "gpt-6-astra", "top_logprobs": 2}, "top_logprobs", "unsupported_parameter"),
        (
            {"model": "gpt-6-astra", "reasoning": {"effort": "none"}},
            "reasoning.effort",
            "unsupported_value",
        ),
        (
            {"tools": [DIAL | {"name": str(n)} for n in range(129)]},
            "tools",
            "array_above_max_length",
        ),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "missing_required_parameter"),
        ({"tools": [DIAL | {"function": {}}]}, "tools[0].function", "unknown_parameter"),
        ({"tools": [DIAL | {"name": "x" * 65}]}, "tools[0].name", "string_above_max_length"),
        ({"tools": [DIAL, DIAL]}, "tools[1]", "invalid_value"),
        (
            {"tools": [DIAL | {"strict": True}]},
            "tools[0].parameters",
            "invalid_function_parameters",
        ),
        ({"tools": [{"type": "retrieval"}]}, "tools[0].type", "invalid_value"),
        (
            {"tools": [{"type": "file_search"}]},
            "tools[0].vector_store_ids",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "file_search", "vector_store_ids": []}]},
            "tools[0].vector_store_ids",
            "array_below_min_length",
        ),
        (
            {"tools": [{"type": "file_search", "vector_store_ids": ["a"], "max_num_results": 51}]},
            "tools[0].max_num_results",
            "integer_above_max_value",
        ),
        (
            {"tools": [{"type": "code_interpreter"}]},
            "tools[0].container",
            "missing_required_parameter",
        ),
        (
            {
                "tools": [
                    {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["no"]}}
                ]
            },
            "tools[0].container.file_ids",
            "invalid_value",
        ),
        ({"tools": [{"type": "mcp"}]}, "tools[0].server_label", "missing_required_parameter"),
        (
            {"tools": [{"type": "mcp", "server_label": "a"}]},
            "tools[0].server_url",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "mcp", "server_label": "a", "server_url": "b", "tunnel_id": "c"}]},
            "tools[0].server_url",
            "mutually_exclusive_parameters",
        ),
        (
            {
                "tools": [
                    {
                        "type": "mcp",
                        "server_label": "a",
                        "server_url": "b",
                        "require_approval": "no",
                    }
                ]
            },
            "tools[0].require_approval",
            "invalid_value",
        ),
        ({"tools": [{"type": "computer", "a": 1}]}, "tools[0].a", "unknown_parameter"),
        ({"tool_choice": "sometimes"}, "tool_choice", "invalid_value"),
        ({"tool_choice": "required"}, "tool_choice", "invalid_value"),
        ({"tool_choice": {"type": "function", "name": "no"}}, "tool_choice", "invalid_value"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}, "tools": [DIAL]},
            "tool_choice.function",
            "unknown_parameter",
        ),
        ({"tool_choice": {"type": "file_search"}}, "tool_choice", "invalid_value"),
        (
            {"tool_choice": {"type": "shell"}, "tools": [{"type": "shell"}]},
            "tool_choice",
            "invalid_value",
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "auto",
                    "tools": [{"type": "function", "name": "no"}],
                },
                "tools": [DIAL],
            },
            "tool_choice",
            "invalid_value",
        ),
        (user(role="tool"), "input[0].role", "invalid_value"),
        (user(name="Ada"), "input[0].name", "unknown_parameter"),
        (
            user(content=[{"type": "text", "text": "x"}]),
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            user(role="assistant", content=[{"type": "input_text", "text": "x"}]),
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            user(content=[{"type": "input_file", "file_id": "file-no"}]),
            "input[0].content[0].file_id",
            "invalid_value",
        ),
        (user(id="fc_1"), "input[0].id", "invalid_value"),
        ({"input": [{"type": "thought"}]}, "input[0].type", "invalid_value"),
        ({"input": [{"role": "user"}]}, "input[0].content", "missing_required_parameter"),
        (
            {"input": [{"type": "function_call_output", "output": "x"}]},
            "input[0].call_id",
            "missing_required_parameter",
        ),
        ({"input": []}, "input", "missing_required_parameter"),
        ({"input": None}, "input", "missing_required_parameter"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(
    wire: httpx2.Client, fields: dict[str, Any], param: str, code: str | None
) -> None:
    answer = wire.post("/responses", json={"model": "m", "input": "Hello", **fields})

    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == (param, code), error["message"]


def test_a_model_must_be_named(wire: httpx2.Client) -> None:
    error = wire.post("/responses", json={"input": "Hello"}).json()["error"]

    assert error["message"] == "Missing required parameter: 'model'."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"conversation": "conv_no"}, "Conversation with id 'conv_no' not found."),
        (
            {"tools": [{"type": "file_search", "vector_store_ids": ["vs_no"]}]},
            "Vector store with id ['vs_no'] not found.",
        ),
        (
            {"tools": [{"type": "code_interpreter", "container": "cntr_no"}]},
            "Container with id 'cntr_no' not found.",
        ),
        ({"prompt": {"id": "pmpt_no"}}, "Prompt with id 'pmpt_no' not found."),
    ],
)
def test_what_is_referred_to_must_exist(
    wire: httpx2.Client, fields: dict[str, Any], message: str
) -> None:
    answer = wire.post("/responses", json={"model": "m", "input": "Hello", **fields})

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(message)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"temperature": None, "top_p": 0}, {"temperature": 1.0, "top_p": 0.0}),
        ({"metadata": {"a": "b"}}, {"metadata": {"a": "b"}}),
        ({"max_output_tokens": 500}, {"max_output_tokens": 500}),
        ({"max_tool_calls": 2}, {"max_tool_calls": 2}),
        ({"truncation": "auto"}, {"truncation": "auto"}),
        ({"reasoning": {"effort": "low"}}, {"reasoning": {"effort": "low", "summary": None}}),
        (
            {"text": {"verbosity": "low"}},
            {"text": {"format": {"type": "text"}, "verbosity": "low"}},
        ),
        (
            schema_format(),
            {
                "text": {
                    "format": {
                        "type": "json_schema",
                        "name": "a",
                        "schema": OBJECT,
                        "description": None,
                        "strict": False,
                    },
                    "verbosity": "medium",
                }
            },
        ),
        ({"service_tier": "auto"}, {"service_tier": "default"}),
        ({"service_tier": "fast"}, {"service_tier": "priority"}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"parallel_tool_calls": False}, {"parallel_tool_calls": False}),
        ({"prompt_cache_key": "k", "user": "u"}, {"prompt_cache_key": "k", "user": "u"}),
        (
            {"prompt_cache_options": {"ttl": "12h"}},
            {"prompt_cache_options": {"mode": "implicit", "ttl": "12h"}},
        ),
        ({"safety_identifier": "s"}, {"safety_identifier": "s"}),
        (
            {"context_management": [{"type": "compaction", "compact_threshold": 2000}]},
            {"context_management": [{"type": "compaction", "compact_threshold": 2000}]},
        ),
        ({"top_logprobs": 3}, {"top_logprobs": 3}),
        ({"tool_choice": None}, {"tool_choice": "auto"}),
    ],
)
def test_a_parameter_reads_back_as_the_platform_resolves_it(
    wire: httpx2.Client, sent: dict[str, Any], read: dict[str, Any]
) -> None:
    made = wire.post("/responses", json={"model": "m", "input": "Hello", **sent}).json()

    assert {key: made[key] for key in read} == read
