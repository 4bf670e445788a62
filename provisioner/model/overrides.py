"""Overrides: the guards of a Stack that a user lifts for one run, each by an option of its own."""

from collections.abc import Collection

from provisioner.model.address import Address
from provisioner.model.frozen import frozen


@frozen
class Overrides:
    """Options of one run. Each field lifts a guard, or asks for a write that no difference requires.

    `unprotect` are addresses whose `prevent_destroy` does not count. `new` lets the stack live
    beside another owner of its addresses. `new_objects` are addresses, `assistant.*` among them,
    that may be created beside a foreign object of the same name. `overwrite_drift` allows the run to
    undo edits of the live side. `accept_undeclared` makes the present undeclared values the baseline.
    `max_delete_percent` replaces the limit of the Stack. Objects at the addresses in `replace` are
    sent once more even if they do not differ.
    """

    unprotect: Collection[Address] = ()
    new: bool = False
    new_objects: Collection[Address] = ()
    overwrite_drift: bool = False
    accept_undeclared: bool = False
    max_delete_percent: int | None = None
    replace: Collection[Address] = ()
