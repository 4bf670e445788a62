"""Takes the closing look: at the end of an apply, each kind that was written to is listed again.

Created objects must be in the lists, deleted objects must not be, and each row is compared with
what was written. It reports changes by another run that undid or doubled ours. If two objects have
one address, the next plan decides which one stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from provisioner.apply.run import Run, StepFailed, identity
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NoSuchApi, NotFound, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject

MOST_ASKED = 20
"""The largest number of objects that are requested one by one because a list does not show them.

They are objects that this run did not change. The limit bounds the cost on a server whose lists are
late.
"""


@frozen
class Undone:
    """A change that succeeded and was undone afterwards. `id` is the id of its object."""

    id: str
    why: str


@dataclass(slots=True)
class Look:
    """The closing look of one run. `done` are the ids of the objects whose change succeeded."""

    run: Run
    done: frozenset[str]
    seen: dict[str, Row] = field(default_factory=dict)

    def findings(self) -> Iterator[Undone | Diagnostic]:
        """Read the written kinds again, and yield whatever differs from what this run did.

        Raises ProvisionerError if a request fails.
        """
        # The places are sorted, so that the order of messages does not depend on threads.
        for kind, parent in sorted(self._places()):
            binding = self.run.context.bindings[kind]
            rows = self._listed(kind, binding, parent)
            for row in rows:
                self.seen[str(row["id"])] = row
            yield from self._made(kind, binding, parent)
            yield from self._deleted(kind, binding, parent)
            yield from self._let_go(kind, binding, parent)
            yield from self._twins(kind, binding, parent, rows)
            yield from self._others(kind, binding, parent)

    def _places(self) -> set[tuple[str, str]]:
        """Return each kind that was written to, with the id of the parent object or ''."""
        run = self.run
        places = {(w.resource.address.kind, w.parent) for w in run.written.values()}
        gone = (*run.deleted.values(), *run.let_go.values())
        places |= {(found.kind, found.parent) for found in gone}
        for address, _ in (*run.made, *run.unanswered):
            binding = run.context.bindings[address.kind]
            if not binding.parent:
                places.add((address.kind, ""))
        return places

    def _listed(self, kind: str, binding: Binding, parent: str) -> list[Row]:
        """List a kind until the list has every created object, or until time is up.

        Return the rows of the last list.
        """
        wanted = self._expected(kind, parent)
        rows: list[Row] = []

        def look() -> bool:
            nonlocal rows
            try:
                rows = self.run.provider.list(binding.collection, parent)
            except (NoSuchApi, NotFound):
                rows = []
            return wanted <= {str(row["id"]) for row in rows}

        # After Ctrl-C the user wants the prompt back, so the list is read once and not repeated.
        self.run.patiently(look, at_once=self.run.stop())
        return rows

    def _expected(self, kind: str, parent: str) -> set[str]:
        run = self.run
        ids = {
            id
            for id, w in run.written.items()
            if (w.resource.address.kind, w.parent) == (kind, parent)
        }
        if not parent:
            ids |= {id for (address, _), id in run.made.items() if address.kind == kind}
        return (ids & self.done) - run.deleted.keys()

    def _made(self, kind: str, binding: Binding, parent: str) -> Iterator[Undone]:
        for id in sorted(self._expected(kind, parent)):
            # A list may lack an object that was made a moment ago, so an object is reported as gone
            # only after a GET of it.
            row = self.seen.get(id) or self._asked(binding, id, parent)
            if row is None:
                yield Undone(id, _GONE.format(id=id))
            elif why := self._otherwise(id, row):
                yield Undone(id, why)

    def _otherwise(self, id: str, row: Row) -> str:
        """Return a phrase that says how a row differs from what was written, '' if it does not.

        Values that somebody else overwrote after our write are sent again first.
        """
        writing = self.run.written.get(id)
        if writing is None or writing.judge(row).is_as_sent:
            return ""
        # The row of a list may be older than our write, so the object is read before a difference
        # is reported.
        latest = self._asked(writing.binding, id, writing.parent)
        if latest is None:
            return _GONE.format(id=id)
        try:
            # The object has our mark, so our write arrived, and somebody else changed the object
            # after it. Our values are sent again.
            if writing.judge(latest).is_marked:
                writing.settled(latest, echoes=True)
                return ""
        except (StepFailed, ProvisionerError) as error:
            return str(error)
        return _OVERWRITTEN

    def _asked(self, binding: Binding, id: str, parent: str) -> Row | None:
        try:
            return self.run.provider.get(binding.collection, id, parent)
        except NotFound:
            return None

    def _deleted(self, kind: str, binding: Binding, parent: str) -> Iterator[Undone | Diagnostic]:
        for id, found in self.run.deleted.items():
            if (found.kind, found.parent) != (kind, parent) or id not in self.seen:
                continue
            if not self._goes(binding, id, parent):
                yield self._undead(
                    found,
                    f"the server answered that {id} was deleted, but still returns it. Plan again to see "
                    "if it stays",
                )

    def _let_go(self, kind: str, binding: Binding, parent: str) -> Iterator[Undone]:
        """Yield forgotten objects that still have our mark, or that no longer exist."""
        for id, found in self.run.let_go.items():
            if (found.kind, found.parent) != (kind, parent) or id not in self.done:
                continue
            row = self.seen.get(id) or self._asked(binding, id, parent)
            if row is not None and binding.mark_of(row) is not None:
                row = self._asked(binding, id, parent)
            if row is None:
                yield Undone(id, f"{id} is gone: somebody else deleted it meanwhile")
            elif binding.mark_of(row) is not None:
                yield Undone(id, f"{id} has our mark again, so it is still ours. Plan again")

    def _undead(self, found: RemoteObject, why: str) -> Undone | Diagnostic:
        """Return the finding that a deleted object still exists.

        It is an Undone that belongs to the outcome of the object, or a Diagnostic if the object has no
        outcome.
        """
        # The outcome of a replace has the id of the new object in place of the deleted one.
        new = self.run.ids.get(found.address, "") if found.address else ""
        for id in (found.id, new):
            if id in self.done:
                return Undone(id, why)
        return Diagnostic(codes.STILL_THERE, why, subject=str(found.address))

    def _goes(self, binding: Binding, id: str, parent: str) -> bool:
        """Return true as soon as a GET answers that the object does not exist, false if none does.

        A list may still contain an object that was deleted.
        """
        return self.run.patiently(lambda: self._asked(binding, id, parent) is None)

    def _twins(
        self, kind: str, binding: Binding, parent: str, rows: list[Row]
    ) -> Iterator[Diagnostic]:
        """Yield a diagnostic for each object with our mark that this run neither found nor created."""
        run = self.run
        known = {found.id for found in (*run.live.objects.values(), *run.live.surplus)}
        known |= set(run.made.values()) | run.written.keys()
        for row in rows:
            whose = identity(row, binding)
            id = str(row["id"])
            if whose is None or whose[0] != run.owner or id in known or whose[1].kind != kind:
                continue
            ours = run.made.get(whose[1:])
            # The server performed a create whose answer was lost, and this run then created the
            # object again. Both are from this run, so it may delete the second one.
            if whose[1:] in run.unanswered and ours is not None:
                run.provider.delete(binding.collection, id, parent)
                yield warning(codes.DUPLICATE_DELETED, f"{id}. {_LATE}", subject=str(whose[1]))
            elif said := self._said(whose[1], id):
                yield said

    def _said(self, address: Address, id: str) -> Diagnostic | None:
        run = self.run
        if any(made == address for made, _ in run.made) or address in run.live.objects:
            if address not in {found.address for found in run.deleted.values()}:
                return Diagnostic(codes.MADE_TWICE, _TWIN.format(id=id), subject=str(address))
            return Diagnostic(codes.MADE_AGAIN, _AGAIN.format(id=id), subject=str(address))
        if self._clears():
            return Diagnostic(codes.MADE_AGAIN, _AGAIN.format(id=id), subject=str(address))
        return None

    def _clears(self) -> bool:
        """Return true if no object of ours should exist after this run, as after `destroy`."""
        gone = (Action.DELETE, Action.FORGET)
        going = {change.address for change in self.run.plan.changes if change.action in gone}
        return bool(going) and self.run.live.objects.keys() <= going

    def _others(self, kind: str, binding: Binding, parent: str) -> Iterator[Diagnostic]:
        """Yield a diagnostic for each unchanged object that somebody deleted during this run."""
        run = self.run
        touched = run.deleted.keys() | {
            change.live.id
            for change in run.plan.changes
            if change.live and change.action is not Action.NO_OP
        }
        unseen = [
            found
            for found in run.live.objects.values()
            if (found.kind, found.parent) == (kind, parent)
            and found.id not in self.seen.keys() | touched
            and binding.mark_location is not None
        ]
        for found in unseen[:MOST_ASKED]:
            if self._asked(binding, found.id, parent) is None:
                yield Diagnostic(
                    codes.GONE_MEANWHILE,
                    f"This run did not change {found.id}, and somebody else deleted it meanwhile. "
                    "Plan again to see what exists.",
                    subject=str(found.address),
                )


_GONE = "{id} is gone again: somebody else deleted it meanwhile. Apply again to create it"
_LATE = "The answer to a create was lost, but the server had performed it."
_TWIN = (
    "{id} was created by another run at the same time as ours. Both exist. Plan again: the plan "
    "shows which of them stays. Let only one pipeline apply, one run at a time."
)
_AGAIN = (
    "{id} has our mark and was created while this run deleted objects. Plan again to see what "
    "exists. Let only one pipeline apply, one run at a time."
)
_OVERWRITTEN = (
    "it no longer has the values that were sent: the server did not store them, or another run "
    "wrote to it meanwhile. Plan again to see its values"
)
