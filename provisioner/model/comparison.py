"""The result of the command `compare`: two sides, and what differs between them."""

from collections import Counter

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change


@frozen
class Side:
    """One of two compared sides.

    `name` is the word that the user gave for it. `told` says where its values come from: a folder, an
    environment, a target, a run. `is_live` is true if they were read from a server or a registry.
    """

    name: str
    told: str
    is_live: bool = False


@frozen
class Comparison:
    """Two sides and their differences, ordered by address.

    A change leads from the first side to the second: a create is a resource that only the second has,
    a delete is one that only the first has, and an update is one that differs. In each field, `live` is
    the value of the first side and `desired` that of the second. `same` counts resources that both have
    alike.
    """

    first: Side
    second: Side
    changes: tuple[Change, ...] = ()
    same: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Returns true where nothing that was compared differs."""
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """Return the numbers of resources: keys are `different only_first only_second same`."""
        seen = Counter(change.action for change in self.changes)
        return {
            "different": seen[Action.UPDATE],
            "only_first": seen[Action.DELETE],
            "only_second": seen[Action.CREATE],
            "same": self.same,
        }
