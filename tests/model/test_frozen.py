"""`@frozen` behaves as the standard library's frozen dataclass with slots does."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.frozen import changed, frozen

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class Point:
    x: int
    y: float = 1.5
    tags: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False)
    shade: str = field(default="s", repr=False)
    found: int | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Standard:
    x: int
    y: float = 1.5
    tags: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False)
    shade: str = field(default="s", repr=False)
    found: int | None = field(default=None, init=False, repr=False, compare=False)


@frozen(order=True)
class Version:
    major: int
    minor: int = 0


@frozen(eq=False)
class Token:
    name: str


@frozen
class Deep(Point):
    z: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", self.x + self.z)


def said(work: Callable[[], object]) -> object:
    """Return the result of `work`, or the type of the exception that it raises."""
    try:
        return work()
    except (TypeError, ValueError, FrozenInstanceError) as error:
        return type(error)


@pytest.mark.parametrize(
    "work",
    [
        lambda cls: repr(cls(1)).removeprefix(cls.__name__),
        lambda cls: repr(cls(1, 2.0, {"a": 1}, shade="t")).removeprefix(cls.__name__),
        lambda cls: cls(),
        lambda cls: cls(1, found=2),
        lambda cls: cls(1, unknown=2),
        lambda cls: cls(1) == cls(1, note="other"),
        lambda cls: cls(1) == cls(2),
        lambda cls: cls(1) == (1, 1.5, {}, "s"),
        lambda cls: cls(1) < cls(2),
        lambda cls: hash(cls(1)),
        lambda cls: hash(cls(1, tags=())) == hash(cls(1, tags=(), note="x")),
        lambda cls: cls(1).tags is cls(1).tags,
        lambda cls: asdict(replace(cls(1), y=2.0)),
        lambda cls: replace(cls(1), found=2),
        lambda cls: [one.name for one in fields(cls)],
        lambda cls: copy.copy(cls(1, tags={"a": 1})) == cls(1, tags={"a": 1}),
        lambda cls: copy.deepcopy(cls(1, tags={"a": 1})) == cls(1, tags={"a": 1}),
        lambda cls: setattr(cls(1), "x", 2),
        lambda cls: delattr(cls(1), "x"),
        lambda cls: cls.__match_args__,
        lambda cls: cls.__slots__,
    ],
)
def test_it_does_what_the_standard_library_does(work: Callable[[Any], object]) -> None:
    assert said(lambda: work(Point)) == said(lambda: work(Standard))


def test_an_order_is_that_of_the_fields() -> None:
    assert sorted([Version(2), Version(1, 3), Version(1)]) == [
        Version(1),
        Version(1, 3),
        Version(2),
    ]
    assert Version(1) <= Version(1) < Version(1, 1)
    assert Version(2) >= Version(2) > Version(1, 9)


def test_without_eq_an_object_equals_itself_alone() -> None:
    one = Token("a")
    assert one != Token("a")
    assert {one: 1}[one] == 1


def test_a_subclass_has_the_fields_of_both_and_looks_after_itself() -> None:
    deep = Deep(1, z=5)
    assert (deep.x, deep.z, deep.found) == (1, 5, 6)
    assert deep != Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
        deep.z = 1  # type: ignore[misc]  # this is what is tested


def test_the_first_object_of_a_class_is_made_like_all_others() -> None:
    @frozen
    class Fresh:
        a: int
        b: tuple[int, ...] = ()

    assert [Fresh(1).b, Fresh(1, (2,)).b, Fresh(a=3).a] == [(), (2,), 3]


def test_every_frozen_dataclass_of_the_house_is_made_so() -> None:
    """But for those of the embedded server, which imports nothing of the rest."""
    house = Path(__file__).parents[2] / "provisioner"
    others = [
        f"{file.relative_to(house)}:{number}"
        for file in house.rglob("*.py")
        if "emulator" not in file.parts
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if line.strip().startswith("@dataclass(") and "frozen=True" in line
    ]
    assert others == [], "write @frozen (provisioner.model.frozen) in its place"


@pytest.mark.parametrize("values", [{}, {"x": 9}, {"tags": {"a": 1}, "note": "n"}, {"shade": ""}])
def test_a_changed_copy_is_what_replace_makes(values: dict[str, Any]) -> None:
    point = Point(1, tags={"b": 2}, note="m")
    copied, expected = changed(point, **values), replace(point, **values)
    assert [getattr(copied, one.name) for one in fields(Point)] == [
        getattr(expected, one.name) for one in fields(Point)
    ]
    assert point == Point(1, tags={"b": 2}, note="m")


def test_a_changed_copy_runs_what_follows_the_making_and_refuses_unknown_fields() -> None:
    assert changed(Deep(1), z=5).found == 6
    with pytest.raises(TypeError):
        changed(Deep(1), w=5)
