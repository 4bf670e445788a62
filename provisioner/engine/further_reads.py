"""Says what must be read of a target beside the lists of its objects.

The inventory asks these functions when it has read the lists: documents of stores, objects inside
of other objects, and uploads cost requests of their own, and most plans need few of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from provisioner.engine.classify import sorted_out
from provisioner.engine.live_objects import is_expired, with_documents
from provisioner.engine.marks import FILES
from provisioner.engine.odd import FAILURES
from provisioner.engine.published import published_before
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired


def parents_of(rows: Iterable[Row], binding: Binding, owner: Owner) -> list[str]:
    """Return the ids of our objects of a kind whose objects contain other objects."""
    return [str(row["id"]) for row, _ in _of_owner(rows, binding, owner)]


def holders_of(rows: Iterable[Row], binding: Binding, owner: Owner, desired: Desired) -> list[str]:
    """Return the ids of our objects whose documents must be read.

    An expired store is left out, because it is empty. A store whose row says that it is empty is
    read only if a manifest declares documents for it, because some servers update that count late.
    """
    # The mark of a renamed store still has an earlier address.
    wanted = {a for own, r in desired.items() if r.documents for a in (own, *r.formerly)}
    return [
        str(row["id"])
        for row, address in _of_owner(rows, binding, owner)
        if not is_expired(row)
        # Each list of documents is a request, so it is read only where it may matter.
        if address in wanted or not (binding.documents and binding.documents.is_empty(row))
    ]


def _of_owner(rows: Iterable[Row], binding: Binding, owner: Owner) -> Iterator[tuple[Row, Address]]:
    for row in rows:
        mark = binding.mark_of(row)
        if mark is not None and mark.owner == owner:
            yield row, mark.address


def speaks_of_files(inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner) -> bool:
    """Return true if the list of uploads is needed.

    That is so if the mark of one of our objects names the File of an upload. It is also so if a
    store of ours contains a file without our attributes, because the file's name may prove that it
    is ours. Only objects that can have documents or such a mark are examined, to save time.
    """
    return any(
        found.foreign_documents or found.file_provenance
        for found in _speakers(inventory, bindings, owner)
    )


def _speakers(
    inventory: Inventory, bindings: Mapping[str, Binding], owner: Owner
) -> Iterator[RemoteObject]:
    speaking = replace(
        inventory,
        rows={
            kind: tuple(row for row in rows if _may_speak(row, bindings[kind]))
            for kind, rows in inventory.rows.items()
        },
    )
    yield from with_documents(sorted_out(speaking, bindings, owner).ours, inventory, bindings)
    yield from published_before(inventory, bindings).of(owner)


def _may_speak(row: Row, binding: Binding) -> bool:
    """Return true for an object that can have documents, or whose mark names Files."""
    if binding.documents:
        return True
    try:
        mark = binding.mark_of(row)
    except FAILURES:
        return True  # `sorted_out` reads the row again and leaves out the field at fault
    return mark is not None and FILES in mark.settings
