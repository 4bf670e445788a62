"""Compares two JSON Schemas by the values that are valid for each.

It does not know if a schema describes an input or an output. `contract` knows, and decides which
shifts break something. If two keywords cannot be compared by their values, the shift is UNCLEAR.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any, Final, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.policy import bounds
from provisioner.policy.branches import Pairing, is_same, lifted, paired, resolved, text_of

Keys: TypeAlias = tuple[str, ...]


class Shift(Enum):
    """The ways in which a schema can change. The set is closed.

    ADDED: a property was added that may be left out. DEMANDED: a property was added that may not be
    left out. REQUIRED and OPTIONAL: a property of both schemas became so. NARROWER and WIDER: fewer
    or more values are valid. UNCLEAR: it is not known which.
    """

    ADDED = auto()
    DEMANDED = auto()
    REMOVED = auto()
    REQUIRED = auto()
    OPTIONAL = auto()
    NARROWER = auto()
    WIDER = auto()
    UNCLEAR = auto()


@frozen
class Step:
    """One shift, the keys that lead to it from the root of the schema, and a clause about it."""

    shift: Shift
    keys: Keys
    told: str


TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
"""All types of JSON Schema: those of a schema that names none."""
_DEEPEST: Final = 40
"""The deepest nesting of schemas that is compared. A change below it is UNCLEAR."""
_NOT_JUDGED: Final = (
    *("not", "if", "then", "else", "contains", "patternProperties", "propertyNames"),
    *("dependentRequired", "dependentSchemas", "dependencies", "prefixItems", "additionalItems"),
    *("unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"),
    *("contentEncoding", "contentMediaType", "contentSchema"),
)
"""Keywords whose effect on valid values is not compared. A change of one is UNCLEAR."""


def compared(before: Any, after: Any, *, noun: str = "a property") -> list[Step]:
    """Return every shift from one schema to another, in the order of their keywords.

    `noun` is the word for an entry of `properties`, such as `an argument`.
    """
    return list(_Comparison(before, after, noun).steps(before, after, ()))


@frozen
class _Comparison:
    """A comparison of two whole schemas, to which every `$ref` is relative."""

    before: Any
    after: Any
    noun: str

    def steps(
        self, before: Any, after: Any, keys: Keys, refs: frozenset[tuple[str, str]] = frozenset()
    ) -> Iterator[Step]:
        pair = _reference(before), _reference(after)
        if any(pair):
            # A schema may refer to itself. A pair that is being compared already needs no second
            # comparison.
            if pair in refs:
                return
            refs = refs | {pair}
        first, second = resolved(before, self.before), resolved(after, self.after)
        if first is None or second is None or len(keys) > _DEEPEST:
            if not is_same(before, after) or len(keys) > _DEEPEST:
                yield Step(Shift.UNCLEAR, keys, "it changed, but its references cannot be followed")
            return
        if first is False or second is False:
            if first is not second:
                shift = Shift.WIDER if first is False else Shift.NARROWER
                told = "something passes now" if first is False else "nothing passes any more"
                yield Step(shift, keys, told)
            return
        # Equal schemas may refer to definitions that differ.
        if is_same(first, second) and not _refers(first):
            return
        yield from self._alternatives(first, second, keys, refs)

    def _alternatives(
        self, before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys, refs: Any
    ) -> Iterator[Step]:
        for name in ("anyOf", "oneOf"):
            if sides := lifted(before, after, name):
                yield from self._paired(paired(*sides), (*keys, name), refs)
                return
        for name in ("anyOf", "oneOf"):
            if name in before and name in after:
                sides = _list(before, name), _list(after, name)
                yield from self._paired(paired(*sides), (*keys, name), refs)
            elif name in before:
                yield Step(Shift.WIDER, (*keys, name), "a condition is taken away")
            elif name in after:
                yield Step(Shift.NARROWER, (*keys, name), "a condition is added")
        yield from self._plain(before, after, keys, refs)

    def _paired(self, pairing: Pairing, keys: Keys, refs: Any) -> Iterator[Step]:
        for index, first, second in pairing.both:
            yield from self.steps(first, second, (*keys, str(index)), refs)
        if pairing.unclear:
            yield Step(Shift.UNCLEAR, keys, "several alternatives changed at once")
        if pairing.gone:
            yield Step(Shift.NARROWER, keys, f"{_alternatives(pairing.gone)} no longer allowed")
        if pairing.new:
            yield Step(Shift.WIDER, keys, f"{_alternatives(pairing.new)} allowed too")

    def _plain(
        self, before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys, refs: Any
    ) -> Iterator[Step]:
        yield from _types(before, after, keys)
        yield from _values(before, after, keys)
        yield from self._properties(before, after, keys, refs)
        for name in ("additionalProperties", "items"):
            inner = before.get(name, True), after.get(name, True)
            # Compared as schemas, `false` would be reported as if no object passed any more.
            if name == "additionalProperties" and False in inner and inner[0] is not inner[1]:
                yield _others(open_now=inner[0] is False, keys=(*keys, name))
            else:
                yield from self.steps(*inner, (*keys, name), refs)
        yield from self._all_of(before, after, keys, refs)
        for shift, name, told in bounds.compared(before, after):
            yield Step(Shift.NARROWER if shift < 0 else Shift.WIDER, (*keys, name), told)
        for name in ("pattern", "format"):
            yield from _texts(before.get(name), after.get(name), (*keys, name))
        for name in _NOT_JUDGED:
            if not is_same(before.get(name), after.get(name)):
                yield Step(Shift.UNCLEAR, (*keys, name), "it is changed")

    def _properties(
        self, before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys, refs: Any
    ) -> Iterator[Step]:
        had, has = _mapping(before, "properties"), _mapping(after, "properties")
        needed, needs = _names(before), _names(after)
        required = (*keys, "required")
        for name in (name for name in has if name not in had):
            shift = Shift.DEMANDED if name in needs else Shift.ADDED
            yield Step(shift, (*keys, "properties", name), f"{self.noun} is added")
        for name in (name for name in had if name not in has):
            yield Step(Shift.REMOVED, (*keys, "properties", name), f"{self.noun} is taken away")
        if new := [name for name in needs if name not in needed]:
            # A required property that only the later schema describes is a new one.
            known = all(name in had or name not in has for name in new)
            shift = Shift.REQUIRED if known else Shift.DEMANDED
            yield Step(shift, required, f"required now: {', '.join(new)}")
        if gone := [name for name in needed if name not in needs and name in has]:
            yield Step(Shift.OPTIONAL, required, f"not required any more: {', '.join(gone)}")
        for name in (name for name in had if name in has):
            yield from self.steps(had[name], has[name], (*keys, "properties", name), refs)

    def _all_of(
        self, before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys, refs: Any
    ) -> Iterator[Step]:
        sides = [_list(side, "allOf") for side in (before, after)]
        pairing, keys = paired(*sides), (*keys, "allOf")
        for index, first, second in pairing.both:
            yield from self.steps(first, second, (*keys, str(index)), refs)
        if pairing.unclear:
            yield Step(Shift.UNCLEAR, keys, "several conditions changed at once")
        if pairing.gone:
            yield Step(Shift.WIDER, keys, "a condition is taken away")
        if pairing.new:
            yield Step(Shift.NARROWER, keys, "a condition is added")


def _types(before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys) -> Iterator[Step]:
    had, has = _allowed_types(before), _allowed_types(after)
    keys = (*keys, "type")
    if lost := sorted(had - has):
        yield Step(Shift.NARROWER, keys, _only(has) if had == TYPES else f"no {_or(lost)} any more")
    if new := sorted(has - had):
        told = "any type passes" if has == TYPES else f"{_or(new)} passes too"
        yield Step(Shift.WIDER, keys, told)


def _only(types: frozenset[str]) -> str:
    return f"only {_or(sorted(types))} passes"


def _allowed_types(schema: Mapping[str, Any]) -> frozenset[str]:
    named = schema.get("type")
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list | tuple):
        return TYPES
    found = frozenset(name for name in names if isinstance(name, str))
    # Every integer is a number, so no type is lost when `integer` becomes `number`.
    return found | {"integer"} if "number" in found else found


def _values(before: Mapping[str, Any], after: Mapping[str, Any], keys: Keys) -> Iterator[Step]:
    had, has = _choices(before), _choices(after)
    keys = (*keys, "const" if "enum" not in {*before, *after} else "enum")
    if had is None and has is not None:
        yield Step(Shift.NARROWER, keys, f"only {_some(has)} passes")
    elif had is not None and has is None:
        yield Step(Shift.WIDER, keys, "any value passes")
    elif had is not None and has is not None:
        if lost := [value for value in had if value not in has]:
            yield Step(Shift.NARROWER, keys, f"no longer passes: {_some(lost)}")
        if new := [value for value in has if value not in had]:
            yield Step(Shift.WIDER, keys, f"more values pass: {_some(new)}")


def _choices(schema: Mapping[str, Any]) -> list[str] | None:
    """Return the valid values as JSON texts, so that 1 and true differ.

    None if any value is valid.
    """
    if "const" in schema:
        return [text_of(schema["const"])]
    listed = schema.get("enum")
    return [text_of(value) for value in listed] if isinstance(listed, list | tuple) else None


def _texts(before: Any, after: Any, keys: Keys) -> Iterator[Step]:
    """Yield the shift of a keyword that limits texts, such as `pattern`."""
    if before == after:
        return
    if before is None:
        yield Step(Shift.NARROWER, keys, f"a text has to be {after}")
    elif after is None:
        yield Step(Shift.WIDER, keys, f"a text does not have to be {before} any more")
    else:
        # Two patterns do not show if every text of one also matches the other.
        yield Step(Shift.UNCLEAR, keys, f"{before} becomes {after}")


def _others(*, open_now: bool, keys: Keys) -> Step:
    if open_now:
        return Step(Shift.WIDER, keys, "more passes than before: other properties")
    return Step(Shift.NARROWER, keys, "other properties do not pass any more")


def _mapping(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = schema.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(schema: Mapping[str, Any], name: str) -> list[Any]:
    value = schema.get(name)
    return list(value) if isinstance(value, list | tuple) else []


def _names(schema: Mapping[str, Any]) -> list[str]:
    return [name for name in _list(schema, "required") if isinstance(name, str)]


def _reference(schema: Any) -> str:
    return str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""


def _refers(schema: Any) -> bool:
    if isinstance(schema, Mapping):
        return "$ref" in schema or any(map(_refers, schema.values()))
    return isinstance(schema, list | tuple) and any(map(_refers, schema))


def _alternatives(items: list[Any]) -> str:
    return "one alternative is" if len(items) == 1 else f"{len(items)} alternatives are"


def _or(names: list[str]) -> str:
    return " or ".join(names)


def _some(values: list[str], most: int = 5) -> str:
    rest = f" and {len(values) - most} more" if len(values) > most else ""
    return f"{', '.join(values[:most])}{rest}"
