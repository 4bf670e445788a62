"""Defines `@frozen`, which makes a frozen dataclass with slots faster than the standard library does.

`dataclass` compiles six methods for each class, which takes 0.8 ms, and every command imports more
than a hundred such classes. Here the standard library only collects the fields. `__init__` and the
comparisons are compiled when they are first called; all classes share the other methods. `fields`,
`replace`, `asdict`, `copy` and `pickle` work as with any dataclass, and mypy and editors treat the
class as a frozen dataclass.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, Final, TypeVar, cast, dataclass_transform, overload

Class = TypeVar("Class", bound=type)
Instance = TypeVar("Instance")
_Write = Callable[[type], tuple[str, dict[str, Any]]]
"""A function that returns the source of a method of a class, and the values of the names in it."""
_COMPARISONS: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


@overload
def frozen(cls: Class, /) -> Class: ...
@overload
def frozen(*, eq: bool = True, order: bool = False) -> Callable[[Class], Class]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, /, *, eq: bool = True, order: bool = False) -> Any:
    """Make a frozen dataclass with slots: use it as `@frozen`, or as `@frozen(order=True)`.

    With `eq=False`, an object is equal only to itself.
    """
    if cls is None:
        return lambda cls: _made(cls, eq=eq, order=order)
    return _made(cls, eq=eq, order=order)


def changed(one: Instance, **values: Any) -> Instance:
    """Return a copy of an object with other values in some fields, as `dataclasses.replace` does.

    It is several times faster, because the copying function is compiled once for each class. The
    class must have been made by `frozen`.
    """
    cls = type(one)
    # Two threads may both compile the function. Both results are the same, so no lock is needed.
    copied = _COPIES.get(cls)
    if copied is None:
        text, names = _copying(cls)
        exec(text, names)
        copied = _COPIES[cls] = names["copied"]
    return cast("Instance", copied(one, **values))


_COPIES: Final[dict[type, Callable[..., Any]]] = {}


def _copying(cls: type) -> tuple[str, dict[str, Any]]:
    taken = [one for one in fields(cls) if one.init]
    names: dict[str, Any] = {"_missing": MISSING, "_class": cls}
    parameters = ", ".join(f"{one.name}=_missing" for one in taken)
    values = ", ".join(
        f"{one.name}=self.{one.name} if {one.name} is _missing else {one.name}" for one in taken
    )
    return _function("copied", f"self, *, {parameters}", [f"return _class({values})"]), names


def _made(cls: type, *, eq: bool, order: bool) -> type:
    # Methods that the class defines itself are kept, as `dataclass` does.
    own = set(vars(cls))
    # The standard library writes the signature of `__init__` into an empty docstring, and
    # `__init__` would have to be compiled for that.
    cls.__doc__ = cls.__doc__ or cls.__name__
    # `slots=True` makes a new class, so the methods are set on that one and not on `cls`.
    made: type = dataclass(cls, init=False, repr=False, eq=False, slots=True)
    for name, method in _SHARED.items():
        if name not in own:
            setattr(made, name, method)
    later: dict[str, _Write] = {"__init__": _initialiser}
    if eq:
        later |= {"__eq__": _equality, "__hash__": _hash}
    if order:
        later |= {name: _comparison(name) for name in _COMPARISONS}
    for name, write in later.items():
        if name not in own:
            _set_later(made, name, write)
    return made


def _set_later(cls: type, name: str, write: _Write) -> None:
    """Give a class a method that is compiled at its first call, and that then replaces itself."""

    def method(self: Any, *args: Any, **values: Any) -> Any:
        text, names = write(cls)
        exec(text, names)
        compiled = names[name]
        # The TypeError for a missing argument quotes this name.
        compiled.__qualname__ = method.__qualname__
        setattr(cls, name, compiled)
        return compiled(self, *args, **values)

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    setattr(cls, name, method)


def _initialiser(cls: type) -> tuple[str, dict[str, Any]]:
    names: dict[str, Any] = {"_missing": MISSING}
    lines = [line for one in fields(cls) for line in _assignment(cls, one, names)]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    taken = ", ".join(_parameter(one) for one in fields(cls) if one.init)
    return _function("__init__", f"self, {taken}", lines or ["pass"]), names


def _parameter(one: Field[Any]) -> str:
    if one.default is not MISSING:
        return f"{one.name}=_default_{one.name}"
    return f"{one.name}=_missing" if one.default_factory is not MISSING else one.name


def _assignment(cls: type, one: Field[Any], names: dict[str, Any]) -> Iterator[str]:
    """Yield the line of `__init__` that sets one field, and add to `names` the values that it needs."""
    # `object.__setattr__` would search the slot at each call; its descriptor is found once.
    names[f"_set_{one.name}"] = getattr(cls, one.name).__set__
    value = one.name
    if one.default_factory is not MISSING:
        names[f"_make_{one.name}"] = one.default_factory
        made = f"_make_{one.name}()"
        value = f"{made} if {value} is _missing else {value}" if one.init else made
    elif one.default is not MISSING:
        names[f"_default_{one.name}"] = one.default
        value = value if one.init else f"_default_{one.name}"
    elif not one.init:
        return
    yield f"_set_{one.name}(self, {value})"


def _equality(cls: type) -> tuple[str, dict[str, Any]]:
    return _compared(cls, "__eq__", "=="), {}


def _comparison(name: str) -> _Write:
    return lambda cls: (_compared(cls, name, _COMPARISONS[name]), {})


def _compared(cls: type, name: str, operator: str) -> str:
    # The generated code is that of `dataclass`: a shared function with `attrgetter` takes two to three
    # times as long, and a large plan compares and hashes addresses a million times.
    names = [one.name for one in fields(cls) if one.compare]
    compared = f"{_tuple('self', names)} {operator} {_tuple('other', names)}"
    lines = (
        "if other.__class__ is self.__class__:",
        f"    return {compared}",
        "return NotImplemented",
    )
    return _function(name, "self, other", lines)


def _hash(cls: type) -> tuple[str, dict[str, Any]]:
    hashed = [one.name for one in fields(cls) if (one.compare if one.hash is None else one.hash)]
    return _function("__hash__", "self", [f"return hash({_tuple('self', hashed)})"]), {}


def _tuple(owner: str, names: Sequence[str]) -> str:
    return f"({''.join(f'{owner}.{name}, ' for name in names)})"


def _function(name: str, taken: str, lines: Sequence[str]) -> str:
    return "\n".join((f"def {name}({taken}):", *(f"    {line}" for line in lines)))


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set(_self: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: Any, state: tuple[None, dict[str, Any]]) -> None:
    """Set the slots of a new object to the values that `copy` or `pickle` saved of another object."""
    # `copy` and `pickle` would use `setattr`, which a frozen object refuses.
    for name, value in state[1].items():
        object.__setattr__(self, name, value)


_SHARED: Final = {
    "__repr__": _repr,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__setstate__": _restore,
}
