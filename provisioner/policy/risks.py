"""Name the changes of fields that a reviewer has to see first.

Each rule is a pure function of one change of one field, and stands in the file of its family. They
say what to look at; that a change is not named says nothing about it.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Final, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, FieldChange
from provisioner.policy import limits, reach, wording


class Family(IntEnum):
    """What a risk is about, the first to be looked at first."""

    REACH = 1
    LIMITS = 2
    WORDING = 3


@frozen
class Risk:
    """One change of one field that is worth a look, and why.

    `told` is half a sentence: `a tool is added`.
    """

    family: Family
    path: str
    told: str


Rule: TypeAlias = Callable[[FieldChange], Iterable[str]]
"""The change of one field -> what a reviewer is to be told of it, each as half a sentence.

A rule must be pure, and must return nothing where there is nothing to tell. Either side may be
UNSET, a placeholder or of an unexpected type: it must not raise for any of them. It may look at the
path, at both sides and at the cause. It must not repeat a sensitive value, and must not decide
anything: no plan is refused by a rule.
"""

RULES: Final[tuple[tuple[Family, Rule], ...]] = (
    *((Family.REACH, rule) for rule in reach.RULES),
    *((Family.LIMITS, rule) for rule in limits.RULES),
    *((Family.WORDING, rule) for rule in wording.RULES),
)


def risks(change: Change) -> Iterator[Risk]:
    """The risks of one change of an object that is live, field by field.

    What is created or deleted is a line of the plan as a whole, and is not looked into.
    """
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return
    for field in change.fields:
        found = [(family, told) for family, rule in RULES for told in rule(field)]
        if found:
            yield Risk(found[0][0], field.path, "; ".join(told for _, told in found))
