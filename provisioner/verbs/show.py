"""show: what is declared, what exists, and what was last applied, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provisioner.engine.references import references
from provisioner.engine.rollback import judged
from provisioner.engine.units import Unit, compared
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import Mark
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, leaves
from provisioner.verbs.lookup import undeclared
from provisioner.verbs.plan import plan_session
from provisioner.verbs.session import Session, Setup, open_session

IN_SYNC = "in sync"
RETIRED = "retired"
STATES = {
    Action.CREATE: "would be created",
    Action.UPDATE: "changed",
    Action.REPLACE: "would be replaced",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One address. `change` is what a plan would do to it; `live` is None where nothing exists."""

    address: Address
    desired: Resource | None
    live: RemoteObject | None
    change: Change | None
    owner: str

    @property
    def id(self) -> str:
        return self.live.id if self.live else ""

    @property
    def name(self) -> str:
        declared = self.desired.spec.get("name", "") if self.desired else ""
        return self.live.name if self.live and self.live.name else str(declared)

    @property
    def state(self) -> str:
        """`in sync`, `would be created`, `changed`, `drifted`, `retired`, or why it would be deleted."""
        if self.change is None:
            former = self.live is not None and (self.desired is None or self.live.former)
            return RETIRED if former else IN_SYNC
        if self.change.action in (Action.DELETE, Action.FORGET):
            return self.change.reason.value
        if self.change.reason is Reason.DRIFT:
            return "drifted"
        return STATES[self.change.action]


@dataclass(frozen=True, slots=True)
class Detail:
    """One address in full.

    `units` are the parts that the manifest sets or the mark remembers, both sides of each, what was
    last applied, and why they differ if they do. `run` are the settings that go with every run.
    """

    shown: Shown
    units: tuple[Unit, ...]
    run: dict[str, Any]
    refers_to: tuple[tuple[Address, str], ...]
    referrers: tuple[Address, ...]

    @property
    def mark(self) -> Mark | None:
        return self.shown.live.mark if self.shown.live else None


def show_all(setup: Setup) -> tuple[Shown, ...]:
    """Every address that is declared or exists, in order. A duplicate has a row of its own."""
    with open_session(setup) as session:
        return tuple(_rows(session, *_both(session)))


def show_one(setup: Setup, address: Address) -> Detail:
    """Raises ProvisionerError where nothing of that address is declared or exists."""
    with open_session(setup) as session:
        changes, live = _both(session)
        rows = [row for row in _rows(session, changes, live) if row.address == address]
        if not rows:
            raise ProvisionerError(undeclared(address, session))
        return _detail(session, live, rows[0])


def ids(rows: tuple[Shown, ...]) -> dict[Address, str]:
    """The live ids by address; of duplicates, that of the one that stays."""
    found: dict[Address, str] = {}
    for row in rows:
        if row.live:
            found.setdefault(row.address, row.live.id)
    return found


def _both(session: Session) -> tuple[list[Change], Live]:
    planned = plan_session(session, session.desired)
    return list(planned.plan.changes), planned.live


def _rows(session: Session, changes: list[Change], live: Live) -> Iterator[Shown]:
    by_object = {(c.address, c.live.id if c.live else ""): c for c in changes}
    owner = str(session.stack.owner)
    declared = {a for a in session.desired if a.kind in session.runtime.forms}
    for address in sorted(declared | set(live.objects)):
        found = live.objects.get(address)
        change = by_object.get((address, found.id if found else ""))
        yield Shown(address, session.desired.get(address), found, change, owner if found else "")
    for found in live.surplus:
        if found.address:
            change = by_object.get((found.address, found.id))
            yield Shown(found.address, None, found, change, owner)


def _detail(session: Session, live: Live, shown: Shown) -> Detail:
    address, form = shown.address, session.runtime.forms[shown.address.kind]
    spec = shown.desired.spec if shown.desired else {}
    there = shown.live.spec if shown.live else {}
    mark = (shown.live.mark if shown.live else None) or Mark(session.stack.owner, address)
    kind = session.ground.kinds[address.kind]
    units = compared(form.complete(spec), form.complete(there), kind, form, mark)
    named = {r.address for r in leaves(there or spec, Reference)}
    named |= shown.desired.references if shown.desired else set()
    inlined = {a for a in named if a.kind not in session.runtime.forms}
    return Detail(
        shown,
        tuple(judged(units, shown.live) if shown.live else units),
        run={key: there[key] for key in sorted(form.per_run) if key in there},
        refers_to=tuple(
            (a, live.objects[a].id if a in live.objects else "") for a in sorted(named - inlined)
        ),
        referrers=tuple(sorted(_referrers(address, session, live))),
    )


def _referrers(address: Address, session: Session, live: Live) -> set[Address]:
    """Who names it, in a manifest or on the live side."""
    declared = {a for a, r in session.desired.items() if address in r.references}
    existing = {a for a, found in live.objects.items() if address in references(found)}
    return declared | existing
