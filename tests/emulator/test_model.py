from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    import openai

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")

STEP_CONTENT: Any = ["step_details.tool_calls[*].file_search.results[*].content"]


def ask(client: openai.OpenAI, question: str, **fields: Any) -> tuple[Any, Any]:
    """The run and the answering message."""
    dials = fields.pop("dials", {})
    assistant = client.beta.assistants.create(**({"model": "gpt-4o", "name": "Helper"} | fields))
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": question}]},
        poll_interval_ms=1,
        **dials,
    )
    assert run.status == "completed", run.last_error
    return run, next(iter(client.beta.threads.messages.list(run.thread_id)))


def text_of(message: Any) -> str:
    return "".join(part.text.value for part in message.content if part.type == "text")


def test_the_answer_says_that_it_is_a_stand_in(client: openai.OpenAI) -> None:
    _, message = ask(client, "How are you?")

    assert "[stand-in model]" in text_of(message)
    assert "Helper" in text_of(message)
    assert "gpt-4o" in text_of(message)
    assert "How are you?" in text_of(message)


def test_the_same_question_has_the_same_answer(client: openai.OpenAI) -> None:
    first, second = (text_of(ask(client, "Twice?")[1]) for _ in range(2))

    assert first == second


@pytest.fixture
def store_id(client: openai.OpenAI) -> str:
    store = client.vector_stores.create()
    for name, text in (("a.md", b"Thirty holidays a year."), ("b.md", b"Trains are late.")):
        client.vector_stores.files.upload_and_poll(
            vector_store_id=store.id, file=(name, text), poll_interval_ms=1
        )
    return store.id


def test_file_search_quotes_the_best_document_and_cites_it(
    client: openai.OpenAI, store_id: str
) -> None:
    run, message = ask(
        client,
        "How many holidays are there?",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
    )

    [note] = message.content[0].text.annotations
    value = message.content[0].text.value
    assert "Thirty holidays a year." in value
    assert note.type == "file_citation"
    assert value[note.start_index : note.end_index] == note.text
    assert client.files.retrieve(note.file_citation.file_id).filename == "a.md"
    steps = client.beta.threads.runs.steps
    first = steps.list(run.id, thread_id=run.thread_id, order="asc").data[0]
    plain: Any = first.step_details.to_dict()
    full: Any = steps.retrieve(
        first.id, run_id=run.id, thread_id=run.thread_id, include=STEP_CONTENT
    ).step_details.to_dict()
    [result] = plain["tool_calls"][0]["file_search"]["results"]
    assert "content" not in result
    [result] = full["tool_calls"][0]["file_search"]["results"]
    assert result["file_name"] == "a.md"
    assert result["content"] == [{"type": "text", "text": "Thirty holidays a year."}]


def test_no_tool_is_used_when_the_run_may_use_none(client: openai.OpenAI, store_id: str) -> None:
    run, _ = ask(
        client,
        "How many holidays? Plot them.",
        tools=[{"type": "file_search"}, {"type": "code_interpreter"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
        dials={"tool_choice": "none"},
    )

    steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
    assert [step.type for step in steps] == ["message_creation"]


@pytest.mark.parametrize(
    ("question", "name", "magic"),
    [
        ("Please save a summary.", "stand-in-output.csv", b"file,rows,columns\nrates.csv,2,2\n"),
        ("Draw a chart.", "stand-in-chart.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_the_code_interpreter_writes_real_files(
    client: openai.OpenAI, question: str, name: str, magic: bytes
) -> None:
    data = client.files.create(file=("rates.csv", b"a,b\n1,2\n3,4\n"), purpose="assistants")

    run, message = ask(
        client,
        question,
        tools=[{"type": "code_interpreter"}],
        tool_resources={"code_interpreter": {"file_ids": [data.id]}},
    )

    part = message.content[-1]
    [note] = part.text.annotations
    assert note.type == "file_path"
    assert part.text.value[note.start_index : note.end_index] == f"sandbox:/mnt/data/{name}"
    made = client.files.retrieve(note.file_path.file_id)
    assert (made.filename, made.purpose) == (name, "assistants_output")
    assert client.files.content(made.id).read().startswith(magic)
    steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
    details: Any = steps.data[0].step_details.to_dict()
    outputs = details["tool_calls"][0]["code_interpreter"]["outputs"]
    assert outputs[0]["logs"] == "rates.csv: 2 rows, 2 columns"
    assert (message.content[0].type == "image_file") == name.endswith("png")


SCHEMAS: list[dict[str, Any]] = [
    {
        "type": "object",
        "properties": {
            "status": {"enum": ["open", "closed"]},
            "kind": {"const": "order"},
            "count": {"type": "integer", "minimum": 3, "maximum": 9},
            "share": {"type": "number", "minimum": 0, "exclusiveMaximum": 0.5},
            "even": {"type": "integer", "minimum": 3, "multipleOf": 2},
            "ratio": {"type": "number", "minimum": 0.2, "maximum": 0.9},
            "part": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "exact": {"type": "number", "minimum": 0.5, "maximum": 0.5},
            "tens": {"type": "number", "maximum": 5, "multipleOf": 10},
            "more": {"type": "integer", "minimum": 0, "exclusiveMinimum": 2},
            "note": {"type": ["string", "null"], "minLength": 40},
            "short": {"type": "string", "maxLength": 3},
            "day": {"type": "string", "format": "date"},
            "done": {"type": "boolean"},
            "lines": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/line"}},
            "either": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "merged": {"allOf": [{"type": "object"}, {"required": []}]},
        },
        "required": ["status", "kind", "count", "lines", "either"],
        "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
    },
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_structured_answer_meets_its_schema(
    client: openai.OpenAI, schema: dict[str, Any]
) -> None:
    _, message = ask(
        client,
        "Answer!",
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
    )

    jsonschema.validate(json.loads(text_of(message)), schema)


def test_a_json_object_is_asked_for_and_given(client: openai.OpenAI) -> None:
    _, message = ask(client, "Answer!", response_format={"type": "json_object"})

    assert json.loads(text_of(message))["stand_in_model"] is True
