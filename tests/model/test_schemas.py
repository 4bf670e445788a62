"""The order of keys: of properties in a schema it is a part of the value, elsewhere it is not."""

from typing import Any

import pytest

from provisioner.model.schemas import (
    NOWHERE,
    Schemas,
    arranged,
    orders,
    reordered,
    subschemas,
    with_sorted_sets,
)
from provisioner.model.value import canonical, digest, same

HERE = Schemas(((),))
TOOLS = Schemas((("tools", "*", "parameters"),))
ANSWER = {"zz_reasoning": {"type": "string"}, "answer": {"type": "string"}}
SWAPPED = {"answer": {"type": "string"}, "zz_reasoning": {"type": "string"}}


def of(properties: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **more}


@pytest.mark.parametrize(
    "nested",
    [
        of,
        lambda p: of({"inner": of(p)}),
        lambda p: {"items": of(p)},
        lambda p: {"items": [of(p), {"type": "string"}]},
        lambda p: {"anyOf": [{"type": "null"}, of(p)]},
        lambda p: {"$defs": {"one": of(p)}, "$ref": "#/$defs/one"},
        lambda p: {"additionalProperties": of(p)},
        lambda p: {"not": {"if": of(p)}},
        lambda p: of({"properties": of(p)}),
        lambda p: of({"required": of(p)}),
    ],
)
def test_the_order_of_properties_counts_however_deep(nested: Any) -> None:
    assert not same(nested(ANSWER), nested(SWAPPED), HERE)
    assert digest(nested(ANSWER), schemas=HERE) != digest(nested(SWAPPED), schemas=HERE)
    assert same(nested(ANSWER), nested(SWAPPED))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"type": "object", "title": "T"}, {"title": "T", "type": "object"}),
        ({"required": ["a", "b"]}, {"required": ["b", "a"]}),
        ({"type": ["string", "null"]}, {"type": ["null", "string"]}),
        (of({"a": {"required": ["a", "b"]}}), of({"a": {"required": ["b", "a"]}})),
        ({"$defs": {"a": {}, "b": {}}}, {"$defs": {"b": {}, "a": {}}}),
        ({"patternProperties": {"a": {}, "b": {}}}, {"patternProperties": {"b": {}, "a": {}}}),
        ({"default": {"properties": ANSWER}}, {"default": {"properties": SWAPPED}}),
        ({"minimum": 1}, {"minimum": 1.0}),
    ],
)
def test_the_order_of_everything_else_does_not(left: Any, right: Any) -> None:
    assert same(left, right, HERE)
    assert digest(left, schemas=HERE) == digest(right, schemas=HERE)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"enum": ["b", "a"]}, {"enum": ["a", "b"]}),
        ({"anyOf": [{"type": "a"}, {"type": "b"}]}, {"anyOf": [{"type": "b"}, {"type": "a"}]}),
        ({"const": {"required": ["a", "b"]}}, {"const": {"required": ["b", "a"]}}),
        ({"examples": [{"type": ["b", "a"]}]}, {"examples": [{"type": ["a", "b"]}]}),
        (of({"required": {"enum": ["b", "a"]}}), of({"required": {"enum": ["a", "b"]}})),
    ],
)
def test_lists_that_are_no_sets_keep_their_order(left: Any, right: Any) -> None:
    assert not same(left, right, HERE)


def test_a_schema_begins_only_where_it_is_said_to() -> None:
    def tools(properties: Any) -> Any:
        return {"tools": {"record": {"parameters": of(properties)}, "other": of(properties)}}

    assert not same(tools(ANSWER), tools(SWAPPED), TOOLS)
    assert same({"metadata": of(ANSWER)}, {"metadata": of(SWAPPED)}, TOOLS)
    assert same(tools({})["tools"]["other"], of({}), TOOLS)


def test_places_are_followed_below_a_key() -> None:
    assert TOOLS.below(("tools", "any", "parameters")).begin_here
    assert not TOOLS.below(("tools", "any")).begin_here
    assert TOOLS.below(("metadata", "any", "parameters")) == NOWHERE
    assert not NOWHERE.below(("a", 1)).begin_here


def test_the_spelling_has_properties_in_their_order() -> None:
    value = {"z": 1, "parameters": of(ANSWER, required=["zz_reasoning", "answer"])}

    assert canonical(value, Schemas((("parameters",),))) == (
        '{"parameters":{"properties":{"zz_reasoning":{"type":"string"},'
        '"answer":{"type":"string"}},"required":["answer","zz_reasoning"],"type":"object"},"z":1}'
    )


@pytest.mark.parametrize("odd", [None, True, [], "text", [1, [2]], {"properties": None}, 5])
def test_what_is_no_schema_is_arranged_without_an_error(odd: Any) -> None:
    assert arranged({"properties": odd, "required": odd}, HERE) == {
        "properties": odd,
        "required": odd,
    }
    assert orders({"properties": {"a": odd}}, HERE)["properties",] == ("a",)


def test_orders_are_told_by_the_keys_that_lead_to_them() -> None:
    value = {"tools": {"f": {"parameters": of({"b": of({"y": {}, "x": {}}), "a": {}})}}}

    assert orders(value, TOOLS) == {
        ("tools", "f", "parameters", "properties"): ("b", "a"),
        ("tools", "f", "parameters", "properties", "b", "properties"): ("y", "x"),
    }


def test_sets_are_sorted_wherever_a_schema_is_and_nowhere_else() -> None:
    names = ["b", "a"]
    schema = of({"required": of({}, required=names), "x": {"type": names}}, required=names)
    tool = {"parameters": schema, "required": names}
    found = with_sorted_sets({"tools": {"t": tool}, "required": names, "list": [names]}, TOOLS)

    assert found["required"] == found["tools"]["t"]["required"] == names
    assert found["list"] == [names]
    parameters = found["tools"]["t"]["parameters"]
    assert parameters["required"] == ["a", "b"]
    assert parameters["properties"]["required"]["required"] == ["a", "b"]
    assert parameters["properties"]["x"]["type"] == ["a", "b"]
    assert list(parameters["properties"]) == ["required", "x"]


@pytest.mark.parametrize("odd", [None, 3, "text", [1, "a"], {"required": [1, 2]}])
def test_what_is_no_schema_stays_as_it_is(odd: Any) -> None:
    assert with_sorted_sets(odd, HERE) == odd


def test_properties_in_another_order_are_named_with_both_orders() -> None:
    one = of({"outer": of(ANSWER), "extra": {}})
    two = of({"outer": of({**SWAPPED, "new": {}})})
    (keys, first, second) = next(reordered(one, two, HERE))

    assert "outer" in keys
    assert (first, second) == (["zz_reasoning", "answer"], ["answer", "zz_reasoning"])
    assert list(reordered(one, one, HERE)) == []


def test_the_schemas_directly_inside_of_a_schema_are_named_by_their_keys() -> None:
    schema = of(ANSWER, anyOf=[{"type": "null"}], additionalProperties=False)
    found = dict(subschemas(schema))

    assert ("properties", "answer") in found
    assert found["anyOf",] == [{"type": "null"}]
    assert list(subschemas("text")) == []
