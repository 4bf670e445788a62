"""Defines the result of the command `compare`, which compares two environments, targets or folders."""

from collections import Counter

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change


@frozen
class Side:
    """One of the two sides that `compare` compares.

    `name` is what the user typed for the side. `told` is a phrase that says where its values come
    from: a folder, an environment, a target or a run. `is_live` is true if the values were read
    from a server or a registry.
    """

    name: str
    told: str
    is_live: bool = False


@frozen
class Comparison:
    """Two sides and their differences, ordered by address.

    A change leads from the first side to the second. A create is a resource that only the second
    side has, a delete is one that only the first side has, and an update is one that both have with
    different values. In each field, `live` is the value of the first side and `desired` that of the
    second. `same` is the number of resources that are equal on both sides.
    """

    first: Side
    second: Side
    changes: tuple[Change, ...] = ()
    same: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if no difference was found."""
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """The number of resources under each of the keys `different only_first only_second same`."""
        seen = Counter(change.action for change in self.changes)
        return {
            "different": seen[Action.UPDATE],
            "only_first": seen[Action.DELETE],
            "only_second": seen[Action.CREATE],
            "same": self.same,
        }
