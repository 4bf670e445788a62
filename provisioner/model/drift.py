"""The result of the command `drift`: values that changed on the live side since the last apply."""

from collections.abc import Mapping
from dataclasses import field

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.plan import Change, Plan, Reason


@frozen
class Absent:
    """A declared resource without a live object.

    `named_by` are objects of ours that still hold the id of its former object. If there are any, the
    object was deleted. If there are none, nobody knows whether it was deleted or never made.
    """

    address: Address
    named_by: tuple[Address, ...] = ()

    @property
    def deleted(self) -> bool:
        return bool(self.named_by)


@frozen
class Drift:
    """The plan of a target, reduced to the values that somebody changed on the live side.

    The changes of `plan` hold only fields and documents that somebody changed, or an object that
    the server let expire. `read` counts the live objects that were compared. `others` counts, by reason, our
    objects that no manifest declares any more: they have no desired side to be compared with.
    """

    plan: Plan
    absent: tuple[Absent, ...] = ()
    read: int = 0
    others: Mapping[Reason, int] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.plan.changes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.plan.diagnostics

    @property
    def is_empty(self) -> bool:
        """Returns true if no value that counts as drift has changed. Then `drift` exits 0."""
        return not (
            self.changes
            or self.absent
            or any(value.counts for value in self.plan.undeclared)
            or any(value.changed for value in self.plan.unshown)
        )
