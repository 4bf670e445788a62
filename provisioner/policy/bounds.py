"""Compares those keywords of two JSON Schemas that are numbers: limits and multiples."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.policy.steps import is_number

_LOWEST: Final = ("minLength", "minItems", "minProperties", "minContains")
_HIGHEST: Final = ("maxLength", "maxItems", "maxProperties", "maxContains")
_NARROWER, _WIDER = -1, 1


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """Yield for each difference: -1 for narrower or 1 for wider, the keyword, and a clause."""
    for name in _LOWEST:
        # A smallest number of 0 is no limit.
        sides = ((side.get(name) or None, False) for side in (before, after))
        yield from _bound(name, *sides, sign=-1)
    for name in _HIGHEST:
        yield from _bound(name, *((side.get(name), False) for side in (before, after)), sign=1)
    for name, strict, sign in (
        ("minimum", "exclusiveMinimum", -1),
        ("maximum", "exclusiveMaximum", 1),
    ):
        sides = (_tightest(side, name, strict, sign) for side in (before, after))
        yield from _bound(name, *sides, sign=sign)
    if before.get("uniqueItems", False) != after.get("uniqueItems", False):
        unique = after.get("uniqueItems") is True
        told = "no item may come twice" if unique else "an item may come twice"
        yield (_NARROWER if unique else _WIDER), "uniqueItems", told
    yield from _multiple(before.get("multipleOf"), after.get("multipleOf"))


_Bound = tuple[Any, bool]
"""A limit, None if there is none, and true if the limit itself is excluded."""


def _tightest(schema: Mapping[str, Any], name: str, strict: str, sign: int) -> _Bound:
    # If a schema has both an inclusive and an exclusive limit, the tighter one counts.
    found = [(schema[key], key == strict) for key in (name, strict) if is_number(schema.get(key))]
    return min(found, key=lambda one: (sign * one[0], not one[1]), default=(None, False))


def _bound(
    name: str, before: _Bound, after: _Bound, *, sign: int
) -> Iterator[tuple[int, str, str]]:
    had, has = before[0], after[0]
    if not is_number(had):
        if is_number(has):
            yield _NARROWER, name, f"limited to {_excluded(after)}"
    elif not is_number(has):
        yield _WIDER, name, f"the limit of {_excluded(before)} is taken away"
    elif had != has:
        word = "raised" if has > had else "lowered"
        # A higher maximum allows more values, a higher minimum fewer.
        shift = _WIDER if (has - had) * sign > 0 else _NARROWER
        yield shift, name, f"{word} from {_excluded(before)} to {_excluded(after)}"
    elif before[1] != after[1]:
        told = f"{had:,} itself passes {'no longer' if after[1] else 'too'}"
        yield (_NARROWER if after[1] else _WIDER), name, told


def _excluded(bound: _Bound) -> str:
    return f"{bound[0]:,}{' (excluded)' if bound[1] else ''}"


def _multiple(before: Any, after: Any) -> Iterator[tuple[int, str, str]]:
    if before == after:
        return
    told = f"a multiple of {before} before, and of {after} now" if before and after else ""
    if not is_number(before) or not before:
        yield _NARROWER, "multipleOf", f"limited to multiples of {after}"
    elif not is_number(after) or not after:
        yield _WIDER, "multipleOf", f"not limited to multiples of {before} any more"
    elif after % before == 0:
        yield _NARROWER, "multipleOf", told
    elif before % after == 0:
        yield _WIDER, "multipleOf", told
    else:
        yield _NARROWER, "multipleOf", told
        yield _WIDER, "multipleOf", told
