"""Defines Overrides: the options with which a user lifts guards of the Stack for one run."""

from collections.abc import Collection

from provisioner.model.address import Address
from provisioner.model.frozen import frozen


@frozen
class Overrides:
    """The options with which a user lifts guards, or asks for writes that no difference requires.

    Objects at the addresses in `unprotect` may be deleted despite `prevent_destroy`. `new` allows
    objects to be created although another owner has objects at the same addresses. Objects at the
    addresses in `new_objects` (or `assistant.*`) may be created although a foreign object has the
    same name. `overwrite_drift` allows the run to overwrite live edits. `accept_undeclared` makes
    the present undeclared values the baseline. `max_delete_percent` replaces the limit of the
    Stack. Objects at the addresses in `replace` are sent again even if they do not differ.
    """

    unprotect: Collection[Address] = ()
    new: bool = False
    new_objects: Collection[Address] = ()
    overwrite_drift: bool = False
    accept_undeclared: bool = False
    max_delete_percent: int | None = None
    replace: Collection[Address] = ()
