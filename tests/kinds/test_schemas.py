"""The schemas themselves: complete, described, and right about the platform's limits."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from provisioner.kinds import KINDS
from provisioner.source import stack_schema


def _properties(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every property, however deep. What stands under `if` is a question, not a field."""
    if isinstance(schema, list):
        for item in schema:
            yield from _properties(item, path)
    if not isinstance(schema, Mapping):
        return
    for key, value in schema.items():
        if key == "properties":
            for name, field in value.items():
                yield f"{path}.{name}", field
                yield from _properties(field, f"{path}.{name}")
        elif key not in ("if", "examples", "x-hints"):
            yield from _properties(value, path)


_SCHEMAS = {**{name: kind.schema for name, kind in KINDS.items()}, "stack": stack_schema.SPEC}
_ALL = [
    pytest.param(field, id=path)
    for name, schema in _SCHEMAS.items()
    for path, field in _properties(schema, name)
]


@pytest.mark.parametrize("field", _ALL)
def test_every_field_is_described(field: Mapping[str, Any]) -> None:
    assert field["description"].endswith((".", ")"))


@pytest.mark.parametrize("name", _SCHEMAS)
def test_every_schema_is_a_schema_and_closed(name: str) -> None:
    Draft202012Validator.check_schema(_SCHEMAS[name])

    assert _SCHEMAS[name]["additionalProperties"] is False


@pytest.mark.parametrize("name", KINDS)
def test_what_a_kind_says_of_its_fields_is_about_fields_that_exist(name: str) -> None:
    kind = KINDS[name]
    heads = {pattern.partition(".")[0].partition("[")[0] for pattern in kind.references}
    heads |= {pattern.partition(".")[0].partition("[")[0] for pattern in kind.contents}
    heads |= {path[0] for path in kind.keyed} | set(kind.split)

    assert kind.name == name
    assert heads <= {*kind.schema["properties"], "files"}  # a Skill's folder, file by file
    assert set(kind.references.values()) <= set(KINDS)
    immutable = {path.partition(".")[0] for path in kind.immutable}
    assert immutable <= {*kind.schema["properties"], "content"}


_LIMITS = [
    ("assistant", "name", "x" * 256, "x" * 257),
    ("assistant", "description", "x" * 512, "x" * 513),
    ("assistant", "instructions", "x" * 256_000, "x" * 256_001),
    ("assistant", "temperature", 2, 2.01),
    ("assistant", "temperature", 0, -0.1),
    ("assistant", "top_p", 1, 1.01),
    ("assistant", "max_prompt_tokens", 256, 255),
    ("assistant", "max_completion_tokens", 256, 255.5),
    ("assistant", "reasoning_effort", "xhigh", "extreme"),
    ("assistant", "parallel_tool_calls", False, "no"),
    ("assistant", "tools", [{"type": "web_search"}] * 128, [{"type": "web_search"}] * 129),
    ("assistant", "metadata", {str(i): "" for i in range(12)}, {str(i): "" for i in range(13)}),
    ("assistant", "metadata", {"k" * 64: "v" * 512}, {"k" * 65: "v"}),
    ("assistant", "metadata", {"k": "5"}, {"k": 5}),
    ("assistant", "metadata", {"my.provisioner.x": "v"}, {"provisioner.x": "v"}),
    ("assistant", "response_format", "auto", "text"),
    ("assistant", "response_format", {"type": "text"}, {"type": "xml"}),
    ("assistant", "tool_choice", "required", "always"),
    ("vector_store", "name", "x" * 256, "x" * 257),
    ("vector_store", "files", [{"path": "a", "attributes": {"n": 1.5}}], [{"pth": "a"}]),
    ("vector_store", "metadata", {"k": "v" * 512}, {"k": "v" * 513}),
    ("function", "strict", True, "true"),
    ("function", "parameters", {"type": "object"}, {"type": "objct"}),
    ("function", "parameters", {"required": ["a"]}, {"required": "a"}),
    ("file", "path", "a", ""),
]


def _tool(**fields: Any) -> list[dict[str, Any]]:
    return [{"type": "file_search", **fields}]


_NESTED = [
    ("assistant", "tools", _tool(max_num_results=50), _tool(max_num_results=51)),
    ("assistant", "tools", _tool(max_num_results=1), _tool(max_num_results=0)),
    (
        "assistant",
        "tools",
        _tool(ranking_options={"score_threshold": 1}),
        _tool(ranking_options={"score_threshold": 1.1}),
    ),
    (
        "assistant",
        "tools",
        _tool(ranking_options={"score_threshold": 0, "ranker": "auto"}),
        _tool(ranking_options={"ranker": "auto"}),
    ),
    (
        "assistant",
        "tools",
        [{"type": "code_interpreter", "files": [str(i) for i in range(20)]}],
        [{"type": "code_interpreter", "files": [str(i) for i in range(21)]}],
    ),
    (
        "assistant",
        "tools",
        [{"type": "function", "function": {"name": "a" * 64}}],
        [{"type": "function", "function": {"name": "a b"}}],
    ),
    (
        "assistant",
        "truncation_strategy",
        {"type": "last_messages", "last_messages": 1},
        {"type": "last_messages", "last_messages": 0},
    ),
    ("assistant", "truncation_strategy", {"type": "auto"}, {"type": "none"}),
    (
        "vector_store",
        "chunking_strategy",
        {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}},
        {"type": "static", "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0}},
    ),
    (
        "vector_store",
        "chunking_strategy",
        {"type": "static", "static": {"max_chunk_size_tokens": 4096, "chunk_overlap_tokens": 0}},
        {"type": "static", "static": {"max_chunk_size_tokens": 4097, "chunk_overlap_tokens": 0}},
    ),
    (
        "vector_store",
        "expires_after",
        {"anchor": "last_active_at", "days": 365},
        {"anchor": "last_active_at", "days": 366},
    ),
    (
        "vector_store",
        "expires_after",
        {"anchor": "last_active_at", "days": 1},
        {"anchor": "created_at", "days": 1},
    ),
]


@pytest.mark.parametrize(("kind", "field", "right", "wrong"), [*_LIMITS, *_NESTED])
def test_a_limit_is_where_the_platform_has_it(
    kind: str, field: str, right: object, wrong: object
) -> None:
    schema = {**KINDS[kind].schema, "required": []}
    validator = Draft202012Validator(schema)

    assert validator.is_valid({field: right})
    assert not validator.is_valid({field: wrong})
