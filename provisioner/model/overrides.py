"""Overrides: the guards of a Stack that one run lifts, each by name, as whoever starts it says."""

from collections.abc import Collection

from provisioner.model.address import Address
from provisioner.model.frozen import frozen


@frozen
class Overrides:
    """Each field lifts one guard, for one run, or asks for more than the comparison does.

    `unprotect` are addresses whose `prevent_destroy` does not count. `new` lets the stack live
    beside another owner of its addresses. `new_objects` are addresses, `assistant.*` among them,
    that may be created beside a foreign object of the same name. `overwrite_drift` undoes what was
    changed on the live side. `accept_undeclared` remembers values that no manifest sets as they are.
    `max_delete_percent` stands in for the Stack's guard.
    Objects at the addresses in `replace` are sent once more, whatever the comparison says.
    """

    unprotect: Collection[Address] = ()
    new: bool = False
    new_objects: Collection[Address] = ()
    overwrite_drift: bool = False
    accept_undeclared: bool = False
    max_delete_percent: int | None = None
    replace: Collection[Address] = ()
