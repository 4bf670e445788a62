"""show: return what is declared, what is live and what was last applied, side by side."""

from collections.abc import Iterator
from dataclasses import replace

from provisioner.engine.both_sides import compared_object, tracked_fields_of
from provisioner.engine.graph import Graph, graph_of
from provisioner.engine.prepare import ignoring
from provisioner.engine.references import references
from provisioner.engine.tracked_fields import compared
from provisioner.engine.undeclared import undeclared as values_of
from provisioner.engine.unshown import unshown as hidden_in
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import Mark
from provisioner.model.plan import Change
from provisioner.model.remote import Live
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, leaves
from provisioner.render.shown import ShownObject, ShownRow
from provisioner.verbs._shared.lookup import undeclared, whole_address
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.plan import plan_session


def show_all(options: RunOptions) -> tuple[ShownRow, ...]:
    """Return a row for every address that is declared or live, in order.

    A duplicate has its own row.
    """
    with open_session(options) as session:
        return tuple(_rows(session, *_both(session)))


def show_one(options: RunOptions, address: Address) -> ShownObject:
    """Return one address in full. Raises ProvisionerError if it is neither declared nor live."""
    with open_session(options) as session:
        changes, live = _both(session)
        address = whole_address(session, address, live)
        rows = [row for row in _rows(session, changes, live) if row.address == address]
        if not rows:
            raise ProvisionerError(undeclared(address, session))
        return _detail(session, live, rows[0])


def show_graph(run_options: RunOptions, address: Address | None = None) -> Graph:
    """Return the graph of references; with an address, the part that is connected to it.

    Raises ProvisionerError if the address is neither declared nor live.
    """
    with open_session(run_options) as session:
        graph = graph_of(session.stack.name, session.desired, session.live())
        if address is None:
            return graph
        if str(address) not in {node.key for node in graph.nodes}:
            raise ProvisionerError(undeclared(address, session))
        return graph.around(address)


def ids(rows: tuple[ShownRow, ...]) -> dict[Address, str]:
    """Return the live ids by address; of duplicates, the id of the object that stays."""
    found: dict[Address, str] = {}
    for row in rows:
        if row.live:
            found.setdefault(row.address, row.live.id)
    return found


def _both(session: Session) -> tuple[list[Change], Live]:
    """Return the changes that a plan would make, and the live side."""
    planned = plan_session(session, session.desired)
    return list(planned.plan.changes), planned.live


def _rows(session: Session, changes: list[Change], live: Live) -> Iterator[ShownRow]:
    """Yield the row of each address, of each duplicate, and of each borrowed object."""
    by_object = {(c.address, c.live.id if c.live else ""): c for c in changes}
    owner = str(session.stack.owner)
    declared = {a for a in session.desired if a.kind in session.runtime.bindings}
    for address in sorted(declared | set(live.objects)):
        found = live.objects.get(address)
        change = by_object.get((address, found.id if found else ""))
        declared_as = session.desired.get(address)
        row = ShownRow(address, declared_as, found, change, owner if found else "")
        yield _judged(session, live, row)
    for found in live.surplus:
        if found.address:
            change = by_object.get((found.address, found.id))
            yield ShownRow(found.address, None, found, change, owner)
    for address, lent in live.borrowed.items():
        whose = str(lent.mark.owner) if lent.mark else ""
        yield ShownRow(address, None, lent, None, whose, is_borrowed=True)


def _judged(session: Session, live: Live, row: ShownRow) -> ShownRow:
    """Return a row with the tracked fields of its address, and the undeclared and unshown values.

    Unshown values, such as secrets, are those that a manifest sets and a server never returns.
    """
    address, owner = row.address, session.stack.owner
    kind, binding = session.context.kinds[address.kind], session.runtime.bindings[address.kind]
    if row.live is None:
        spec = binding.complete(row.desired.spec) if row.desired else {}
        return replace(
            row, tracked_fields=tuple(compared(spec, {}, kind, binding, Mark(owner, address)))
        )
    if row.desired is None:
        nothing = Resource(address, {})
        return replace(
            row, tracked_fields=tuple(tracked_fields_of(nothing, row.live, kind, binding, owner))
        )
    facts = ignoring({address: row.desired}, live)[address], row.live, kind, binding
    return replace(
        row,
        tracked_fields=tuple(tracked_fields_of(*facts, owner)),
        undeclared=tuple(
            values_of(address, compared_object(*facts, owner), whole=not row.live.odd)
        ),
        unshown=tuple(hidden_in(*facts)),
    )


def _detail(session: Session, live: Live, shown: ShownRow) -> ShownObject:
    """Return one address in full."""
    address, binding = shown.address, session.runtime.bindings[shown.address.kind]
    spec = shown.desired.spec if shown.desired else {}
    there = shown.live.spec if shown.live else {}
    named = {r.address for r in leaves(there or spec, Reference)}
    named |= shown.desired.references if shown.desired else set()
    inlined = {a for a in named if a.kind not in session.runtime.bindings}
    return ShownObject(
        shown,
        run={key: there[key] for key in sorted(binding.fields.per_run) if key in there},
        refers_to=tuple(
            (a, live.objects[a].id if a in live.objects else "") for a in sorted(named - inlined)
        ),
        referrers=tuple(sorted(_referrers(address, session, live))),
        foreign=tuple(
            (id, live.file_names.get(id, ""))
            for id in (shown.live.foreign_documents if shown.live else ())
        ),
    )


def _referrers(address: Address, session: Session, live: Live) -> set[Address]:
    """Return the addresses that refer to this one, in a manifest or on the live side."""
    declared = {a for a, r in session.desired.items() if address in r.references}
    existing = {a for a, found in live.objects.items() if address in references(found)}
    return declared | existing
