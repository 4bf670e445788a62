"""Each rule of compatibility of JSON Schemas, for the arguments of a function and for answers."""

from __future__ import annotations

from typing import Any, Final

import pytest

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.plan import Action, FieldChange
from provisioner.policy.compatible import Shift, compared
from provisioner.policy.contract import VERDICTS, Role
from provisioner.policy.risks import risks_of
from provisioner.policy.seen import Seen

QA: Final = Address("assistant", "qa")
BROKEN, WIDENED, FITS, UNCLEAR = (
    f"contract-{name}" for name in ("broken", "widened", "extended", "unclear")
)


def parameters(schema: Any) -> dict[str, Any]:
    return {"tools": {"f": {"type": "function", "parameters": schema}}}


def returned(schema: Any) -> dict[str, Any]:
    return {"tools": {"f": {"type": "function", "output_schema": schema}}}


def answer(schema: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}


def verdicts(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    fields = tuple(FieldChange(name, before[name], after[name]) for name in before)
    seen = Seen(QA, Action.UPDATE, fields, before, after, KINDS["assistant"].schemas)
    return {risk.code.name for risk in risks_of(seen) if risk.code.name.startswith("contract-")}


def object_(required: list[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "number"}
ONE: Final = object_(["id"], id=TEXT)
CLOSED: Final = {"additionalProperties": False}


def field(schema: Any) -> dict[str, Any]:
    return object_(id=schema)


def defined(reference: str, **schemas: Any) -> dict[str, Any]:
    return {**field({"$ref": reference}), "$defs": schemas}


CASES: Final[dict[str, tuple[Any, Any, set[str], set[str]]]] = {
    "a required argument is removed": (ONE, object_(), {BROKEN}, {BROKEN}),
    "an optional argument is removed": (object_(id=TEXT), object_(), {BROKEN}, {BROKEN}),
    "an optional argument is added": (ONE, object_(["id"], id=TEXT, why=TEXT), {FITS}, {FITS}),
    "an optional one is added to a closed object": (
        {**ONE, **CLOSED},
        {**object_(["id"], id=TEXT, why=TEXT), **CLOSED},
        {FITS},
        {FITS},
    ),
    "a required argument is added": (
        ONE,
        object_(["id", "why"], id=TEXT, why=TEXT),
        {BROKEN},
        {FITS},
    ),
    "an optional argument becomes required": (object_(id=TEXT), ONE, {BROKEN}, {FITS}),
    "a required argument becomes optional": (ONE, object_(id=TEXT), {WIDENED}, {BROKEN}),
    "an argument is renamed": (ONE, object_(["key"], key=TEXT), {BROKEN}, {BROKEN, FITS}),
    "an enum is narrowed": (field({"enum": ["a", "b"]}), field({"enum": ["a"]}), {BROKEN}, {FITS}),
    "an enum is widened": (field({"enum": ["a"]}), field({"enum": ["a", "b"]}), {WIDENED}, {BROKEN}),
    "an enum is put in": (field(TEXT), field({**TEXT, "enum": ["a"]}), {BROKEN}, {FITS}),
    "an enum goes": (field({**TEXT, "enum": ["a"]}), field(TEXT), {WIDENED}, {BROKEN}),
    "true is not 1": (field({"enum": [1]}), field({"enum": [True]}), {BROKEN, WIDENED}, {FITS, BROKEN}),
    "a const is another": (field({"const": 1}), field({"const": 2}), {BROKEN, WIDENED}, {FITS, BROKEN}),
    "a const becomes a choice": (field({"const": "a"}), field({"enum": ["a", "b"]}), {WIDENED}, {BROKEN}),
    "a type is widened": (field(TEXT), field({"type": ["string", "null"]}), {WIDENED}, {BROKEN}),
    "a type is narrowed": (field({"type": ["string", "null"]}), field(TEXT), {BROKEN}, {FITS}),
    "an integer becomes a number": (field({"type": "integer"}), field(NUMBER), {WIDENED}, {BROKEN}),
    "a number becomes an integer": (field(NUMBER), field({"type": "integer"}), {BROKEN}, {FITS}),
    "a type is another": (field(TEXT), field(NUMBER), {BROKEN, WIDENED}, {FITS, BROKEN}),
    "a type goes": (field(TEXT), field({}), {WIDENED}, {BROKEN}),
    "other properties pass": ({**ONE, **CLOSED}, ONE, {WIDENED}, {BROKEN}),
    "other properties pass no longer": (ONE, {**ONE, **CLOSED}, {BROKEN}, {FITS}),
    "other properties get a type": (ONE, {**ONE, "additionalProperties": TEXT}, {BROKEN}, {FITS}),
    "a maximum is raised": (field({"maximum": 5}), field({"maximum": 9}), {WIDENED}, {BROKEN}),
    "a maximum is lowered": (field({"maximum": 9}), field({"maximum": 5}), {BROKEN}, {FITS}),
    "a minimum is raised": (field({"minimum": 5}), field({"minimum": 9}), {BROKEN}, {FITS}),
    "a minimum goes": (field({"minimum": 5}), field({}), {WIDENED}, {BROKEN}),
    "a bound is excluded": (field({"minimum": 0}), field({"exclusiveMinimum": 0}), {BROKEN}, {FITS}),
    "a bound of none is none": (field({"minLength": 0}), field({}), set(), set()),
    "a text may be longer": (field({"maxLength": 5}), field({"maxLength": 9}), {WIDENED}, {BROKEN}),
    "a list may be shorter": (field({"minItems": 2}), field({"minItems": 1}), {WIDENED}, {BROKEN}),
    "items are unique": (field({}), field({"uniqueItems": True}), {BROKEN}, {FITS}),
    "a finer step": (field({"multipleOf": 10}), field({"multipleOf": 5}), {WIDENED}, {BROKEN}),
    "a coarser step": (field({"multipleOf": 5}), field({"multipleOf": 10}), {BROKEN}, {FITS}),
    "a pattern is put in": (field(TEXT), field({**TEXT, "pattern": "^a"}), {BROKEN}, {FITS}),
    "a pattern goes": (field({"pattern": "^a"}), field({}), {WIDENED}, {BROKEN}),
    "a pattern is another": (field({"pattern": "^a"}), field({"pattern": "^b"}), {UNCLEAR}, {UNCLEAR}),
    "a format is put in": (field(TEXT), field({**TEXT, "format": "date"}), {BROKEN}, {FITS}),
    "a format goes": (field({"format": "date"}), field({}), {WIDENED}, {BROKEN}),
    "a format is another": (field({"format": "date"}), field({"format": "time"}), {UNCLEAR}, {UNCLEAR}),
    "a nested argument is removed": (field(ONE), field(object_()), {BROKEN}, {BROKEN}),
    "a nested argument is added": (field(object_()), field(object_(x=TEXT)), {FITS}, {FITS}),
    "items are of another type": (
        field({"items": {"type": "integer"}}),
        field({"items": NUMBER}),
        {WIDENED},
        {BROKEN},
    ),
    "an argument inside of items is required": (
        field({"items": object_(id=TEXT)}),
        field({"items": ONE}),
        {BROKEN},
        {FITS},
    ),
    "an alternative is added": (
        field({"anyOf": [TEXT]}),
        field({"anyOf": [TEXT, {"type": "null"}]}),
        {WIDENED},
        {BROKEN},
    ),
    "an alternative goes": (
        field({"anyOf": [TEXT, NUMBER]}),
        field({"anyOf": [NUMBER]}),
        {BROKEN},
        {FITS},
    ),
    "an alternative is changed": (
        field({"anyOf": [TEXT, {"type": "integer"}]}),
        field({"anyOf": [TEXT, NUMBER]}),
        {WIDENED},
        {BROKEN},
    ),
    "alternatives change their places": (
        field({"anyOf": [TEXT, NUMBER]}),
        field({"anyOf": [NUMBER, TEXT]}),
        set(),
        set(),
    ),
    "a schema gets an alternative": (
        field(TEXT),
        field({"anyOf": [TEXT, {"type": "null"}]}),
        {WIDENED},
        {BROKEN},
    ),
    "a list of types becomes alternatives": (
        field({"type": ["string", "null"]}),
        field({"anyOf": [TEXT, {"type": "null"}]}),
        set(),
        set(),
    ),
    "many alternatives at once": (
        field({"anyOf": [TEXT, NUMBER]}),
        field({"anyOf": [{"type": "null"}, {"type": "boolean"}]}),
        {UNCLEAR},
        {UNCLEAR},
    ),
    "a condition is added": (
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}]}),
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}, {"pattern": "^a"}]}),
        {BROKEN},
        {FITS},
    ),
    "one condition alone is a part of the schema": (
        field({"allOf": [{"maxLength": 9}]}),
        field({"maxLength": 9}),
        set(),
        set(),
    ),
    "a definition is narrowed": (
        defined("#/$defs/a", a={"enum": ["x", "y"]}),
        defined("#/$defs/a", a={"enum": ["x"]}),
        {BROKEN},
        {FITS},
    ),
    "a definition is renamed": (
        defined("#/$defs/a", a=TEXT),
        defined("#/$defs/b", b=TEXT),
        set(),
        set(),
    ),
    "a definition is written out": (defined("#/$defs/a", a=TEXT), field(TEXT), set(), set()),
    "a schema that holds itself": (
        defined("#/$defs/a", a=object_(id=TEXT, more={"$ref": "#/$defs/a"})),
        defined("#/$defs/a", a=object_(["id"], id=TEXT, more={"$ref": "#/$defs/a"})),
        {BROKEN},
        {FITS},
    ),
    "a schema elsewhere": (
        field({"$ref": "https://a.example/x"}),
        field({"$ref": "https://a.example/y"}),
        {UNCLEAR},
        {UNCLEAR},
    ),
    "a schema elsewhere that stays": (
        {**field({"$ref": "https://a.example/x"}), **CLOSED},
        field({"$ref": "https://a.example/x"}),
        {WIDENED},
        {BROKEN},
    ),
    "a condition in words": (ONE, {**ONE, "if": {"minProperties": 1}}, {UNCLEAR}, {UNCLEAR}),
    "nothing passes": (field(True), field(False), {BROKEN}, {FITS}),
    "anything passes": (field(False), field(True), {WIDENED}, {BROKEN}),
    "nothing passes, as before": ({**field(False), **CLOSED}, field(False), {WIDENED}, {BROKEN}),
    "a limit is put in": (field({"maximum": 9}), field({"maximum": 9, "minimum": 5}), {BROKEN}, {FITS}),
    "a bound itself passes too": (field({"exclusiveMaximum": 5}), field({"maximum": 5}), {WIDENED}, {BROKEN}),
    "items come twice": (field({"uniqueItems": True}), field({}), {WIDENED}, {BROKEN}),
    "a step is put in": (field(NUMBER), field({**NUMBER, "multipleOf": 5}), {BROKEN}, {FITS}),
    "a step goes": (field({"multipleOf": 5}), field({}), {WIDENED}, {BROKEN}),
    "a step is another": (field({"multipleOf": 4}), field({"multipleOf": 6}), {BROKEN, WIDENED}, {FITS, BROKEN}),
    "alternatives beside properties are put in": (
        object_(id=TEXT),
        {**object_(id=TEXT), "anyOf": [{"required": ["id"]}]},
        {BROKEN},
        {FITS},
    ),
    "alternatives beside properties go": (
        {**object_(id=TEXT), "oneOf": [{"required": ["id"]}]},
        object_(id=TEXT),
        {WIDENED},
        {BROKEN},
    ),
    "alternatives beside properties that change": (
        {**object_(id=TEXT), "anyOf": [{"required": ["id"]}]},
        {**object_(id=TEXT, why=TEXT), "anyOf": [{"required": ["id"]}]},
        {FITS},
        {FITS},
    ),
    "a condition goes": (
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}, {"pattern": "^a"}]}),
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}]}),
        {WIDENED},
        {BROKEN},
    ),
    "a condition is changed": (
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}]}),
        field({"allOf": [{"minLength": 1}, {"maxLength": 5}]}),
        {BROKEN},
        {FITS},
    ),
    "many conditions at once": (
        field({"allOf": [{"minLength": 1}, {"maxLength": 9}]}),
        field({"allOf": [{"minLength": 2}, {"maxLength": 5}]}),
        {UNCLEAR},
        {UNCLEAR},
    ),
    "a definition that leads in a circle": (
        defined("#/$defs/a", a={"$ref": "#/$defs/b"}, b={"$ref": "#/$defs/a"}),
        ONE,
        {UNCLEAR, BROKEN},
        {UNCLEAR, FITS},
    ),
    "a definition beside a keyword that it has too": (
        {**field({"$ref": "#/$defs/a", "maxLength": 5}), "$defs": {"a": {"maxLength": 9}}},
        field({"maxLength": 5}),
        {UNCLEAR},
        {UNCLEAR},
    ),
    "only a description": (field(TEXT), field({**TEXT, "description": "It."}), set(), set()),
    "the order of what is required": (
        object_(["a", "b"], a=TEXT, b=TEXT),
        object_(["b", "a"], a=TEXT, b=TEXT),
        set(),
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_arguments_of_a_function_are_judged_as_an_input(name: str) -> None:
    before, after, expected, _ = CASES[name]
    assert verdicts(parameters(before), parameters(after)) == expected


@pytest.mark.parametrize("name", CASES)
def test_the_form_of_an_answer_is_judged_as_an_output(name: str) -> None:
    before, after, _, expected = CASES[name]
    assert verdicts(answer(before), answer(after)) == expected


@pytest.mark.parametrize("name", CASES)
def test_what_an_application_returns_is_judged_like_an_input_that_may_grow(name: str) -> None:
    before, after, as_input, _ = CASES[name]
    expected = {FITS if verdict == WIDENED else verdict for verdict in as_input}
    assert verdicts(returned(before), returned(after)) == expected


def test_every_shift_has_a_verdict_for_every_role() -> None:
    assert {role: {*table} for role, table in VERDICTS.items()} == {r: {*Shift} for r in Role}


def test_a_function_without_arguments_that_gets_one_it_needs_is_broken() -> None:
    bare: dict[str, Any] = {"tools": {"f": {"type": "function"}}}
    assert verdicts(bare, parameters(ONE)) == {BROKEN}
    assert verdicts(bare, parameters(object_(id=TEXT))) == {FITS}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("text", {"type": "json_object"}, BROKEN),
        ({"type": "json_object"}, answer(ONE)["response_format"], FITS),
        (answer(ONE)["response_format"], {"type": "json_object"}, BROKEN),
        (answer(ONE)["response_format"], "auto", BROKEN),
    ],
)
def test_another_form_of_answer(before: Any, after: Any, verdict: str) -> None:
    assert verdicts({"response_format": before}, {"response_format": after}) == {verdict}


def test_a_shift_is_told_at_its_place() -> None:
    before, after = field({"maximum": 50}), field({"maximum": 5000})
    [step] = compared(before, after)

    assert (step.keys, step.told) == (("properties", "id", "maximum"), "raised from 50 to 5,000")


def test_a_field_that_a_plan_does_not_change_is_not_judged() -> None:
    before, after = parameters(ONE), parameters(object_())
    seen = Seen(
        QA,
        Action.UPDATE,
        (FieldChange("instructions", "a", "b"),),
        before,
        after,
        KINDS["assistant"].schemas,
    )
    assert [risk.code.name for risk in risks_of(seen)] == ["instructions-changed"]


@pytest.mark.parametrize(
    "odd", [None, 1, "x", [], {"type": 5}, {"properties": []}, {"required": 3}]
)
def test_a_schema_of_any_shape_is_compared_without_an_error(odd: Any) -> None:
    for before, after in ((odd, ONE), (ONE, odd), (field(odd), ONE), (ONE, field(odd))):
        compared(before, after)


def test_a_schema_without_end_is_unclear_and_not_an_error() -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"properties": {"a": deep}}
    assert Shift.UNCLEAR in {step.shift for step in compared(deep, {"properties": {"a": deep}})}
