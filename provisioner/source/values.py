"""Read the single value of a JSON or YAML file, and find the positions of its mistakes."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from provisioner.model.codes import manifests as codes
from provisioner.source.syntax import MAX_DIGITS, parse
from provisioner.source.trees import DEEPEST, MAX_DEPTH, Flaw, NotYaml

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)|-?[0-9][0-9.eE+-]*')
"""A string, or a token that Python's JSON parser reads as a number.

Strings are matched so that the search for the place of a number passes over them.
"""
_HALF: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")
"""An escape for half of a surrogate pair, unless its backslash is escaped itself."""


class _Wrong(ValueError):
    """A token of a JSON text that cannot be used.

    `key` is true if the token is the key of an object.
    """

    def __init__(self, token: str, detail: str, *, key: bool = False) -> None:
        super().__init__(detail)
        self.token, self.detail, self.key = token, detail, key


def value_in(text: str, *, is_yaml: bool) -> tuple[Any, Sequence[Flaw]]:
    """Return the value of a JSON or YAML text, and its mistakes.

    The value of an empty YAML text is None. If there are mistakes, the value must not be used.
    """
    return _of_yaml(text) if is_yaml else _of_json(text)


def _of_yaml(text: str) -> tuple[Any, Sequence[Flaw]]:
    try:
        # An empty document, such as one after a last `---`, does not count.
        documents = [document for document in parse(text) if document.value is not None]
    except NotYaml as error:
        return None, (error.flaw,)
    if not documents:
        return None, ()
    first, *more = documents
    flaws = [*first.flaws]
    if more:
        detail = "The file has to contain one YAML document. Remove the others."
        flaws.append(Flaw(more[0].line, more[0].column, codes.SECOND_DOCUMENT, detail))
    return first.value, flaws


def _of_json(text: str) -> tuple[Any, Sequence[Flaw]]:
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once,
            # Python also reads `NaN` and `Infinity`, which are no JSON.
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        return None, (Flaw(error.lineno, error.colno, codes.NOT_JSON, f"{error.msg}."),)
    except _Wrong as error:
        return None, (_duplicate(text, error) if error.key else _at_token(text, error),)
    # Python's JSON parser recurses, so such a text never reaches the count of `_flaws_inside`.
    except RecursionError:
        return None, (Flaw(1, 1, codes.NESTED_TOO_DEEPLY, DEEPEST),)
    return value, tuple(_flaws_inside(text, value))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members.

    Raises _Wrong if a key occurs twice, since one value would be lost.
    """
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Wrong(
            twice, f"The object has the key `{twice}` twice. Remove one of the two.", key=True
        )
    return members


def _no_constant(token: str) -> Any:
    raise _Wrong(token, f"JSON has no `{token}`. Write a number, or leave the field out.")


def _integer(token: str) -> int:
    if len(token) > MAX_DIGITS:
        raise _Wrong(token, f"A number has at most {MAX_DIGITS} digits. Write a smaller one.")
    return int(token)


def _float(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise _Wrong(token, "The number is too large for a computer. Write a smaller one.")
    return number


def _at_token(text: str, error: _Wrong) -> Flaw:
    found = next((match for match in _TOKEN.finditer(text) if match[0] == error.token), None)
    return _flaw_at(text, found.start() if found else 0, error.detail)


def _flaw_at(text: str, index: int, detail: str) -> Flaw:
    line = text.count("\n", 0, index) + 1
    return Flaw(line, index - text.rfind("\n", 0, index), codes.NOT_JSON, detail)


def _duplicate(text: str, error: _Wrong) -> Flaw:
    """Return the mistake at the second of two equal keys.

    Python's JSON parser does not know positions. JSON is YAML, and the YAML parser does.
    """
    try:
        flaws = [flaw for document in parse(text) for flaw in document.flaws]
    except NotYaml:
        flaws = []
    found = [flaw for flaw in flaws if flaw.code == codes.DUPLICATE_KEY]
    return found[0] if found else Flaw(1, 1, codes.DUPLICATE_KEY, error.detail)


def _flaws_inside(text: str, value: Any) -> Iterator[Flaw]:
    """Yield the mistakes of values that JSON allows but no request can carry.

    The walk does not recurse, because the nesting may be deep.
    """
    left = [(value, 1)]
    while left:
        inner, depth = left.pop()
        if depth > MAX_DEPTH:
            yield Flaw(1, 1, codes.NESTED_TOO_DEEPLY, DEEPEST)
            return
        if isinstance(inner, dict):
            left += [(each, depth) for each in inner]
            left += [(each, depth + 1) for each in inner.values()]
        elif isinstance(inner, list):
            left += [(each, depth + 1) for each in inner]
        elif isinstance(inner, str) and not _can_be_sent(inner):
            # A parsed value has no position, so the escape is searched for in the text.
            found = _HALF.search(text)
            yield _flaw_at(text, found.start() if found else 0, _LONE)
            return


_LONE: Final = (
    "Here is only one half of a surrogate pair. Write both halves, or the character itself."
)


def _can_be_sent(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
