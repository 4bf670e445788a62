"""Turn the errors of the JSON Schema validator into sentences for people."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from provisioner.kinds.shared import ENV_NAME, METADATA_KEYS, RESERVED
from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.frozen import frozen
from provisioner.source.manifest import Place
from provisioner.source.suggest import did_you_mean, listed, one_of
from provisioner.source.syntax import scalar

if TYPE_CHECKING:
    from jsonschema import ValidationError

_SHOWN: Final = 40
"""The most characters of a value that a message shows."""
_LOGIN: Final = re.compile(r"(://)[^/@\s]*@")
"""The user and the password before the host in a URL, which no message may show."""
_NAMES: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


@frozen
class Complaint:
    """One part of a value that does not fit its schema: its place, and the code and detail to report.

    With `at_key`, the key is wrong and not its value. `value` is how `detail` spells a number or a
    boolean that the file may spell otherwise.
    """

    place: Place
    code: Code
    detail: str = ""
    at_key: bool = False
    value: str = ""


def complaints(error: "ValidationError", *, secret: bool = False) -> Iterator[Complaint]:
    """Yield the complaints of one error of the validator. No part of a `secret` value is shown."""
    place = tuple(error.absolute_path)
    say = _SAYINGS.get(str(error.validator))
    if error.validator == "additionalProperties":
        yield from _unknown(error, place)
    elif error.validator == "required":
        yield from _missing(error, place)
    # The validator gives the place of the mapping and not of the key that is wrong.
    elif "propertyNames" in error.absolute_schema_path:
        yield _bad_key(error, place)
    elif say is None:
        # The validator's own message repeats the value, so it is dropped for a secret.
        yield Complaint(place, codes.NOT_ALLOWED_HERE, "" if secret else f"{error.message}.")
    else:
        code, detail = say(error)
        is_plain = say is _type and isinstance(error.instance, int | float) and not secret
        value = _plain(error.instance) if is_plain else ""
        yield Complaint(place, code, _MASKED if secret else detail, value=value)


def _unknown(error: "ValidationError", place: Place) -> Iterator[Complaint]:
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    known, hints = schema.get("properties", {}), schema.get("x-hints", {})
    for key in error.instance if isinstance(error.instance, Mapping) else ():
        if key not in known:
            yield unknown_field(str(key), known, hints, place)


def unknown_field(
    key: str, known: Mapping[str, Any], hints: Mapping[str, str], place: Place
) -> Complaint:
    """Return the complaint about an unknown field, with the known field that may be meant."""
    hint = f" {hints[key]}" if key in hints else did_you_mean(key, known)
    hint = hint or f" Known here: {listed(known)}."
    return Complaint((*place, key), codes.UNKNOWN_FIELD, f"There is no `{key}`.{hint}", at_key=True)


def _missing(error: "ValidationError", place: Place) -> Iterator[Complaint]:
    required = error.validator_value if isinstance(error.validator_value, list) else []
    given = error.instance if isinstance(error.instance, Mapping) else {}
    properties = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    missing = [name for name in required if name not in given]
    # The validator reports each missing name in an error of its own, whose message begins with it.
    for name in missing:
        if error.message.startswith(repr(name)):
            yield missing_field(name, properties.get(name, {}), place)


def missing_field(name: str, schema: Any, place: Place) -> Complaint:
    """Return the complaint about a required field that is missing."""
    about = schema.get("description", "") if isinstance(schema, Mapping) else ""
    detail = f"`{name}` has to be set. {about}".strip()
    return Complaint(place, codes.MISSING_FIELD, detail, at_key=True)


def _bad_key(error: "ValidationError", place: Place) -> Complaint:
    key = str(error.instance)
    place = (*place, key)
    if error.validator == "not":
        return Complaint(place, codes.RESERVED_KEY, f"`{key}`: {RESERVED}", at_key=True)
    if error.validator_value == ENV_NAME:
        detail = (
            "The key has to be the name of an environment variable: letters, digits and `_`, no"
            " digit first."
        )
        return Complaint(place, codes.BAD_KEY, detail, at_key=True)
    if error.validator == "pattern":
        detail = "A name has 1 to 64 letters, digits, `_` and `-`."
        return Complaint(place, codes.BAD_KEY, detail, at_key=True)
    return Complaint(place, codes.BAD_KEY, "A key has 1 to 64 characters.", at_key=True)


def _type(error: "ValidationError") -> tuple[Code, str]:
    wanted = error.validator_value
    types = wanted if isinstance(wanted, list) else [wanted]
    # Null means that a field is not set, so no message asks for it.
    names = [_NAMES[str(name)] for name in types if name != "null"]
    detail = f"Expected {' or '.join(names)}, got {shown(error.instance)}.{_cure(error, wanted)}"
    return codes.WRONG_TYPE, detail


def _cure(error: "ValidationError", wanted: Any) -> str:
    """Return advice for a value of the wrong type, beginning with a space; empty if there is none."""
    value = error.instance
    if wanted in ("string", ["string", "null"]) and isinstance(value, int | float | bool):
        return f' Quote it: "{_plain(value)}".'
    if wanted == "boolean" and isinstance(value, str):
        # YAML 1.1 read these words as booleans, so people still write them.
        word = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(value.lower())
        return f" Write {word}." if word else ""
    if wanted in ("number", "integer") and isinstance(value, str):
        return _number_cure(value)
    if wanted == "array" and isinstance(value, Mapping):
        return " Begin each item with `- `."
    return ""


def _enum(error: "ValidationError") -> tuple[Code, str]:
    known = error.validator_value if isinstance(error.validator_value, list) else []
    hints = error.schema.get("x-hints", {}) if isinstance(error.schema, Mapping) else {}
    value = error.instance
    # A list or a mapping cannot be looked up, because it has no hash.
    hint = hints.get(value) if isinstance(value, str) else None
    meant = did_you_mean(value, map(str, known)) if isinstance(value, str) else ""
    detail = f"Got {shown(value)}, expected {one_of(known)}."
    return codes.UNKNOWN_VALUE, f"{detail} {hint}" if hint else f"{detail}{meant}"


def _limit(word: str, code: Code) -> Callable[["ValidationError"], tuple[Code, str]]:
    def say(error: "ValidationError") -> tuple[Code, str]:
        detail = (
            f"Got {shown(error.instance)}, which is {word} the limit of {error.validator_value:,}."
        )
        return code, detail

    return say


def _long(error: "ValidationError") -> tuple[Code, str]:
    limit, size = error.validator_value, len(str(error.instance))
    return codes.TEXT_TOO_LONG, f"The text has {size:,} characters; at most {limit:,} are allowed."


def _count(error: "ValidationError") -> tuple[Code, str]:
    limit = error.validator_value
    size = len(error.instance) if isinstance(error.instance, list | Mapping) else 0
    if error.validator == "maxProperties" and limit == METADATA_KEYS:
        detail = (
            f"There are {size} keys, and at most {limit} are allowed: the API takes 16, of which 4"
            " are for the mark that says who owns an object."
        )
        return codes.TOO_MANY_KEYS, detail
    return codes.TOO_MANY_ITEMS, f"There are {size:,} items; at most {limit:,} are allowed."


def _pattern(error: "ValidationError") -> tuple[Code, str]:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    about = str(schema.get("description", ""))
    if schema.get("pattern") == ENV_NAME:
        # Somebody may have written the secret itself where its name belongs, so the value is not
        # shown.
        detail = (
            f"{about} Write only the name: letters, digits and `_`. If this is the secret itself,"
            " remove it and replace it: others may have read it."
        )
        return codes.NOT_A_VARIABLE_NAME, detail.strip()
    return codes.WRONG_FORM, f"Got {shown(error.instance)}. {about}".strip()


def _twice(_error: "ValidationError") -> tuple[Code, str]:
    return codes.ITEM_TWICE, "The list has the same item twice. Remove one of the two."


def _empty(_error: "ValidationError") -> tuple[Code, str]:
    return codes.EMPTY, "Leave the field out, or give it a value."


def shown(value: Any) -> str:
    """Return a value as a message shows it: a long text is cut, and passwords in URLs are left out."""
    if isinstance(value, str):
        value = _LOGIN.sub(r"\1…@", value)
        short = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
        return f"`{short}`" if value else "empty text"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    words = {"True": "true", "False": "false", "None": "null"}
    return words.get(str(value), str(value))


def _number_cure(text: str) -> str:
    """Return advice for a text where a number is expected, after a space; empty if there is none."""
    if text and isinstance(scalar(text), int | float):
        return " Remove the quotes."
    with suppress(ValueError):
        if text[:1] in "+-.0123456789" and math.isinf(float(text)):
            return " It is too large for a number: write a smaller one."
    return ""


_MASKED: Final = "The value comes from a sensitive variable and is not shown."
_SAYINGS: Final[Mapping[str, Callable[["ValidationError"], tuple[Code, str]]]] = {
    "type": _type,
    "enum": _enum,
    "const": _pattern,
    "minimum": _limit("below", codes.NUMBER_BELOW_LIMIT),
    "maximum": _limit("above", codes.NUMBER_ABOVE_LIMIT),
    "maxLength": _long,
    "minLength": _empty,
    "maxItems": _count,
    "maxProperties": _count,
    "minProperties": _empty,
    "minItems": _empty,
    "pattern": _pattern,
    "uniqueItems": _twice,
}
