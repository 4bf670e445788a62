"""A field that a runtime lacks is refused at its place, or dropped and reported."""

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.source import Loaded
from tests.source.folders import Folder, only, places

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  default_target: bare
  targets:
    bare: {runtime: bare, drop: %s}
    full: {runtime: full}
"""
SPEC = """\
model: m
temperature: 0.5
tools:
  - {type: function, function: {name: f}}
  - {type: web_search}
"""
SEARCHING = """\
model: m
tools:
  - type: file_search
    vector_store: s
    ranking_options: {score_threshold: 0.5}
"""
STORE = "apiVersion: provisioner/v1\nkind: VectorStore\nmetadata: {name: s}\nspec: {}\n"
Load = Callable[..., Loaded]
A = Address("assistant", "a")


def test_what_is_not_supported_is_refused_at_its_line(assistant: Load) -> None:
    loaded = assistant(SPEC, STACK % "[]")

    assert places(loaded) == [
        ("a.yaml:6:3", "not supported by this target"),
        ("a.yaml:9:7", "not supported by this target"),
    ]
    assert loaded.diagnostics[0].detail == (
        "Target `bare` (bare) has no `temperature`. Remove it, use a target that has it (`full`),"
        ' or leave it out on this target: `drop: ["temperature"]`.'
    )


def test_what_is_dropped_is_gone_and_told(assistant: Load) -> None:
    loaded = assistant(SPEC, STACK % '[temperature, "tools[web_search]", top_p]')

    assert loaded.diagnostics == ()
    assert loaded.dropped == {A: ("temperature", "tools[web_search]")}
    assert only(loaded, "assistant.a").spec == {
        "name": "a",
        "model": "m",
        "tools": {"f": {"type": "function"}},
    }


def test_another_target_drops_nothing(assistant: Load) -> None:
    loaded = assistant(SPEC, STACK % "[temperature]", target="full")

    assert (loaded.diagnostics, loaded.dropped) == ((), {})


def test_a_kind_without_a_form_is_refused_and_can_be_dropped(
    assistant: Load, folder: Folder
) -> None:
    folder.write(**{"s.yaml": STORE})
    drop = '[vector_store, "tools[file_search].ranking_options"]'

    assert places(assistant(SEARCHING, STACK % "[]")) == [
        ("a.yaml:9:7", "not supported by this target"),
        ("s.yaml:1:1", "not supported by this target"),
    ]
    loaded = assistant(SEARCHING, STACK % drop)
    assert loaded.diagnostics == ()
    assert list(loaded.desired) == [A]
    assert loaded.dropped == {
        A: ("tools[file_search].ranking_options", "tools[file_search]"),
        Address("vector_store", "s"): ("vector_store",),
    }
    assert only(loaded, "assistant.a").spec["tools"] == {}


LAST = "model: m\ntruncation_strategy: {type: last_messages, last_messages: 3}"
AUTO = "model: m\ntruncation_strategy: {type: auto}"
STRICT = """\
model: m
tools:
  - type: function
    function: {name: f, strict: %s}
"""


def test_one_value_of_a_field_is_refused_with_the_reason(assistant: Load) -> None:
    loaded = assistant(LAST, STACK % "[]")

    assert places(loaded) == [("a.yaml:6:3", "not supported by this target")]
    assert loaded.diagnostics[0].detail == (
        "Target `bare` (bare) has no `truncation_strategy=last_messages`. It is older. Remove it,"
        " use a target that has it (`full`), or leave it out on this target:"
        ' `drop: ["truncation_strategy=last_messages"]`.'
    )


@pytest.mark.parametrize(
    ("spec", "place"), [(AUTO, []), (STRICT % "false", []), (STRICT % "true", ["a.yaml:8:27"])]
)
def test_other_values_of_it_pass(assistant: Load, spec: str, place: list[str]) -> None:
    assert [where for where, _ in places(assistant(spec, STACK % "[]"))] == place


@pytest.mark.parametrize(("spec", "dropped"), [(LAST, ("truncation_strategy",)), (AUTO, None)])
def test_one_value_can_be_dropped(
    assistant: Load, spec: str, dropped: tuple[str, ...] | None
) -> None:
    loaded = assistant(spec, STACK % '["truncation_strategy=last_messages"]')

    assert loaded.diagnostics == ()
    assert loaded.dropped.get(A) == dropped
    assert ("truncation_strategy" in only(loaded, "assistant.a").spec) is (dropped is None)


def test_what_does_not_fit_is_refused(assistant: Load) -> None:
    spec = f"model: m\nname: {'x' * 101}"
    loaded = assistant(spec, STACK % "[]")

    assert places(loaded) == [("a.yaml:6:3", "too long for this target")]
    assert loaded.diagnostics[0].detail == "Target `bare` (bare) takes at most 100 characters here."
    assert assistant(spec, STACK % "[]", target="full").diagnostics == ()


@pytest.mark.parametrize(
    ("tool", "line"),
    [
        (["type: mcp", "server_label: crm", "server_url: https://x.test", "headers: {a: b}"], 10),
        (["type: custom", "name: crm", "description: d", "async: true"], 10),
    ],
)
def test_an_option_of_a_named_tool_is_found_at_its_line(
    assistant: Load, tool: list[str], line: int
) -> None:
    loaded = assistant("model: m\ntools:\n  - " + "\n    ".join(tool), STACK % "[]")
    position = loaded.position(A, f"tools[crm].{tool[-1].partition(':')[0]}")

    assert position
    assert position.line == line


@pytest.mark.parametrize(
    ("entry", "detail"),
    [
        ("temprature", "Did you mean `temperature`?"),
        ("vector_stores", "Did you mean `vector_store`?"),
        ("model", "Every assistant needs a model"),
    ],
)
def test_an_entry_that_means_nothing_is_an_error(assistant: Load, entry: str, detail: str) -> None:
    loaded = assistant("model: m", STACK % f"[{entry}]")

    assert places(loaded) == [("stack.yaml:7:34", "unknown entry of drop")]
    assert detail in loaded.diagnostics[0].detail


def test_an_entry_of_a_tool_that_nobody_has_is_a_warning(assistant: Load) -> None:
    loaded = assistant("model: m", STACK % '["tools[web_serch]"]')

    (said,) = loaded.diagnostics
    assert (said.severity, said.summary) == ("warning", "an entry of drop that leaves nothing out")
    assert "Did you mean `tools[web_search]`?" in said.detail


@pytest.mark.parametrize(
    "entry", ["response_format.json_schema", '"tools[f]"', '"tools[function]"', "file"]
)
def test_parts_functions_and_kinds_may_be_dropped(assistant: Load, entry: str) -> None:
    spec: dict[str, Any] = {"model": "m"}
    loaded = assistant(
        "model: m\ntools: [{type: function, function: {name: f}}]", STACK % f"[{entry}]"
    )

    assert loaded.diagnostics == ()
    assert only(loaded, "assistant.a").spec.items() >= spec.items()


@pytest.mark.parametrize(
    ("change", "place", "summary"),
    [
        (("full: {runtime: full}", "full: {runtime: ful}"), "stack.yaml:8:21", "unknown runtime"),
        (
            ("full: {runtime: full}", "full: {runtime: full, base_url: 'https://x'}"),
            "stack.yaml:8:5",
            "a target has no key of its own",
        ),
        (
            ("{runtime: full}", "{runtime: full, server: embedded, base_url: 'https://x'}"),
            "stack.yaml:8:45",
            "an embedded server has no base_url",
        ),
        (
            ("{runtime: full}", "{runtime: full, api_key_env: sk-proj-12345}"),
            "stack.yaml:8:40",
            "not the name of a variable",
        ),
        (("{runtime: full}", "{runtime: full, api_key: x}"), "stack.yaml:8:27", "unknown field"),
        (("default_target: bare\n", "requires: '>=9'\n"), "stack.yaml:5:13", "another version is required"),
        (("default_target: bare\n", "requires: new\n"), "stack.yaml:5:13", "not the right form"),
        (("default_target: bare\n", "guards: {}\n"), "stack.yaml:6:3", "no target is chosen"),
    ],
)  # fmt: skip
def test_a_wrong_stack_is_named(
    assistant: Load, change: tuple[str, str], place: str, summary: str
) -> None:
    loaded = assistant("model: m", (STACK % "[]").replace(*change))

    assert (place, summary) in places(loaded)
    assert "sk-proj" not in repr(loaded.diagnostics)


@pytest.mark.parametrize("requires", ["'>=0.1'", "'>=0.1, <2'", "'==0.1.0'", "'!=3'"])
def test_a_version_that_fits_passes(assistant: Load, requires: str) -> None:
    stack = (STACK % "[]").replace("default_target:", f"requires: {requires}\n  default_target:")

    assert assistant("model: m", stack).diagnostics == ()


@pytest.mark.parametrize("entry", ['metadata[\\"a.b\\"]', "metadata[a.b]"])
def test_a_path_that_a_plan_prints_may_be_dropped_as_it_stands(assistant: Load, entry: str) -> None:
    spec = "model: m\nmetadata: {a.b: x, a: y, c: z}\n"
    loaded = assistant(spec, STACK % f'["{entry}"]')

    assert loaded.diagnostics == ()
    assert loaded.dropped == {A: ("metadata[a.b]",)}
    assert only(loaded, "assistant.a").spec["metadata"] == {"a": "y", "c": "z"}


@pytest.mark.parametrize("entry", ["tools[", "metadata..a", "a]"])
def test_a_text_that_is_no_path_cannot_be_dropped(assistant: Load, entry: str) -> None:
    loaded = assistant("model: m\n", STACK % f'["{entry}"]')

    assert [d.summary for d in loaded.diagnostics] != []
    assert "is no path of a field" in loaded.diagnostics[0].detail
