"""Variables: where values come from, what type they have, and what stays secret."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provisioner.model.value import Sensitive
from provisioner.source import Loaded
from tests.source.folders import Folder, errors, only, places

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  default_target: local
  targets:
    local: {runtime: full}
    other: {runtime: full, base_url: "${env:NOT_SET}", api_key_env: KEY}
  variables:
    model: {default: m}
    heat: {default: 0.5}
    tokens: {type: integer, default: 300}
    calls: {type: boolean, default: true}
    unset: {}
    home: {default: "${env:HOME_TOWN}"}
    tail: {default: "${var:model}-tail"}
    phone: {type: string, sensitive: true, default: 555}
    secret: {type: string, sensitive: true, default: hush}
    a: {default: "${var:b}"}
    b: {default: "${var:a}"}
  environments:
    prod: {variables: {model: big, heat: 1}}
"""
SECRET = STACK.replace("default: 555", 'default: "555"')
Load = Callable[..., Loaded]


def spec(assistant: Load, text: str, **options: Any) -> Any:
    return only(assistant(text, SECRET, **options), "assistant.a").spec


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("model: ${var:model}", "model", "m"),
        ("model: 'pre ${var:model} post'", "model", "pre m post"),
        ("{model: m, temperature: '${var:heat}'}", "temperature", 0.5),
        ("{model: m, max_prompt_tokens: '${var:tokens}'}", "max_prompt_tokens", 300),
        ("{model: m, parallel_tool_calls: '${var:calls}'}", "parallel_tool_calls", True),
        (
            "{model: m, description: 'n=${var:tokens} b=${var:calls}'}",
            "description",
            "n=300 b=true",
        ),
        ("{model: m, description: 'literal $${var:model}'}", "description", "literal ${var:model}"),
        ("{model: m, description: 'a ${shell} b $x'}", "description", "a ${shell} b $x"),
        ("{model: '${var:tail}'}", "model", "m-tail"),
        ("{model: m, metadata: {k: '${var:model}'}}", "metadata", {"k": "m"}),
        ("{model: m, description: '${var:secret}'}", "description", Sensitive("hush")),
        ("{model: m, description: 'x ${var:secret}'}", "description", Sensitive("x hush")),
    ],
)
def test_a_variable_keeps_its_type_alone_and_becomes_text_within_a_text(
    assistant: Load, text: str, field: str, value: object
) -> None:
    found = spec(assistant, text)[field]

    assert found == value
    assert type(found) is type(value)


def test_the_call_wins_over_files_and_files_over_the_environment(
    assistant: Load, folder: Folder
) -> None:
    Path("one.yaml").write_text("model: one\nheat: 0.1\n")
    Path("two.json").write_text('{"model": "two"}')
    text = "{model: '${var:model}', temperature: '${var:heat}'}"
    files = [Path("one.yaml"), Path("two.json")]

    def both(**options: Any) -> tuple[object, object]:
        found = spec(assistant, text, **options)
        return found["model"], found["temperature"]

    assert folder.root.is_dir()
    assert both() == ("m", 0.5)
    assert both(environment="prod") == ("big", 1)
    assert both(environment="prod", var_files=files) == ("two", 0.1)
    assert both(var_files=files, variables={"model": "three"}) == ("three", 0.1)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("tokens", "400", 400), ("heat", "1", 1), ("heat", "0.25", 0.25), ("calls", "false", False)],
)
def test_a_text_of_the_command_line_becomes_what_the_variable_is(
    assistant: Load, name: str, text: str, value: object
) -> None:
    field = {"tokens": "max_prompt_tokens", "heat": "temperature", "calls": "parallel_tool_calls"}
    found = spec(
        assistant, f"{{model: m, {field[name]}: '${{var:{name}}}'}}", variables={name: text}
    )

    assert found[field[name]] == value
    assert type(found[field[name]]) is type(value)


def test_the_environment_is_read_for_needed_defaults_and_the_chosen_target_only(
    assistant: Load,
) -> None:
    loaded = assistant("model: ${var:home}", SECRET, environ={"HOME_TOWN": "Gouda"}, target="local")

    assert only(loaded, "assistant.a").spec["model"] == "Gouda"


def test_a_target_takes_its_address_from_the_environment(assistant: Load) -> None:
    loaded = assistant("model: m", SECRET, target="other", environ={"NOT_SET": "https://x/v1"})

    assert loaded.stack
    assert loaded.stack.target.base_url == "https://x/v1"


@pytest.mark.parametrize(
    ("text", "options", "place", "summary"),
    [
        ("model: ${var:modle}", {}, "a.yaml:5:10", "unknown variable"),
        ("model: ${vars:model}", {}, "a.yaml:5:10", "unknown kind of variable"),
        ("model: ${model}", {}, "a.yaml:5:10", "not a variable"),
        ("model: ${var.model}", {}, "a.yaml:5:10", "not a variable"),
        ("model: ${env:HOME}", {}, "a.yaml:5:10", "${env:…} is not allowed here"),
        ("model: ${var:unset}", {}, "a.yaml:5:10", "a variable has no value"),
        ("model: ${var:home}", {}, "stack.yaml:15:21", "an environment variable is not set"),
        ("model: ${var:a}", {}, "stack.yaml:19:8", "variables refer to each other"),
        ("model: ${var:phone}", {}, "stack.yaml:17:53", "a variable has the wrong type"),
        ("model: m", {"target": "other"}, "stack.yaml:8:38", "an environment variable is not set"),
        ("model: m", {"variables": {"modle": "x"}}, "", "unknown variable"),
        ("model: m", {"var_files": [Path("gone.yaml")]}, "gone.yaml:1:1", "cannot read a file of variables"),
        ("model: ${var:tokens}", {}, "a.yaml:5:10", "wrong type"),
        ("{model: m, temperature: '${var:heat}'}", {"variables": {"heat": "3"}}, "a.yaml:5:27", "a number above the limit"),
        ("{model: m, temperature: '${var:heat}'}", {"variables": {"heat": "hot"}}, "stack.yaml:11:11", "a variable has the wrong type"),
        ("{model: m, metadata: {k: '${var:tokens}'}}", {}, "a.yaml:5:28", "wrong type"),
        ("model: m", {"environment": "prd"}, "stack.yaml:21:3", "unknown environment"),
        ("model: m", {"target": "othr"}, "stack.yaml:6:3", "unknown target"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_in_is_named(
    assistant: Load, text: str, options: dict[str, Any], place: str, summary: str
) -> None:
    assert places(assistant(text, STACK, **options)) == [(place, summary)]


def test_a_sensitive_value_is_in_no_message_and_no_repr(assistant: Load) -> None:
    secret = STACK.replace("hush", "hush" * 200)
    loaded = assistant("{model: m, description: '${var:secret}'}", secret)

    assert [item.summary for item in errors(loaded)] == ["text too long"]
    assert "hush" not in repr(loaded.diagnostics)
    assert "hush" not in repr(only(assistant("model: '${var:secret}'", SECRET), "assistant.a"))


@pytest.mark.parametrize(
    "text",
    [
        "{model: m, name: '${var:secret}'}",
        "{model: m, name: 'Helper of ${var:secret}'}",
        "{model: m, tools: [{type: file_search, vector_store: '${var:secret}'}]}",
        "{model: m, tools: [{type: function, ref: '${var:secret}'}]}",
        "{model: m, tools: [{type: function, function: {name: '${var:secret}'}}]}",
        "{model: m, lifecycle: {ignore_changes: ['${var:secret}']}}",
    ],
)
def test_a_sensitive_value_names_nothing(assistant: Load, text: str) -> None:
    loaded = assistant(text, SECRET)

    assert [item.summary for item in errors(loaded)] == ["a sensitive value cannot stand here"]
    assert "hush" not in repr(loaded.diagnostics)


def test_a_sensitive_variable_is_text(assistant: Load) -> None:
    stack = SECRET.replace("type: integer, default", "sensitive: true, default")
    loaded = assistant("{model: m, max_prompt_tokens: '${var:tokens}'}", stack)

    assert "a sensitive variable must be text" in [item.summary for item in errors(loaded)]


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("${var:model", "${var:model"),
        ("a ${var:model} b ${var:tail c", "${var:tail"),
        ("${env:HOME", "${env:HOME"),
        ("${each.city and more", "${each.city"),
        ("${var:a{b}", "${var:a"),
    ],
)
def test_a_variable_without_its_brace_is_told(assistant: Load, text: str, begun: str) -> None:
    loaded = assistant(f"{{model: m, description: '{text}'}}", stack=STACK)

    (found,) = errors(loaded)
    assert found.code.name == "unclosed-variable"
    assert found.detail == f"`{begun}` is not closed by `}}`."


def test_what_only_looks_like_a_variable_stays(assistant: Load) -> None:
    found = spec(assistant, "{model: m, description: 'a $${var:x b ${shell c $var:'}")

    assert found["description"] == "a ${var:x b ${shell c $var:"
