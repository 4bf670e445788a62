"""Warns of a create and a delete that are probably the same resource under a new name.

Similarity is no proof, so the warning does not change the plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provisioner.engine.documents import document_changes
from provisioner.engine.tracked_fields import TrackedField, compared
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.codes import names as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Reference, walk


def likely_renames(
    changes: Iterable[Change], kinds: Mapping[str, Kind], bindings: Mapping[str, Binding]
) -> list[Diagnostic]:
    """Return a warning for each created resource that equals an object to be deleted.

    They are equal if all fields are, except a name that is taken from the address. There is no
    warning if several pairs are possible, because then it is not known which one was renamed.
    """
    changes = list(changes)
    made = [(c.address, c.desired) for c in changes if c.action is Action.CREATE and c.desired]
    gone = [(c.address, c.live) for c in changes if _is_orphan(c) and c.live]
    pairs: dict[Address, Address] = {}
    more = bool(made and gone)
    # An object that refers to a renamed object becomes equal only when that renaming has been
    # found.
    while more:
        found = dict(_Comparison(kinds, bindings, pairs).pairs(made, gone))
        more, pairs = found != pairs, found
    origins = {address: resource.origin for address, resource in made}
    return [
        warning(
            codes.LIKELY_RENAME,
            f"{before} would be deleted, and this resource would be created with the same "
            "content. If it is the same resource under another name, write `formerly: "
            f"[{before.name}]` into its metadata: then the object stays, with its id.",
            origins[now],
            str(now),
        )
        for now, before in sorted(pairs.items())
    ]


def _is_orphan(change: Change) -> bool:
    return change.action is Action.DELETE and change.reason is Reason.ORPHAN


@frozen
class _Comparison:
    """Compares resources to create with objects to delete. `known` has the renames found so far."""

    kinds: Mapping[str, Kind]
    bindings: Mapping[str, Binding]
    known: Mapping[Address, Address]

    def pairs(
        self,
        made: Iterable[tuple[Address, Resource]],
        gone: Iterable[tuple[Address, RemoteObject]],
    ) -> Iterator[tuple[Address, Address]]:
        gone = list(gone)
        alike = [
            (now, before)
            for now, resource in made
            for before, live in gone
            if now.kind == before.kind and self._are_alike(resource, before, live)
        ]
        for now, before in alike:
            # A pair is certain only if neither side is in another pair.
            if sum(now == n or before == b for n, b in alike) == 1:
                yield now, before

    def _are_alike(self, resource: Resource, before: Address, live: RemoteObject) -> bool:
        # Without all fields or without the mark, equality cannot be known.
        if live.odd or live.mark is None:
            return False
        if self.bindings[live.kind].is_upload:
            # A File declares exactly one document.
            (wanted,), there = resource.documents.values(), [*live.documents.values()]
            return all(wanted.is_recorded_as(document.sha256) for document in there)
        kind, binding = self.kinds[live.kind], self.bindings[live.kind]
        spec = binding.complete(self._renamed(live.spec))
        tracked_fields = compared(binding.complete(resource.spec), spec, kind, binding, live.mark)
        moved = [
            tracked for tracked in tracked_fields if tracked.cause not in (None, Reason.SERVER)
        ]
        names = before.name, resource.address.name
        return all(_is_name(tracked, names) for tracked in moved) and not document_changes(
            resource, live
        )

    def _renamed(self, spec: Any) -> Any:
        """Return a live spec in which references to renamed objects have the new addresses."""
        now = {before: now for now, before in self.known.items()}

        def name(leaf: Any) -> Any:
            is_known = isinstance(leaf, Reference) and leaf.address in now
            return Reference(now[leaf.address]) if is_known else leaf

        return walk(spec, name)


def _is_name(tracked: TrackedField, names: tuple[str, str]) -> bool:
    """Return true if a field is `name`, and each side has the name of its own address there."""
    return tracked.path == "name" and (tracked.live, tracked.desired) == names
