"""Defines the result of the command `drift`: live values that changed since the last apply."""

from collections.abc import Mapping
from dataclasses import field

from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.plan import Change, Plan, Reason


@frozen
class Absent:
    """A declared resource that has no live object.

    `named_by` are our objects that still contain the id of its former object. They prove that the
    object existed and was deleted. If there are none, it may never have been created.
    """

    address: Address
    named_by: tuple[Address, ...] = ()

    @property
    def deleted(self) -> bool:
        return bool(self.named_by)


@frozen
class Drift:
    """The plan of a target, reduced to the values that somebody changed on the live side.

    `plan.changes` contains only fields and documents that somebody changed, and objects that the
    server let expire. `read` is the number of live objects that were compared. `others` is the
    number of our objects that no manifest declares, by reason; they have no desired values to be
    compared with.
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
        """True if nothing that counts as drift was found. Then `drift` exits with 0."""
        # A value of which it is not known whether it changed (None) is reported, but is no drift.
        return not (
            self.changes
            or self.absent
            or any(value.counts for value in self.plan.undeclared)
            or any(value.changed for value in self.plan.unshown)
        )
