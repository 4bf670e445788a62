"""Rules for changes of limits: raised or removed limits, and changed arguments of functions."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from provisioner.model.plan import UNSET, FieldChange
from provisioner.policy.steps import of_list, steps

_MOST: Final = re.compile(
    r"max|limit|budget|spend|tokens|count|timeout|ttl|minutes|hours|days|expires", re.IGNORECASE
)
_SCHEMAS: Final = ("parameters", "output_schema", "schema")


def raised(change: FieldChange) -> Iterator[str]:
    """Tell of a limit that is raised or removed."""
    keys = steps(change)
    live, desired = change.live, change.desired
    if not _MOST.search(keys[-1]) or not _is_number(live):
        return
    if desired is UNSET or desired is None:
        yield f"the limit of {live:,} is taken away"
    elif _is_number(desired) and desired > live:
        yield f"raised from {live:,} to {desired:,}"


def required(change: FieldChange) -> Iterator[str]:
    """Tell of arguments that a function needs from now on, or needs no longer."""
    keys, live, desired = of_list(change)
    if keys[-1] != "required" or not _is_in_schema(keys):
        return
    if new := [name for name in desired if name not in live]:
        yield f"required now: {', '.join(new)}"
    if gone := [name for name in live if name not in desired]:
        yield f"not required any more: {', '.join(gone)}"


def arguments(change: FieldChange) -> Iterator[str]:
    """Tell of arguments that a function gets or loses."""
    keys = steps(change)
    if len(keys) > 1 and keys[-2] == "properties" and _is_in_schema(keys):
        if change.live is UNSET:
            yield "an argument is added"
        elif change.desired is UNSET:
            yield "an argument is taken away"


def looser(change: FieldChange) -> Iterator[str]:
    """Tell of a schema that allows more values: more choices, more properties, or no strict answers."""
    keys, live, desired = of_list(change)
    if not _is_in_schema(keys) and keys[-1] != "strict":
        return
    if keys[-1] == "enum":
        if change.desired is UNSET and keys == steps(change):
            yield "any value passes"
        elif more := [value for value in desired if value not in live]:
            yield f"more values pass: {', '.join(map(str, more))}"
    elif (keys[-1] == "additionalProperties" and change.live is False) or (
        keys[-1] == "strict" and change.live is True
    ):
        yield "more passes than before"


def _is_in_schema(keys: Sequence[str]) -> bool:
    return any(key in _SCHEMAS for key in keys)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


RULES: Final[tuple[Callable[[FieldChange], Iterable[str]], ...]] = (
    *(raised, required),
    *(arguments, looser),
)
