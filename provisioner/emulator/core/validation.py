"""Checks request bodies against their schemas, and reports a violation in the platform's words.

jsonschema finds the violations. Only the first one is reported, as on the platform.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import ApiError, missing
from provisioner.emulator.core.shapes import Schema
from provisioner.emulator.core.wire import Limits, Shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jsonschema import Draft202012Validator, ValidationError

# Limits of these two fields wherever they occur, in the form that `core/wire.py` describes.
EVERYWHERE: Limits = {
    "*.metadata": {
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"maxLength": 512},
    },
    "*.attributes": {
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"maxLength": 512},
    },
}

TYPE_NAMES = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "a boolean",
    "object": "an object",
    "array": "an array",
    "null": "null",
}

# For each keyword: what is wrong, what was expected, what was found, and the platform's code.
BOUNDS = {
    "maxLength": ("string too long", "a string with maximum length", "a string with length", "string_above_max_length"),
    "minLength": ("string too short", "a string with minimum length", "a string with length", "string_below_min_length"),
    "maxItems": ("array too long", "an array with maximum length", "an array with length", "array_above_max_length"),
    "minItems": ("array too short", "an array with minimum length", "an array with length", "array_below_min_length"),
    "maxProperties": ("too many properties", "an object with maximum size", "an object with size", "object_above_max_properties"),
}  # fmt: skip


class Body:
    """The schema of a request's body. It is built and compiled when the first request needs it.

    `name` is the name of the body's class in the SDK, and `limits` are those of `core/wire.py`.
    Each of `definitions` builds a schema that the limits refer to as `#/$defs/NAME`.
    """

    def __init__(
        self, name: str, limits: Limits, **definitions: Callable[[Shapes], Schema]
    ) -> None:
        self._name = name
        self._limits = limits
        self._definitions = definitions

    @cached_property
    def schema(self) -> Schema:
        shapes = Shapes({**EVERYWHERE, **self._limits})
        shared = {name: make(shapes) for name, make in self._definitions.items()}
        return shapes.object(self._name) | ({"$defs": shared} if shared else {})

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # Importing jsonschema takes long, and a command that only reads never needs it.
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self.schema)

    def check(self, body: Any) -> None:
        """Raise ApiError for the first violation of the schema."""
        for error in self._validator.iter_errors(body):
            raise said(error)


class OwnBody(Body):
    """The body of a request whose schema is written by hand, and not built from the SDK's types."""

    def __init__(self, schema: Schema) -> None:
        super().__init__("", {})
        self._own = schema

    @cached_property
    def schema(self) -> Schema:
        return self._own


def path_of(parts: Iterable[str | int]) -> str:
    """Return the path of a field as the platform writes it, such as `tools[0].function`."""
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def said(error: ValidationError) -> ApiError:
    """Return the platform's error for a violation that jsonschema found."""
    path = path_of(error.absolute_path)
    say = SENTENCES.get(str(error.validator), _any_other)
    return say(path, error)


def type_name(value: Any) -> str:
    """Return the JSON type of a value in the platform's words, such as "an array"."""
    # `bool` stands before `int`, because True and False are integers in Python too.
    for kind, name in (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a decimal"),
        (str, "a string"),
        (list, "an array"),
        (dict, "an object"),
    ):
        if isinstance(value, kind):
            return name
    return "null"


def quoted(values: Iterable[Any]) -> str:
    """Return values in quotes as an English list, such as `'a', 'b', and 'c'`."""
    names = [f"'{value}'" for value in values if value is not None]
    if len(names) <= 2:  # noqa: PLR2004 - two names need no comma
        return " and ".join(names)
    return ", ".join(names[:-1]) + f", and {names[-1]}"


def _wrong_type(path: str, error: ValidationError) -> ApiError:
    wanted: Any = error.validator_value
    kinds = [wanted] if isinstance(wanted, str) else [kind for kind in wanted if kind != "null"]
    expected = " or ".join(TYPE_NAMES[kind] for kind in kinds)
    found = type_name(error.instance)
    where = f"'{path}'" if path else "the request body"
    return ApiError(
        f"Invalid type for {where}: expected {expected}, but got {found} instead.",
        param=path or None,
        code="invalid_type",
    )


def _unknown(path: str, error: ValidationError) -> ApiError:
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    instance: Any = error.instance
    extra = next(key for key in instance if key not in known)
    full = f"{path}.{extra}" if path else extra
    return ApiError(f"Unknown parameter: '{full}'.", param=full, code="unknown_parameter")


def _missing(path: str, error: ValidationError) -> ApiError:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    absent = next(key for key in wanted if key not in instance)
    return missing(f"{path}.{absent}" if path else absent)


def _not_supported(path: str, error: ValidationError) -> ApiError:
    values: Any = error.validator_value
    supported = quoted(values if isinstance(values, list) else [values])
    return ApiError(
        f"Invalid value: '{error.instance}'. Supported values are: {supported}.",
        param=path or None,
        code="invalid_value",
    )


def _bound(path: str, error: ValidationError) -> ApiError:
    wrong, expected, found, code = BOUNDS[str(error.validator)]
    # A key that is too long is reported at its object: a key has no path of its own.
    where = path or "metadata"
    instance: Any = error.instance
    return ApiError(
        f"Invalid '{where}': {wrong}. Expected {expected} {error.validator_value}, "
        f"but got {found} {len(instance)} instead.",
        param=where,
        code=code,
    )


def _value_bound(path: str, error: ValidationError) -> ApiError:
    integer = isinstance(error.schema, dict) and "number" not in error.schema["type"]
    noun = "integer" if integer else "decimal"
    above = error.validator == "maximum"
    side, sign = ("above maximum", "<=") if above else ("below minimum", ">=")
    return ApiError(
        f"Invalid '{path}': {noun} {side} value. "
        f"Expected a value {sign} {error.validator_value}, but got {error.instance} instead.",
        param=path,
        code=f"{noun}_{'above_max' if above else 'below_min'}_value",
    )


def _pattern(path: str, error: ValidationError) -> ApiError:
    return ApiError(
        f"Invalid '{path}': string does not match pattern. "
        f"Expected a string that matches the pattern '{error.validator_value}'.",
        param=path,
        code="invalid_value",
    )


def _any_other(path: str, error: ValidationError) -> ApiError:
    return ApiError(f"Invalid '{path}': {error.message}.", param=path or None, code="invalid_value")


SENTENCES: dict[str, Callable[[str, ValidationError], ApiError]] = {
    "type": _wrong_type,
    "additionalProperties": _unknown,
    "required": _missing,
    "enum": _not_supported,
    "const": _not_supported,
    "maximum": _value_bound,
    "minimum": _value_bound,
    "pattern": _pattern,
    **dict.fromkeys(BOUNDS, _bound),
}
"""The function that words the violation of each JSON Schema keyword, given the path of the field.
"""
