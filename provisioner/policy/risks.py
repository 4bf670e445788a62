"""Finds the risks of a plan's changes for the users of the assistants.

Each family of rules is one file that ends in `MEANING` and `RULES`. To add a rule, write a function
there and one line in `RULES`; to add a family, write a file and its name in FAMILIES. A risk only
draws the attention of a reviewer. A change without a risk may still be harmful.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import Since, Undeclared
from provisioner.model.risk import Meaning, Risk
from provisioner.policy import behaviour, contract, cost, knowledge, protection, security
from provisioner.policy.seen import Rule, Seen


class Family(Protocol):
    """A module of rules about one area of use, such as what an assistant can reach."""

    MEANING: Meaning
    RULES: tuple[tuple[Code, Rule], ...]


FAMILIES: Final[tuple[Family, ...]] = (
    security,
    protection,
    contract,
    behaviour,
    cost,
    knowledge,
)
"""Every family, in the order of the areas of use: the members of `model.risk.Meaning`."""


def risks_of(seen: Seen) -> Iterator[Risk]:
    """Yield the risks of one change, family by family."""
    for family in FAMILIES:
        for code, rule in family.RULES:
            for path, told in rule(seen):
                yield Risk(family.MEANING, code, seen.address, path, told)


def undeclared_risks(values: Iterable[Undeclared]) -> Iterator[Risk]:
    """Yield a risk for each tool that somebody added on the live side and that nobody has accepted."""
    for value in values:
        # Other undeclared values are reported by the plan itself. A tool may do something.
        if value.path.startswith(f"{security.TOOLS}[") and value.since is not Since.ACCEPTED:
            told = "on the live side, and in no manifest"
            yield Risk(security.MEANING, codes.UNDECLARED_TOOL, value.address, value.path, told)


def ranked(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """Return the risks without repetition, the most serious first.

    Risks of one rank keep their order.
    """
    return tuple(sorted(dict.fromkeys(risks), key=lambda risk: risk.rank))
