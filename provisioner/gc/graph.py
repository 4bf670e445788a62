"""Finds the objects of an account in an inventory, each with its mark and the ids it refers to.

A noun is the word for one object of a collection, such as `container` (see Listable).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from provisioner.engine.odd import FAILURES
from provisioner.engine.references import Known, ids_in
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.leaks import Account, Listable
from provisioner.model.mark import Mark
from provisioner.model.provider import Row

NOTHING: frozenset[str] = frozenset()
Reader = Callable[[Row], Mark | None]
"""A function that returns the mark of a row, None if the row has no readable mark."""


@frozen
class Thing:
    """One object of an account, as it was read.

    `names` are the ids of other objects that occur anywhere in what was read of it.
    """

    listable: Listable
    id: str
    row: Row
    mark: Mark | None = None
    names: frozenset[str] = NOTHING

    @property
    def noun(self) -> str:
        return self.listable.name

    def __str__(self) -> str:
        return f"{self.noun} {self.id}"


@frozen
class AccountGraph:
    """The objects of an account, and the references between them.

    `named_by` has, for each id to which anything refers, the objects that refer to it.
    `named_by_nameless` are the ids to which a kept release or an object without an id refers.
    """

    things: tuple[Thing, ...]
    named_by: Mapping[str, tuple[Thing, ...]] = field(default_factory=dict)
    named_by_nameless: frozenset[str] = NOTHING


def graph_of(
    inventory: Inventory, account: Account, marks: Mapping[str, Reader | None]
) -> AccountGraph:
    """Return the graph of an inventory. `marks` has the function that reads a mark, by noun."""
    known = Known.of({str(row["id"]) for rows in inventory.rows.values() for row in rows})
    things = tuple(_things(inventory, account, marks, known))
    namers: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        for id in thing.names:
            namers[id].append(thing)
    return AccountGraph(
        things,
        {id: tuple(found) for id, found in namers.items()},
        frozenset(id for row in _anonymous(inventory) for id in ids_in(row, known)),
    )


def _things(
    inventory: Inventory, account: Account, marks: Mapping[str, Reader | None], known: Known
) -> Iterator[Thing]:
    for noun, rows in inventory.rows.items():
        listable = account.listables[noun]
        read = marks.get(noun)
        for row in rows:
            id = str(row["id"])
            # A file refers to nothing, and accounts have more files than anything else, so the
            # search is skipped.
            names = NOTHING if listable.is_file else ids_in(row, known) - {id}
            # A store does not name its files in its own row, only in the list of its files.
            if documents := inventory.documents.get(id):
                names |= {str(one["id"]) for one in documents}
            yield Thing(listable, id, row, _mark(row, read), names)


def _mark(row: Row, read: Reader | None) -> Mark | None:
    if read is None:
        return None
    try:
        return read(row)
    except FAILURES:
        # The mark cannot be read, but the objects to which this one refers are in use all the same.
        return None


def _anonymous(inventory: Inventory) -> Iterable[Row]:
    """Yield rows that may refer to other objects but are no objects: rows without an id, kept releases."""
    for rows in inventory.nameless.values():
        yield from rows
    # A release that the retention rule drops needs nothing any more.
    for rows in inventory.history.values():
        yield from (row for row in rows if row.get("retained", True))
