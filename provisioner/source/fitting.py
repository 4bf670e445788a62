"""Recognise valid values quickly, so that valid manifests do not need the `jsonschema` package.

`jsonschema` can say what is wrong with a value and where, but importing it takes a fifth of the
import time of a command, and nearly every value is valid. A judge in this module answers true if a
value certainly fits its schema. False means only that `jsonschema` has to be asked. `Shape` calls
the judges.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from provisioner.kinds.shared import Schema

Judge: TypeAlias = Callable[[Any], bool]
"""A function that returns true for a value that certainly fits a schema, false if that is
uncertain."""
_Part: TypeAlias = Callable[[Any, Schema], Judge]
"""A function that makes the judge of one keyword. It is given the keyword's value and the whole
schema."""

_ANNOTATIONS: Final = frozenset(
    ("$defs", "default", "description", "examples", "title", "then", "else", "x-hints")
)
"""Keywords that restrict no value by themselves. `then` and `else` are read together with `if`."""
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_EXACT: Final = frozenset(("const", "pattern", "properties", "required", "type"))
"""The only keywords that a schema may have if its judge is exact.

The false of an exact judge means that a value does not fit. See `_is_exact`.
"""
_MOST_COMPARED: Final = 100
"""The most items of a list that are compared pair by pair, since the cost grows quadratically."""


def judge_of(schema: Any, definitions: Mapping[str, Any], passes: Judge | None = None) -> Judge:
    """Return the judge of a schema. `$ref` is looked up in `definitions`.

    A value for which `passes` returns true counts as fitting wherever it appears, as a `${var:…}`
    whose value is not known yet does.
    """
    return _Compiler(definitions, passes or _never).judge(schema)


class _Compiler:
    """Makes the judges of all schemas that share the same definitions."""

    def __init__(self, definitions: Mapping[str, Any], passes: Judge) -> None:
        self.definitions = definitions
        self.passes = passes
        # A keyword that is neither here nor an annotation makes the judge of its schema always
        # uncertain.
        self.parts: Mapping[str, _Part] = {
            "$ref": self._reference,
            "additionalProperties": self._additional,
            "allOf": lambda value, _: _all([self.judge(each) for each in value]),
            "if": self._condition,
            "items": self._items,
            "not": self._negation,
            "properties": self._properties,
            "propertyNames": self._names,
            **_SIMPLE,
        }

    def judge(self, schema: Any) -> Judge:
        if isinstance(schema, bool):
            return _always if schema else _never
        if not schema.keys() <= self.parts.keys() | _ANNOTATIONS:
            return _never
        judges = [
            self.parts[word](value, schema) for word, value in schema.items() if word in self.parts
        ]
        whole, passes = _all(judges), self.passes
        if passes is _never:
            return whole
        return lambda value: whole(value) or passes(value)

    def _later(self, schema: Any) -> Judge:
        """Return a judge that is built at its first call, because definitions may refer to themselves."""
        made: list[Judge] = []

        def fits(value: Any) -> bool:
            if not made:
                made.append(self.judge(schema))
            return made[0](value)

        return fits

    def _exact(self, schema: Any) -> Judge | None:
        """Return an exact judge, whose false means that a value does not fit, or None if there is none.

        `if` and `not` need an exact judge, because "uncertain" cannot be negated.
        """
        # Without `passes`: a variable has no value yet, so it can fulfil no condition.
        return _Compiler({}, _never).judge(schema) if _is_exact(schema) else None

    def _reference(self, value: Any, _schema: Schema) -> Judge:
        name = str(value).removeprefix("#/$defs/")
        return self._later(self.definitions[name]) if name in self.definitions else _never

    def _additional(self, value: Any, schema: Schema) -> Judge:
        known = frozenset(schema.get("properties", ()))
        rest = self.judge(value)

        def fits(instance: Any) -> bool:
            if not isinstance(instance, dict):
                return True
            return all(key in known or rest(item) for key, item in instance.items())

        return fits

    def _condition(self, value: Any, schema: Schema) -> Judge:
        holds = self._exact(value)
        if holds is None:
            return _never
        then, other = self._later(schema.get("then", True)), self._later(schema.get("else", True))
        return lambda instance: then(instance) if holds(instance) else other(instance)

    def _items(self, value: Any, _schema: Schema) -> Judge:
        each = self.judge(value)
        return lambda instance: not isinstance(instance, list) or all(map(each, instance))

    def _negation(self, value: Any, _schema: Schema) -> Judge:
        holds = self._exact(value)
        return _never if holds is None else lambda instance: not holds(instance)

    def _properties(self, value: Any, _schema: Schema) -> Judge:
        judges = {key: self.judge(inner) for key, inner in value.items()}

        def fits(instance: Any) -> bool:
            if not isinstance(instance, dict):
                return True
            return all(judges[key](item) for key, item in instance.items() if key in judges)

        return fits

    def _names(self, value: Any, _schema: Schema) -> Judge:
        # No name of a field is a variable, so `passes` does not apply to names.
        name = _Compiler(self.definitions, _never).judge(value)
        return lambda instance: not isinstance(instance, dict) or all(map(name, instance))


def _always(_value: Any) -> bool:
    return True


def _never(_value: Any) -> bool:
    return False


def _all(judges: Sequence[Judge]) -> Judge:
    if len(judges) == 1:
        return judges[0]
    return lambda value: all(judge(value) for judge in judges)


def _type(value: Any, _schema: Schema) -> Judge:
    names = [value] if isinstance(value, str) else value
    types = tuple({type for name in names for type in _TYPES[name]})
    if bool in types:
        # In Python a bool is an int. In JSON Schema it is not.
        return lambda instance: isinstance(instance, types)
    return lambda instance: isinstance(instance, types) and not isinstance(instance, bool)


def _is_exact(schema: Any) -> bool:
    """Return true if a schema restricts only texts and required fields: its judge is then exact."""
    if not isinstance(schema, dict) or not schema.keys() <= _EXACT:
        return False
    return (
        isinstance(schema.get("const", ""), str)
        and schema.get("type", "string") == "string"
        and all(map(_is_exact, schema.get("properties", {}).values()))
    )


def _one_of(values: Collection[Any]) -> Judge:
    """Return the judge of `const` and `enum`, which compares values together with their Python types.

    So 1, 1.0 and true differ. JSON Schema calls 1 and 1.0 equal; `jsonschema` then decides.
    """
    return lambda instance: (
        any(type(each) is type(instance) and each == instance for each in values)
        # A `Given` is a text of another Python type, and as good as the plain text.
        or (isinstance(instance, str) and instance in values)
    )


def _unique(value: Any, _schema: Schema) -> Judge:
    def fits(instance: Any) -> bool:
        if not isinstance(instance, list):
            return True
        # Texts can be hashed. Other items, such as mappings, can only be compared.
        if all(isinstance(item, str) for item in instance):
            return len(set(instance)) == len(instance)
        return len(instance) <= _MOST_COMPARED and not any(
            item == other for at, item in enumerate(instance) for other in instance[:at]
        )

    return fits if value else _always


def _pattern(value: Any, _schema: Schema) -> Judge:
    search = re.compile(value).search
    return lambda instance: not isinstance(instance, str) or search(instance) is not None


def _required(value: Any, _schema: Schema) -> Judge:
    names = tuple(value)
    return lambda instance: (
        not isinstance(instance, dict) or all(name in instance for name in names)
    )


def _bound(kinds: tuple[type, ...], *, sized: bool, least: bool) -> _Part:
    """Return the maker of judges for one bound: of a number, or of the size of a text, list or mapping.

    `kinds` are the types that the bound restricts. `sized` bounds the length; `least` is a lower
    bound.
    """

    def part(limit: Any, _schema: Schema) -> Judge:
        def fits(instance: Any) -> bool:
            if not isinstance(instance, kinds):
                return True
            measure: Any = len(instance) if sized else instance  # type: ignore[arg-type]
            return bool(measure >= limit if least else measure <= limit)

        return fits

    return part


def _is_number(instance: Any) -> bool:
    return isinstance(instance, int | float)


_SIMPLE: Final[Mapping[str, _Part]] = {
    "const": lambda value, _: _one_of((value,)),
    "enum": lambda value, _: _one_of(tuple(value)),
    "pattern": _pattern,
    "required": _required,
    "type": _type,
    "uniqueItems": _unique,
    "minimum": _bound((int, float), sized=False, least=True),
    "maximum": _bound((int, float), sized=False, least=False),
    "exclusiveMinimum": lambda limit, _: lambda number: not _is_number(number) or number > limit,
    "exclusiveMaximum": lambda limit, _: lambda number: not _is_number(number) or number < limit,
    "minItems": _bound((list,), sized=True, least=True),
    "maxItems": _bound((list,), sized=True, least=False),
    "minLength": _bound((str,), sized=True, least=True),
    "maxLength": _bound((str,), sized=True, least=False),
    "minProperties": _bound((dict,), sized=True, least=True),
    "maxProperties": _bound((dict,), sized=True, least=False),
}
