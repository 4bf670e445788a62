"""Inventory -> Live: what of everything that was read is ours, and what its marks say. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from provisioner.engine import files
from provisioner.engine.primary import primary, resolver
from provisioner.engine.published import published_before
from provisioner.engine.recognised import recognised
from provisioner.engine.retired import with_everything_retained, with_retained
from provisioner.engine.rows import as_object, as_stranger, is_expired, with_documents
from provisioner.model.inventory import Inventory
from provisioner.model.kind import Form
from provisioner.model.mark import Owner
from provisioner.model.provider import Row
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.value import walk

FILE = files.FILE


def classify(
    inventory: Inventory,
    forms: Mapping[str, Form],
    owner: Owner,
    desired: Desired,
    *,
    retire_after: float | None = None,
) -> Live:
    """Sort what was read into ours, somebody else's and nobody's.

    What was replaced within `retire_after` seconds before the inventory was read, or is named by a
    release that is retained, is marked as retained where its form says so; nothing is where
    `retire_after` is None.
    """
    known = ids_of(inventory)
    found = sorted_out(inventory, forms, owner, known)
    found.ours = [files.with_whole_names(object_, desired) for object_ in found.ours]
    found = recognised(found, inventory, forms, owner, desired)
    ours = with_documents(found.ours, inventory, forms)
    published = published_before(inventory, forms, known)
    before = [files.with_whole_names(object_, desired) for object_ in published.of(owner)]
    uploads = inventory.rows.get(FILE, ())
    ours = [files.known_again(object_, desired, uploads) for object_ in ours]
    ours += files.claimed(ours, before, uploads, owner)
    objects, surplus = primary(ours, desired)
    resolve = resolver(objects, surplus, listed_ids(inventory))
    live = Live(
        objects={a: replace(o, spec=walk(o.spec, resolve)) for a, o in objects.items()},
        surplus=tuple(replace(o, spec=walk(o.spec, resolve)) for o in surplus),
        foreign=tuple(found.foreign),
        elsewhere=tuple(found.elsewhere),
        bystanders=tuple(found.bystanders),
        releases=published.retained,
        file_names={str(r["id"]): str(r.get("filename", "")) for r in uploads},
    )
    if retire_after is None:
        return live
    live = with_retained(live, forms, published.named, inventory.read_at - retire_after)
    there = published.objects or not published.kept  # a tombstone, or a stranger's, is enough
    return live if there else with_everything_retained(live, forms)


@dataclass(slots=True)
class Found:
    """Rows, read. `rows` are the foreign ones by id; `elsewhere` is what other owners hold."""

    ours: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    elsewhere: list[RemoteObject] = field(default_factory=list)
    bystanders: list[RemoteObject] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)


def sorted_out(
    inventory: Inventory, forms: Mapping[str, Form], owner: Owner, known: Collection[str] = ()
) -> Found:
    """The rows of every kind that carries a mark, by whose they are.

    `known` are the ids of which each is to say whether it refers to them.
    """
    found = Found()
    for kind, row in ((k, row) for k, rows in inventory.rows.items() for row in rows):
        form = forms[kind]
        if form.carrier is None:
            continue
        if not form.ours(row):
            found.bystanders.append(as_stranger(kind, row, known=known))
            continue
        mark = form.mark_of(row)
        if mark is None or mark.address.kind != kind:
            found.foreign.append(as_stranger(kind, row, known=known))
            found.rows[str(row["id"])] = row
        elif mark.owner == owner:
            found.ours.append(as_object(kind, row, mark, form, known))
        else:
            found.elsewhere.append(as_stranger(kind, row, mark, known))
    return found


def listed_ids(inventory: Inventory) -> dict[str, set[str]]:
    """The ids of each kind that was listed, whether or not anything was found."""
    return {
        kind: {str(row["id"]) for row in rows}
        for kind, rows in inventory.rows.items()
        if kind not in inventory.unread
    }


def ids_of(inventory: Inventory) -> set[str]:
    """The ids of everything that was seen, objects and files of stores alike."""
    ids = {str(row["id"]) for rows in inventory.rows.values() for row in rows}
    return ids | {str(row["id"]) for rows in inventory.documents.values() for row in rows or ()}


def holders_to_read(
    kind: str, rows: Iterable[Row], form: Form, owner: Owner, desired: Desired
) -> list[str]:
    """Ids of the objects whose inside has to be read: ours, and those that may be ours.

    An unmarked one that has the name of what is declared may be ours, its mark wiped: what lies
    inside of it will tell.
    """
    names = {r.spec.get("name") for a, r in desired.items() if a.kind == kind}
    marks = [(row, form.mark_of(row)) for row in rows if not is_expired(row)]
    return [
        str(row["id"])
        for row, mark in marks
        if (mark.owner == owner if mark else row.get("name") in names)
    ]


def speaks_of_files(inventory: Inventory, forms: Mapping[str, Form], owner: Owner) -> bool:
    """Whether something of ours says of a file that it is the content of a File."""
    return any(
        claim.address.kind == FILE
        for found in _speakers(inventory, forms, owner)
        for claim in found.claims
    )


def _speakers(
    inventory: Inventory, forms: Mapping[str, Form], owner: Owner
) -> Iterator[RemoteObject]:
    yield from with_documents(sorted_out(inventory, forms, owner).ours, inventory, forms)
    yield from published_before(inventory, forms).of(owner)
