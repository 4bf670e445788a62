"""A family of rules, which a test adds: this file and one line in the table of families."""

from collections.abc import Iterator
from typing import Final

from provisioner.model.code import Code, warning
from provisioner.model.plan import FieldChange
from provisioner.model.risk import Meaning
from provisioner.policy.seen import Rule, each_field

SHOUTED = warning("shouted", "it is shouted now", "Write as you would speak.")


def shouting(change: FieldChange) -> Iterator[str]:
    """Yield a risk for instructions that are changed to capital letters only."""
    text = change.desired
    if change.path == "instructions" and isinstance(text, str) and text.isupper():
        yield "is shouted now"


MEANING: Final = Meaning.BEHAVIOUR
RULES: Final[tuple[tuple[Code, Rule], ...]] = ((SHOUTED, each_field(shouting)),)
