"""An Assistant and its wire: there and back, in every form in which servers put it."""

from typing import Any

import pytest

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.remote import FileProvenance
from provisioner.model.runtime import Level
from provisioner.model.value import Reference, RemoteId, Sensitive, same
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.assistants import (
    RUNTIME,
    complete,
    file_provenance_of,
    from_wire,
    to_wire,
)
from provisioner.runtimes.assistants.conversation import PER_RUN

LIBRARY, TABLE = Address("vector_store", "library"), Address("file", "table")
IDS = {LIBRARY: "vs_1", TABLE: "file-1"}
SEARCH = {"type": "file_search", "vector_store": Reference(LIBRARY)}
CODE = {"type": "code_interpreter", "files": {"table": Reference(TABLE)}}
LOOKUP = {"type": "function", "description": "d", "parameters": {"type": "object"}, "strict": True}


def sent(**spec: Any) -> dict[str, Any]:
    return to_wire(spec, IDS.__getitem__)


def read(metadata: dict[str, Any] | None = None, **row: Any) -> dict[str, Any]:
    return dict(from_wire({"id": "asst_1", "metadata": metadata, **row}).spec)


@pytest.mark.parametrize(
    ("spec", "body"),
    [
        ({"temperature": 0.2}, {"temperature": 0.2}),
        ({"description": None}, {"description": None}),
        ({"instructions": Sensitive("s")}, {"instructions": "s"}),
        ({"max_prompt_tokens": 500, "tool_choice": "auto", "metadata": {"a": "b"}}, {}),
        ({"tools": {}}, {"tools": []}),
        ({"tools": None}, {"tools": []}),
        ({"tools": {"f": LOOKUP}}, {"tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}}]}),
        ({"tools": {"file_search": SEARCH}}, {"tools": [{"type": "file_search"}], "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}),
        ({"tools": {"file_search": {**SEARCH, "max_num_results": 5}}}, {"tools": [{"type": "file_search", "file_search": {"max_num_results": 5}}], "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}),
        ({"tools": {"file_search": {"type": "file_search"}}}, {"tools": [{"type": "file_search"}], "tool_resources": {"file_search": {"vector_store_ids": []}}}),
        ({"tools": {"code_interpreter": CODE}}, {"tools": [{"type": "code_interpreter"}], "tool_resources": {"code_interpreter": {"file_ids": ["file-1"]}}}),
        ({"tools": {"file_search": None, "code_interpreter": None, "f": None}}, {"tools": [], "tool_resources": {"file_search": {"vector_store_ids": []}, "code_interpreter": {"file_ids": []}}}),
        ({"tools": {"file_search": {"type": "file_search", "vector_store": RemoteId("vector_store", "vs_9")}}}, {"tools": [{"type": "file_search"}], "tool_resources": {"file_search": {"vector_store_ids": ["vs_9"]}}}),
    ],
)  # fmt: skip
def test_a_spec_becomes_a_body(spec: dict[str, Any], body: dict[str, Any]) -> None:
    assert sent(**spec) == body


@pytest.mark.parametrize(
    ("row", "spec"),
    [
        ({}, {}),
        ({"name": None, "description": "", "tools": None, "tool_resources": None}, {}),
        ({"tools": [], "tool_resources": {}, "temperature": 0}, {"temperature": 0}),
        ({"tools": [{"type": "file_search", "file_search": None}]}, {"tools": {"file_search": {"type": "file_search"}}}),
        ({"tools": [{"type": "function", "function": {"name": "f", "strict": None}}]}, {"tools": {"f": {"type": "function"}}}),
        ({"tools": [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "f", "strict": True}}]}, {"tools": {"f": {"type": "function"}, "f'": {"type": "function", "strict": True}}}),
        ({"tools": [{"type": "file_search"}], "tool_resources": {"file_search": {"vector_store_ids": []}}}, {"tools": {"file_search": {"type": "file_search"}}}),
        ({"tools": [{"type": "code_interpreter"}], "tool_resources": {"code_interpreter": {"file_ids": ["file-1"]}}}, {"tools": {"code_interpreter": {"type": "code_interpreter", "files": {"file-1": RemoteId("file", "file-1")}}}}),
    ],
)  # fmt: skip
def test_a_row_becomes_a_spec(row: dict[str, Any], spec: dict[str, Any]) -> None:
    assert read(**row) == spec


def test_what_was_sent_is_what_is_read() -> None:
    spec = {
        "name": "n", "model": "m", "instructions": "i", "temperature": 0.5, "top_p": 0.5,
        "reasoning_effort": "low", "response_format": {"type": "json_object"},
        "tools": {"file_search": {**SEARCH, "ranking_options": {"score_threshold": 0.5}}, "f": LOOKUP},
    }  # fmt: skip

    back = read(**sent(**spec))

    back["tools"]["file_search"]["vector_store"] = Reference(LIBRARY)
    assert same(back, spec)


def test_run_settings_come_back_from_the_mark() -> None:
    settings = {"run": {"tool_choice": "required", "max_prompt_tokens": 500, "unknown": 1}}
    mark = Mark(Owner("k3v9"), Address("assistant", "qa"), settings=settings)

    spec = read({**mark.to_metadata(), "team": "ops"})

    assert spec == {
        "tool_choice": "required",
        "max_prompt_tokens": 500,
        "metadata": {"team": "ops"},
    }
    odd = Mark(Owner("k3v9"), Address("assistant", "qa"), settings={"run": [], "files": 1})
    assert read(odd.to_metadata()) == {}


@pytest.mark.parametrize(
    ("entries", "file_provenance"),
    [
        (["table:0a1b:ile-1"], [FileProvenance("file-1", TABLE, "0a1b")]),
        (
            ["table:0a1b:ile-2", "other:ff:ile-1"],
            [FileProvenance("file-1", Address("file", "other"), "ff")],
        ),
        (["table:0a1b"], []),
        (["nonsense"], []),
        ("nonsense", []),
    ],
)
def test_a_mark_says_what_files_hold(entries: Any, file_provenance: list[FileProvenance]) -> None:
    mark = Mark(Owner("k3v9"), Address("assistant", "qa"), settings={"files": entries})

    assert list(file_provenance_of(["file-1"], mark)) == file_provenance
    assert list(file_provenance_of(["file-1"], None)) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"tools": {"web_search": {"type": "web_search"}}}, {"tools": {"web_search": {"type": "web_search"}}}),
        ({"tools": {"f": {"type": "function", "strict": None}}}, {"tools": {"f": {"type": "function", "strict": False, "parameters": {"type": "object", "properties": {}}}}}),
        ({"tools": {"file_search": {"type": "file_search", "ranking_options": {"ranker": "auto"}}}}, {"tools": {"file_search": {"type": "file_search"}}}),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": None}}}, {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": False}}}),
        ({"response_format": "auto"}, {"response_format": "auto"}),
    ],
)  # fmt: skip
def test_defaults_inside_of_what_was_set_are_spelled_out(
    left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert same(complete(left), complete(right))
    assert same(complete(complete(left)), complete(left))


@pytest.mark.parametrize(("model", "results"), [("gpt-3.5-turbo", 5), ("gpt-4.1", 20)])
def test_a_search_returns_as_many_results_as_the_model_can_read(model: str, results: int) -> None:
    spec = complete({"model": model, "tools": {"file_search": {"type": "file_search"}}})

    assert spec["tools"]["file_search"]["max_num_results"] == results


def test_every_dial_has_a_word_of_the_runtime() -> None:
    fields = set(KINDS["assistant"].schema["properties"]) - {"checks", "lifecycle"}

    assert fields <= set(RUNTIME.support)
    per_run = {path for path, said in RUNTIME.support.items() if said.level is Level.PER_RUN}
    assert per_run == PER_RUN
    assert RUNTIME.support["tools[web_search]"].level is Level.UNSUPPORTED
    assert RUNTIMES["assistants"] is RUNTIME
