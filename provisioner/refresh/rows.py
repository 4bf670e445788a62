"""Rows of every collection, sorted into ours, somebody else's, and nobody's."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from provisioner.model.address import Address
from provisioner.model.carrier import unmarked
from provisioner.model.errors import NoSuchApi, NotFound, Unauthorized
from provisioner.model.kind import Form
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Provider, Row
from provisioner.model.remote import Published, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.timestamps import seconds

PARENT = "provisioner.parent"
"""Where a row of an inner collection says which object it lies inside of."""


def list_all(
    provider: Provider, forms: Mapping[str, Form], declared: set[str], pool: Executor
) -> dict[str, list[Row]]:
    """Every row of every kind that has a mark; files only where a File is declared.

    A kind that this server or this key does not have is an error only where it is declared, or
    where nothing else may be read either.
    """
    kinds = [
        kind
        for kind, form in forms.items()
        if not form.parent and (form.carrier or kind in declared)
    ]
    pending = {kind: pool.submit(provider.list, forms[kind].collection) for kind in kinds}
    rows: dict[str, list[Row]] = {}
    closed: list[Unauthorized] = []
    for kind, future in pending.items():
        try:
            rows[kind] = future.result()
        except NoSuchApi:
            if kind in declared:
                raise
            rows[kind] = []
        except Unauthorized as error:
            if kind in declared:
                raise
            closed.append(error)
    if closed and not rows:
        raise closed[0]
    return {kind: rows.get(kind, []) for kind in kinds}


def list_inner(
    provider: Provider,
    forms: Mapping[str, Form],
    owner: Owner,
    desired: Desired,
    rows: Mapping[str, Sequence[Row]],
    *,
    pool: Executor,
) -> dict[str, list[Row]]:
    """Rows that lie inside of objects of ours, by kind: one list an object.

    An unmarked one that has the name of what is declared may be ours, its mark wiped: what lies
    inside of it will tell.
    """
    found: dict[str, list[Row]] = {}
    for kind, form in forms.items():
        if not form.parent:
            continue
        outer = forms[form.parent]
        names = {r.spec.get("name") for a, r in desired.items() if a.kind == form.parent}
        marks = [(row, outer.mark_of(row)) for row in rows.get(form.parent, ())]
        ids = [
            str(row["id"])
            for row, mark in marks
            if (mark.owner == owner if mark else row.get("name") in names)
        ]
        listed = pool.map(partial(inner_rows, provider, form), ids)
        found[kind] = [row for inner in listed for row in inner]
    return found


def inner_rows(provider: Provider, form: Form, parent: str = "") -> list[Row]:
    """The rows of one collection, each with the object that it lies inside of.

    Of an object that somebody deleted meanwhile: none.
    """
    try:
        rows = provider.list(form.collection, parent)
    except NotFound:
        if not parent:
            raise
        return []
    return [{**row, PARENT: parent} for row in rows] if parent else rows


@dataclass(slots=True)
class Found:
    """Rows, read. `rows` are the foreign ones by id; `others` is what other owners hold."""

    ours: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    others: dict[Owner, set[Address]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)


def sorted_out(rows: Mapping[str, Sequence[Row]], forms: Mapping[str, Form], owner: Owner) -> Found:
    found = Found()
    for kind, row in ((k, row) for k, kind_rows in rows.items() for row in kind_rows):
        form = forms[kind]
        if form.carrier is None or not form.ours(row):
            continue
        mark = form.mark_of(row)
        if mark is None or mark.address.kind != kind:
            found.foreign.append(_foreign(kind, row))
            found.rows[str(row["id"])] = row
        elif mark.owner == owner:
            found.ours.append(as_object(kind, row, mark, form))
        else:
            found.others.setdefault(mark.owner, set()).add(mark.address)
    return found


def _foreign(kind: str, row: Row) -> RemoteObject:
    name, parent = unmarked(str(row.get("name") or "")), str(row.get(PARENT, ""))
    return RemoteObject(kind, str(row["id"]), name, {}, parent=parent)


def as_object(kind: str, row: Row, mark: Mark | None, form: Form) -> RemoteObject:
    """A row in its kind's normal form."""
    reading = form.from_wire(row)
    return RemoteObject(
        kind=kind,
        id=str(row["id"]),
        name=unmarked(str(row.get("name") or "")),
        spec=reading.spec,
        mark=mark,
        metadata=row.get("metadata") or {},
        claims=reading.claims,
        created_at=seconds(row.get("created_at")),
        expired=row.get("status") == "expired",
        parent=str(row.get(PARENT, "")),
        published=_published(row) if form.history else None,
    )


def _published(row: Row) -> Published:
    """Which of several publications a row is, and what it says of where it came from."""
    source = row.get("provenance") or {}
    copied = str(source.get("rollback_of", ""))
    return Published(
        number=int(row.get("number") or 0),
        at=seconds(row.get("created_at")),
        digest=str(row.get("digest") or ""),
        revision=str(source.get("revision", "")),
        rolled_back_to=int(copied) if copied.isdecimal() else 0,
    )
