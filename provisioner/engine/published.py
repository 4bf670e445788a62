"""Reads the releases in the histories of a target.

Applications may still use an older release. So an object to which a kept release refers is kept. A
release also records the File of each of its uploads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from provisioner.engine.live_objects import as_object, ids_named
from provisioner.engine.odd import guarded, odd_shape
from provisioner.engine.references import NO_IDS, Known, references
from provisioner.model.binding import Binding
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject


@frozen
class Before:
    """All releases in the histories of a target, including those of other owners.

    `retained` are the releases that are kept for running applications, and `named` are the ids to
    which they refer. A release that the retention rule deletes next is not in `retained`, so what
    it refers to may be deleted. It is in `objects`, because it records from which File each of its
    uploads was made. `has_history` is true if a kind of the target publishes releases.
    """

    objects: tuple[RemoteObject, ...] = ()
    retained: tuple[RemoteObject, ...] = ()
    named: frozenset[str] = frozenset()
    has_history: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    def of(self, owner: Owner) -> Iterator[RemoteObject]:
        return (one for one in self.objects if one.mark and one.mark.owner == owner)


def published_before(
    inventory: Inventory, bindings: Mapping[str, Binding], known: Known = NO_IDS
) -> Before:
    """Return all releases in the inventory's histories, each with the `known` ids to which it refers."""
    objects: list[RemoteObject] = []
    retained: list[RemoteObject] = []
    diagnostics: list[Diagnostic] = []
    for kind, rows in inventory.history.items():
        binding = bindings[kind]
        for row in rows:
            found, odd = guarded(row, partial(_release, kind, binding=binding))
            found = replace(found, odd=odd, refers_to=ids_named(row, known))
            if odd:
                diagnostics.append(odd_shape(str(found.address or kind), found.id, odd))
            objects.append(found)
            # A row that does not say that it may be deleted protects what it refers to.
            if row.get("retained", True):
                retained.append(found)
    named = {name for one in retained for name in references(one) if isinstance(name, str)}
    has_history = any(binding.history for binding in bindings.values())
    return Before(
        tuple(objects), tuple(retained), frozenset(named), has_history, tuple(diagnostics)
    )


def _release(kind: str, row: Row, *, binding: Binding) -> RemoteObject:
    return as_object(kind, row, binding.mark_of(row), binding)
