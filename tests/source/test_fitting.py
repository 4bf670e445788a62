"""A value that is judged quickly to fit is right for the validator too, and right manifests are so judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from provisioner.kinds import KINDS
from provisioner.source import stack_schema
from provisioner.source.fitting import judge_of
from provisioner.source.variables import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parents[2] / "manifests"
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 2.5, 10**9, "", "x", "function", "/", "a.b", "x" * 600),
    *("${var:x}", "provisioner.x", [], ["x"], ["x", "x"], [1, 1.0], {}, {"type": "function"}),
    *({"file": "x"}, {"parts": ["x"]}, {"x": 1}),
)


EVERY = 31
"""One in so many is tried, because the validator is slow. All of them were right when they were."""


def mutated(value: Any) -> Iterator[Any]:
    """`value` with each of its parts replaced by something odd, removed, or doubled."""
    yield from ODD
    if isinstance(value, dict):
        yield {**value, "unknown": 1}
        for key, item in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: odd} for odd in mutated(item))
    elif isinstance(value, list):
        yield value * 2
        for at, item in enumerate(value):
            yield from ([*value[:at], odd, *value[at + 1 :]] for odd in mutated(item))


def sample_specs() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each schema of a spec, with a spec of the samples."""
    schemas = {kind.title: dict(kind.schema) for kind in KINDS.values()}
    schemas["Stack"] = dict(stack_schema.SPEC)
    for path in sorted(SAMPLES.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            if document and document.get("kind") in schemas:
                yield schemas[document["kind"]], document["spec"]


@pytest.mark.parametrize(("schema", "spec"), list(sample_specs()))
def test_every_sample_is_judged_without_the_validator(
    schema: dict[str, Any], spec: dict[str, Any]
) -> None:
    for key, value in spec.items():
        assert judge_of(schema["properties"][key], schema.get("$defs", {}), is_open)(value), key


def test_what_is_judged_to_fit_is_right() -> None:
    """A part of what the samples could be mistyped into by one step each."""
    accepted = refused = 0
    for schema, spec in sample_specs():
        definitions = schema.get("$defs", {})
        for key, value in spec.items():
            inner = schema["properties"][key]
            judge = judge_of(inner, definitions, is_open)
            validator = Draft202012Validator({**inner, "$defs": definitions})
            tried = list(mutated(value))[::EVERY]
            right = [other for other in tried if judge(other)]
            refused += len(tried) - len(right)
            for other in right:
                accepted += 1
                wrong = [e for e in validator.iter_errors(other) if not is_open(e.instance)]
                assert not wrong, (key, other, wrong[0].message)
    assert accepted > 100
    assert refused > 100


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"oneOf": [{}]}, 1),
        ({"type": "integer"}, 1.0),
        ({"enum": [1]}, True),
        ({"const": 0}, False),
        ({"uniqueItems": True}, [1, True]),
        ({"if": {"minLength": 1}, "then": False}, ""),
        ({"not": {"minLength": 1}}, ""),
        ({"$ref": "#/elsewhere"}, 1),
    ],
)
def test_what_is_not_certain_is_left_to_the_validator(schema: dict[str, Any], value: Any) -> None:
    assert not judge_of(schema, {})(value)


def test_a_schema_that_refers_to_itself_is_judged_as_deep_as_the_value() -> None:
    tree = {"type": "object", "additionalProperties": {"$ref": "#/$defs/tree"}}
    judge = judge_of({"$ref": "#/$defs/tree"}, {"tree": tree})
    assert judge({"a": {"b": {}}})
    assert not judge({"a": {"b": 1}})
