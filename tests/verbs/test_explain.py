"""explain: every field of every kind, every code, and what is meant by what does not exist."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from provisioner.kinds import KINDS
from provisioner.model.codes.table import TABLE
from provisioner.model.explanation import (
    CodeExplanation,
    Explanation,
    FieldExplanation,
    KindExplanation,
    Overview,
)
from provisioner.model.runtime import Level
from provisioner.render.explain import explanation_text
from provisioner.render.explain_document import explanation_document
from provisioner.render.explain_output import ExplanationDocument
from provisioner.render.format import Layout
from provisioner.render.json_schema import schema_of
from provisioner.render.widths import columns
from provisioner.runtimes import RUNTIMES
from provisioner.source.fields import fields_of_kind
from provisioner.verbs.explain.run import explain
from provisioner.verbs.explain.topic import NAMES, UnknownTopic

VALIDATOR = Draft202012Validator(schema_of(ExplanationDocument))


def field(topic: str) -> FieldExplanation:
    found = explain(topic)
    assert isinstance(found, FieldExplanation)
    return found


def shown(found: Explanation, width: int = 100) -> str:
    VALIDATOR.validate(explanation_document(found))
    text = explanation_text(found, Layout(width=width, everything=True))
    assert text.endswith("\n")
    return text


def test_without_a_topic_every_kind_and_every_runtime_is_told() -> None:
    found = explain()
    assert isinstance(found, Overview)
    assert [name for name, _ in found.kinds] == ["stack", *KINDS]
    assert [name for name, _ in found.runtimes] == [*RUNTIMES]
    assert all(summary in shown(found, 300) for _, summary in found.kinds)


@pytest.mark.parametrize("name", NAMES)
def test_of_a_kind_every_field_is_told(name: str) -> None:
    found = explain(name)
    assert isinstance(found, KindExplanation)
    assert [one.path for one in found.fields] == [one.path for one in fields_of_kind(name)]
    text = shown(found)
    assert all(one.path in text for one in found.fields)
    assert yaml.safe_load(found.example)["kind"] == found.title


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_explained_under_its_own_path_with_an_example_that_sets_it(
    name: str,
) -> None:
    for one in fields_of_kind(name):
        found = field(f"{name}.{one.path}")
        assert found.path == one.path
        assert found.description
        shown(found)
        if name in KINDS and found.holdings:
            assert [held.runtime for held in found.holdings] == [*RUNTIMES]
        value: Any = yaml.safe_load(found.example)
        last = one.path.replace("[]", "").rpartition(".")[2].partition("[")[0]
        assert last in str(value)


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("assistant.lifecycle", {"spec": {"lifecycle": {"prevent_destroy": True}}}),
        ("vector_store.metadata", {"spec": {"metadata": {"NAME": "…"}}}),
        ("skill.metadata.labels", {"metadata": {"labels": {"NAME": "…"}}}),
    ],
)
def test_the_example_of_a_mapping_sets_something_in_it(topic: str, value: Any) -> None:
    assert yaml.safe_load(field(topic).example) == value


def test_every_code_is_explained() -> None:
    for name, code in TABLE.items():
        found = explain(name)
        assert isinstance(found, CodeExplanation)
        assert found.code is code
        assert " ".join(code.meaning.split()[:3]) in shown(found, 1000)


@pytest.mark.parametrize(
    "topic",
    [
        "assistant.model",
        "Assistant.spec.model",
        "assistants.model",
        "ASSISTANT.model",
    ],
)
def test_a_field_is_known_in_every_spelling(topic: str) -> None:
    assert field(topic).path == "model"


@pytest.mark.parametrize(
    ("topic", "path"),
    [
        ("vector_store.files.glob", "files[].glob"),
        ("VectorStore.files[0].glob", "files[].glob"),
        ("stack.targets.local.drop", "targets.NAME.drop"),
        ("assistant.metadata.owner", "metadata"),
        ("assistant.metadata.labels", "metadata.labels"),
        ("assistant.tools[file_search]", "tools[file_search]"),
        ("assistant.spec.tools[mcp].server_url", "tools[mcp].server_url"),
    ],
)
def test_items_and_keys_of_ones_own_lead_to_their_field(topic: str, path: str) -> None:
    assert field(topic).path == path


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("assistnt", "Did you mean `assistant`?"),
        ("assistant.temprature", "Did you mean `temperature`?"),
        ("temperature", "Did you mean `assistant.temperature`?"),
        ("unknown-fild", "Did you mean `unknown-field`?"),
        ("assistant.tools[files_search]", "Did you mean `tools[file_search]`?"),
        ("assistant.max_tokens", "Use `max_prompt_tokens` or"),
        ("assistant.zzz", "`provisioner explain assistant` lists its fields."),
        ("zzz", "`provisioner explain` lists the kinds"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_was_meant(topic: str, said: str) -> None:
    with pytest.raises(UnknownTopic) as caught:
        explain(topic)
    assert said in str(caught.value)


def test_each_runtime_says_how_it_holds_a_field_and_under_which_name() -> None:
    held = {one.runtime: one for one in field("assistant.max_completion_tokens").holdings}
    assert held["assistants"].level is Level.PER_RUN
    assert held["responses"].wire_path == "max_output_tokens"
    assert held["agents"].level is Level.UNSUPPORTED
    assert held["agents"].wire_path == ""
    truncation = {one.runtime: one for one in field("assistant.truncation_strategy").holdings}
    (value,) = truncation["responses"].values
    assert value[:2] == ("last_messages", Level.UNSUPPORTED)
    store = {one.runtime: one for one in field("vector_store.name").holdings}
    assert store["assistants"].wire_path == "an object in vector_stores"
    assert store["agents"].note == "This kind does not exist there."
    function = {one.runtime: one for one in field("function.strict").holdings}
    assert function["agents"].level is Level.STORED


def test_what_a_change_of_a_field_does_is_said() -> None:
    assert "replaces the object" in field("credential.type").notes[0]
    assert "never shown" in " ".join(field("credential.token_env").notes)
    assert "`kind: Vault`" in " ".join([*field("credential.vault").notes]) + (
        field("credential.vault").description
    )
    assert field("assistant.temperature").default == "1"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_keeps_to_the_width_but_for_tables_and_examples(width: int) -> None:
    found = field("assistant.truncation_strategy")
    text = shown(found, width).partition("EXAMPLE")[0]
    prose = [line for line in text.splitlines() if ": " in line and not line.startswith("trunc")]
    assert all(columns(line) <= width for line in prose)
