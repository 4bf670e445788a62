"""A family of rules that a test adds, as this one file and one line in the table of rules."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from provisioner.model.plan import FieldChange


def shouting(change: FieldChange) -> Iterator[str]:
    """Tell of instructions that become capital letters throughout."""
    if (
        change.path == "instructions"
        and isinstance(change.desired, str)
        and change.desired.isupper()
    ):
        yield "is shouted now"


RULES: Final[tuple[Callable[[FieldChange], Iterable[str]], ...]] = (shouting,)
