"""Rows and objects that `show` prints: what is declared, what is live, and what a plan would do."""

from typing import Any

from provisioner.engine.tracked_fields import TrackedField
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.mark import Mark
from provisioner.model.plan import Action, Change, Reason, Since, Undeclared, Unshown
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource

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


@frozen
class ShownRow:
    """One address. `change` is what a plan would do to it; `live` is None where nothing exists.

    `tracked_fields` are the parts that the manifest sets or the mark remembers, both sides of each, what was
    last applied, and why they differ if they do. `undeclared` are values that no manifest sets,
    `unshown` those that the server does not show. One that `is_borrowed` is somebody else's, and only
    referred to.
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
        return self.live.id if self.live else ""

    @property
    def name(self) -> str:
        declared = self.desired.spec.get("name", "") if self.desired else ""
        return self.live.name if self.live and self.live.name else str(declared)

    @property
    def state(self) -> str:
        """The state in words: those of `STATES`, those above, or the reason of a delete."""
        if self.is_borrowed:
            return BORROWED
        if self.change is None:
            former = self.live is not None and (self.desired is None or self.live.former)
            return RETIRED if former else self._unchanged
        if self.change.action in (Action.DELETE, Action.FORGET):
            return self.change.reason.value
        if self.change.reason is Reason.DRIFT:
            return "drifted"
        return STATES[self.change.action]

    @property
    def _unchanged(self) -> str:
        """The state of an object that a plan does not change. It claims nothing that was not read."""
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

    `run` are the settings that go with every run. `foreign` are the files that somebody else
    attached to a store of ours: id and name, which is empty where files were not listed.
    """

    shown: ShownRow
    run: dict[str, Any]
    refers_to: tuple[tuple[Address, str], ...]
    referrers: tuple[Address, ...]
    foreign: tuple[tuple[str, str], ...] = ()

    @property
    def tracked_fields(self) -> tuple[TrackedField, ...]:
        return self.shown.tracked_fields

    @property
    def mark(self) -> Mark | None:
        return self.shown.live.mark if self.shown.live else None
