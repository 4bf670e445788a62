"""Make a piece of YAML that sets a field of a manifest."""

import re
from typing import Any, Final

import yaml

from provisioner.kinds import KINDS
from provisioner.source import stack_schema
from provisioner.source.check import API_VERSION, FOR_EACH, STACK
from provisioner.source.fields import Field
from provisioner.verbs.explain.topic import steps_of

_QUOTED: Final = re.compile(r"`([^`]+)`")
_BESIDE_SPEC: Final = ("metadata.", FOR_EACH)


def whole(kind: str) -> str:
    """Return the example of a kind: a whole manifest."""
    title = KINDS[kind].title if kind in KINDS else STACK
    head = {"apiVersion": API_VERSION, "kind": title, "metadata": {"name": "example"}}
    return _yaml({**head, "spec": _spec(kind)})


def of_field(kind: str, field: Field) -> str:
    """Return YAML that sets one field: the part of the kind's example with it, or a simple value."""
    steps = steps_of(field.path)
    if field.path.startswith(_BESIDE_SPEC):
        return _yaml(_built(steps, field))
    found = _found(_spec(kind), steps)
    return _yaml({"spec": _built(steps, field) if found is None else found})


def _spec(kind: str) -> Any:
    """Return the `spec` in the example of a kind."""
    schema = KINDS[kind].schema if kind in KINDS else stack_schema.SPEC
    return schema["examples"][0]


def _found(example: Any, steps: list[str]) -> Any:
    """Return only the part of an example that leads to a field; None if it lacks the field."""
    if not steps:
        return example
    first, *rest = steps
    if first.startswith("["):
        return _found_item(example, first[1:-1], rest)
    if not isinstance(example, dict) or first not in example:
        return None
    inner = _found(example[first], rest)
    return None if inner is None else {first: inner}


def _found_item(example: Any, variant: str, rest: list[str]) -> Any:
    """Return a list with the one item that has the field; None if no item has.

    With a `variant`, only items of that type count.
    """
    kept = {"type": variant} if variant else {}
    for item in example if isinstance(example, list) else ():
        if not variant or item.get("type") == variant:
            inner = _found(item, rest)
            if inner is not None:
                return [{**kept, **inner} if isinstance(inner, dict) else inner]
    return None


def _built(steps: list[str], field: Field) -> Any:
    """Return a simple value for a field, inside of the mappings and lists to which `steps` lead."""
    if not steps:
        return _simplest(field.schema)
    first, *rest = steps
    inner = _built(rest, field)
    if not first.startswith("["):
        return {first: inner}
    kept = {"type": first[1:-1]} if first != "[]" else {}
    return [{**kept, **inner} if isinstance(inner, dict) else inner]


def _simplest(schema: Any) -> Any:
    """Return the simplest value that fits a schema; for a text, one that its description quotes."""
    choices = schema.get("enum")
    if choices:
        return choices[0]
    types = schema.get("type", "object")
    type_ = types if isinstance(types, str) else types[0]
    if type_ == "array":
        return [_simplest(schema.get("items", {"type": "string"}))]
    if type_ == "object":
        return _simplest_object(schema)
    quoted = _QUOTED.search(str(schema.get("description", "")))
    number = schema.get("minimum", 1)
    simple = {"boolean": True, "integer": number, "number": number}
    return simple.get(type_, quoted[1] if quoted else "…")


def _simplest_object(schema: Any) -> dict[str, Any]:
    """Return the simplest object: the required properties, else the first, else one free key.

    An empty object would show nothing, and some fields do not accept one.
    """
    properties, free = schema.get("properties", {}), schema.get("additionalProperties")
    names = schema.get("required") or [*properties][:1]
    if not names and isinstance(free, dict):
        return {"NAME": _simplest(free)}
    return {name: _simplest(properties[name]) for name in names}


def _yaml(value: Any) -> str:
    """Return a value as YAML."""
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=80))
