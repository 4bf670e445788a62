"""The values that `verbs.show` returns and `render.show` prints: an address in a row, or in full."""

from typing import Any

from provisioner.engine.tracked_fields import TrackedField
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.plan import Action, Change, Reason, Since, Undeclared, Unshown
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource

# States of an object that no plan would change.
IN_SYNC = "in sync"
AS_SHOWN = "in sync as far as shown"
UNDECLARED = "undeclared values"
SERVER = "resolved by the server"
NOT_READ = "not read as a whole"
RETIRED = "retired"
BORROWED = "borrowed"
STATES = {
    Action.CREATE: "would be created",
    Action.UPDATE: "changed",
    Action.REPLACE: "would be replaced",
}
"""The state of an object that a plan would change, by the action."""


@frozen
class ShownRow:
    """One address: what is declared, what is live, and how they compare.

    `desired` is None if no manifest declares it, `live` if no object exists, and `change` if a plan
    would not change it. `owner` is the owner in the mark. `tracked_fields` have both sides of each
    field, what was last applied, and the cause of a difference. `undeclared` are values that no
    manifest sets. `unshown` are values that the server does not show. `is_borrowed` is true for an
    object of somebody else that a manifest only refers to.
    """

    address: Address
    desired: Resource | None
    live: RemoteObject | None
    change: Change | None
    owner: str
    tracked_fields: tuple[TrackedField, ...] = ()
    undeclared: tuple[Undeclared, ...] = ()
    unshown: tuple[Unshown, ...] = ()
    is_borrowed: bool = False

    @property
    def id(self) -> str:
        """The id of the live object; empty if there is none."""
        return self.live.id if self.live else ""

    @property
    def name(self) -> str:
        """The name of the live object, else the declared one."""
        declared = self.desired.spec.get("name", "") if self.desired else ""
        return self.live.name if self.live and self.live.name else str(declared)

    @property
    def state(self) -> str:
        """The state in words, such as `in sync`, `would be created`, `drifted`, or a delete's reason."""
        if self.is_borrowed:
            return BORROWED
        if self.change is None:
            # No plan touches it though no manifest wants it: only retired objects stay so.
            former = self.live is not None and (self.desired is None or self.live.former)
            return RETIRED if former else self._unchanged
        if self.change.action in (Action.DELETE, Action.FORGET):
            return self.change.reason.value
        if self.change.reason is Reason.DRIFT:
            return "drifted"
        return STATES[self.change.action]

    @property
    def _unchanged(self) -> str:
        """The state of an object that a plan does not change. It claims only what was read."""
        # The state that claims least comes first.
        if self.live and self.live.odd:
            return NOT_READ
        if any(value.since is not Since.ACCEPTED for value in self.undeclared):
            return UNDECLARED
        if any(tracked.cause is Reason.SERVER for tracked in self.tracked_fields):
            return SERVER
        return AS_SHOWN if self.unshown else IN_SYNC


@frozen
class ShownObject:
    """One address in full.

    `run` are the settings that are sent with every run. `refers_to` has the addresses that it
    refers to and their ids. `referrers` are the addresses that refer to it. `foreign` are the id
    and the name of each file that somebody else attached to a vector store of ours; the name is
    empty if files were not listed.
    """

    shown: ShownRow
    run: dict[str, Any]
    refers_to: tuple[tuple[Address, str], ...]
    referrers: tuple[Address, ...]
    foreign: tuple[tuple[str, str], ...] = ()

    @property
    def tracked_fields(self) -> tuple[TrackedField, ...]:
        """The tracked fields of the address."""
        return self.shown.tracked_fields

    @property
    def mark(self) -> Mark | None:
        """The mark of the live object; None if there is none."""
        return self.shown.live.mark if self.shown.live else None
