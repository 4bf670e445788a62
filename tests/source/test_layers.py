"""Defaults, environments and patches; and where a problem in them is written."""

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.source import Loaded
from provisioner.source.layers import merge_patch
from tests.source.folders import Folder, only, places

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  targets: {local: {runtime: full}}
  environments:
    prod:
      patches:
        - address: assistant.a
          spec:
            temperature: 0
            metadata: {team: null, stage: prod}
            tools: [{type: web_search}]
        - address: assistant.a
          spec: {top_p: 0.1, description: null}
  defaults:
    assistant:
      max_completion_tokens: 1500
      truncation_strategy: {type: last_messages, last_messages: 3}
      metadata: {team: all, unit: x}
"""
BAD = STACK.replace(
    "  defaults:",
    """\
    bad:
      patches:
        - {address: assistant.b, spec: {temperature: 0}}
        - {address: assistant.a, spec: {temprature: 0, top_p: 5}}
  defaults:""",
)
Load = Callable[..., Loaded]
SPEC = "{model: m, temperature: 1, description: d, truncation_strategy: {type: auto},\n metadata: {team: mine}}"


def spec(loaded: Loaded) -> Any:
    return only(loaded, "assistant.a").spec


def test_defaults_stand_where_the_manifest_says_nothing(assistant: Load) -> None:
    found = spec(assistant("model: m", STACK))

    assert found["max_completion_tokens"] == 1500
    assert found["metadata"] == {"team": "all", "unit": "x"}


def test_what_the_manifest_sets_wins_whole_but_metadata_by_key(assistant: Load) -> None:
    found = spec(assistant(SPEC, STACK))

    assert found["truncation_strategy"] == {"type": "auto"}
    assert found["metadata"] == {"team": "mine", "unit": "x"}


def test_null_takes_a_default_away(assistant: Load) -> None:
    found = spec(
        assistant("{model: m, max_completion_tokens: null, metadata: {team: null}}", STACK)
    )

    assert "max_completion_tokens" not in found
    assert found["metadata"] == {"unit": "x"}


def test_patches_are_merged_in_order_where_their_environment_is_chosen(assistant: Load) -> None:
    found = spec(assistant(SPEC, STACK, environment="prod"))

    assert (found["temperature"], found["top_p"]) == (0, 0.1)
    assert found["metadata"] == {"unit": "x", "stage": "prod"}
    assert found["tools"] == {"web_search": {"type": "web_search"}}
    assert "description" not in found


WITHOUT = STACK.replace(
    "    prod:",
    """\
    bare: {without: [assistant.b, function.*]}
    slip: {without: [assistant.c, "vector_store.*"]}
    prod:""",
)
OTHERS = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: b}
spec: {model: m}
---
apiVersion: provisioner/v1
kind: Function
metadata: {name: f}
spec: {parameters: {type: object, properties: {}}}
"""


@pytest.fixture
def others(folder: Folder) -> None:
    folder.write(**{"others.yaml": OTHERS})


@pytest.mark.usefixtures("others")
def test_an_environment_may_go_without_some_resources(assistant: Load) -> None:
    everywhere = assistant("model: m", WITHOUT)
    bare = assistant("model: m", WITHOUT, environment="bare")

    assert [str(a) for a in everywhere.desired] == ["assistant.a", "assistant.b"]
    assert [str(a) for a in bare.desired] == ["assistant.a"]
    assert not bare.diagnostics


def test_going_without_what_nobody_declares_is_a_slip(assistant: Load) -> None:
    found = places(assistant("model: m", WITHOUT, environment="slip"))

    assert [summary for _, summary in found] == [
        "`without` names a resource that is not declared"
    ] * 2


@pytest.mark.usefixtures("others")
def test_what_refers_to_something_left_out_is_told_who_leaves_it_out(assistant: Load) -> None:
    tools = "{model: m, tools: [{type: function, ref: f}]}"
    loaded = assistant(tools, WITHOUT, environment="bare")

    assert "this environment leaves it out" in loaded.diagnostics[0].detail


def test_the_environment_is_part_of_the_owner(assistant: Load) -> None:
    loaded = assistant(SPEC, STACK, environment="prod")

    assert loaded.stack
    assert str(loaded.stack.owner) == "k3v9/prod"


@pytest.mark.parametrize("environment", [None, "bad"])
def test_patches_are_checked_whether_chosen_or_not(
    assistant: Load, environment: str | None
) -> None:
    found = places(assistant(SPEC, BAD, environment=environment))

    assert ("stack.yaml:19:41", "unknown field") in found
    assert ("stack.yaml:19:63", "a number above the limit") in found
    nothing = ("stack.yaml:18:21", "a patch of a resource that is not declared")
    assert (nothing in found) is (environment == "bad")


@pytest.mark.parametrize(
    ("change", "place", "summary"),
    [
        (
            ("last_messages: 3}", "last_messages: 0}"),
            "stack.yaml:19:65",
            "a number below the limit",
        ),
        (("last_messages: 3}", "last_messges: 3}"), "stack.yaml:19:50", "unknown field"),
        (("unit: x", "unit: '${var:y}'"), "stack.yaml:20:35", "unknown variable"),
        (("unit: x", "unit: 5"), "stack.yaml:20:35", "wrong type"),
        (("  assistant:", "  asistant:"), "stack.yaml:17:5", "unknown field"),
    ],
)
def test_a_problem_of_a_default_is_reported_once_at_the_default(
    assistant: Load, change: tuple[str, str], place: str, summary: str
) -> None:
    assert (place, summary) in places(assistant("model: m", STACK.replace(*change)))


def test_what_only_the_whole_breaks_is_reported_where_it_was_last_set(assistant: Load) -> None:
    stack = STACK.replace("{type: web_search}", "{type: file_search, vector_store: gone}")

    assert places(assistant(SPEC, stack, environment="prod")) == [
        ("stack.yaml:13:55", "unknown reference")
    ]


def test_a_required_field_may_come_from_the_defaults(assistant: Load) -> None:
    stack = STACK.replace("max_completion_tokens: 1500", "model: from-defaults")

    assert spec(assistant("temperature: 1", stack))["model"] == "from-defaults"
    assert places(assistant("temperature: 1", STACK)) == [("a.yaml:4:1", "missing field")]


@pytest.mark.parametrize(
    ("value", "patch", "merged"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": [1]}, {"a": [2, 3]}, {"a": [2, 3]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ([1], {"a": 1}, {"a": 1}),
        ({"a": 1}, ["c"], ["c"]),
    ],
)
def test_a_merge_patch_does_what_rfc_7396_says(value: Any, patch: Any, merged: Any) -> None:
    assert merge_patch(value, patch) == merged
