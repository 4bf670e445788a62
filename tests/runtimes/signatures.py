"""The installed SDK's parameter types, asked: does a body fit, and which parameters does it use?"""

import types
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

Used: TypeAlias = set[str]
"""Parameters as `Type.key`, and values of a Literal as `Type.key=value`."""


def fits(value: Any, hint: Any, used: Used, at: str = "") -> list[str]:
    """Return the parts of `value` that do not fit a parameter's type; what it uses is added to
    `used`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        return _object(value, hint, used, at)
    if origin in (Annotated, Required, NotRequired):
        return fits(value, arguments[0], used, at)
    if origin in (Union, types.UnionType):
        return _any_of(value, arguments, used, at)
    if origin is Literal:
        used.add(f"{at}={value}")
        return [] if value in arguments else [f"{at}: {value!r} is none of {arguments}"]
    if origin is not None and arguments:
        return _container(value, origin, arguments, used, at)
    return _plain(value, hint, at)


def _object(value: Any, hint: Any, used: Used, at: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{at}: {value!r} is no {hint.__name__}"]
    hints = _keys(hint)
    missing = hint.__required_keys__ - value.keys()
    problems = [f"{hint.__name__} needs {key}" for key in sorted(missing)]
    for key, item in value.items():
        if key not in hints:
            problems.append(f"{hint.__name__} has no {key}")
        else:
            used.add(f"{hint.__name__}.{key}")
            problems += fits(item, hints[key], used, f"{hint.__name__}.{key}")
    return problems


def _keys(hint: Any) -> dict[str, Any]:
    """The keys of a TypedDict as they are sent: `async_` stands for `async`."""
    return {key.rstrip("_"): inner for key, inner in _hints(hint).items()}


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, include_extras=True)


def _any_of(value: Any, choices: Iterable[Any], used: Used, at: str) -> list[str]:
    every: list[str] = []
    for choice in choices:
        mine: Used = set()
        problems = fits(value, choice, mine, at)
        if not problems:
            used |= mine
            return []
        every += problems
    return every


def _container(
    value: Any, origin: Any, arguments: tuple[Any, ...], used: Used, at: str
) -> list[str]:
    if issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            return [f"{at}: {value!r} is no mapping"]
        return [p for item in value.values() for p in fits(item, arguments[1], used, at)]
    if not isinstance(value, list):
        return [f"{at}: {value!r} is no list"]
    return [p for item in value for p in fits(item, arguments[0], used, at)]


def _plain(value: Any, hint: Any, at: str) -> list[str]:
    if hint in (Any, object):
        return []
    wanted = {float: (int, float)}.get(hint, hint)
    right = isinstance(value, wanted) and (hint is bool or not isinstance(value, bool))
    return [] if right else [f"{at}: {value!r} is no {hint}"]


def _is_example(argument: Any, hint: Any) -> bool:
    return get_origin(argument) is Literal and str in get_args(hint)


def parameters(
    hint: Any, without: Container[str], seen: frozenset[Any] = frozenset(), at: str = ""
) -> Iterator[str]:
    """Every parameter that a type has, however deep, and every value of a Literal.

    What is `without` is left out with all that is inside of it: a type, a parameter, a value.
    """
    if is_typeddict(hint):
        if hint not in seen and hint.__name__ not in without:
            for key, inner in _keys(hint).items():
                name = f"{hint.__name__}.{key}"
                if name not in without:
                    yield name
                    yield from parameters(inner, without, seen | {hint}, name)
    elif get_origin(hint) is Literal:
        names = (f"{at}={value}" for value in get_args(hint))
        yield from (name for name in names if name not in without)
    else:
        # `str | Literal[…]` is open: its values are examples.
        closed = [argument for argument in get_args(hint) if not _is_example(argument, hint)]
        for argument in closed:
            yield from parameters(argument, without, seen, at)
