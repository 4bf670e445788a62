"""Name the changes of fields that a reviewer has to see first.

The rules stand in one file for each family, which ends in `RULES`. A new rule is a function there and
its name in `RULES`; a new family is a file and its name in FAMILIES. A rule only points a reviewer to
a change. A change that no rule mentions may still be harmful.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change, FieldChange
from provisioner.policy import limits, reach, wording

Rule: TypeAlias = Callable[[FieldChange], Iterable[str]]
"""The change of one field -> what a reviewer is to be told of it, each as half a sentence.

A rule must be pure, and must return nothing where there is nothing to tell. Either side may be
UNSET, a placeholder or of an unexpected type: it must not raise for any of them. It may look at the
path, at both sides and at the cause. It must not repeat a sensitive value, and must not decide
anything: no plan is refused by a rule.
"""


class Family(Protocol):
    """A module of rules that are about one thing, such as what an assistant can reach."""

    RULES: tuple[Rule, ...]


FAMILIES: Final[tuple[Family, ...]] = (
    reach,
    limits,
    wording,
)
"""Every family, in the order in which a reviewer should look at their changes."""


@frozen
class Risk:
    """One change of one field that is worth a look, and why.

    `family` is the place of its family in FAMILIES. `told` is half a sentence: `a tool is added`.
    """

    family: int
    path: str
    told: str


def risks(change: Change) -> Iterator[Risk]:
    """Yield the risks of a change to a live object, at most one for each field.

    A create or a delete has no risks here, because the plan shows it as one line that nobody can miss.
    """
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return
    rules = [(place, rule) for place, family in enumerate(FAMILIES) for rule in family.RULES]
    for field in change.fields:
        found = [(place, told) for place, rule in rules for told in rule(field)]
        if found:
            yield Risk(found[0][0], field.path, "; ".join(told for _, told in found))
