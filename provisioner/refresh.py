"""The live side: what exists, and what of it is ours.

One list per kind, one per store of ours for its documents, and no request per object. Rows that do
not carry our mark are only counted as foreign: their content is nobody's business here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import time
from typing import Any

from provisioner.engine.claims import detached, unspoken
from provisioner.engine.primary import primary, resolver
from provisioner.engine.retired import with_retained
from provisioner.engine.units import alike
from provisioner.model.address import Address
from provisioner.model.errors import NoSuchApi
from provisioner.model.kind import Form
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Provider, Row
from provisioner.model.remote import Claim, Live, RemoteDocument, RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.timestamps import seconds
from provisioner.model.value import Reference, RemoteId, digest, leaves, walk
from provisioner.runtimes import knowledge

STORE, FILE = "vector_store", "file"
DOCUMENTS = "vector_stores/files"
ALIKE = 4
"""Fields, the name among them, that must be as declared for one that is not to be forgiven."""


def refresh(
    provider: Provider,
    forms: Mapping[str, Form],
    owner: Owner,
    desired: Desired,
    *,
    parallelism: int = 8,
    retire_after: float = 0.0,
) -> Live:
    """Read everything a plan needs to know of one target.

    `desired` says which kinds must exist there (a list that answers 404 is an error only then) and
    which names a lost mark might hide behind. What was replaced within `retire_after` seconds is
    retained where its form says so, unless nothing is desired at all. Raises ProviderError.
    """
    declared = {address.kind for address in desired}
    with _pool(parallelism) as pool:
        rows = _list_all(provider, forms, declared, pool)
        found = _sorted_out(rows, forms, owner)
        found.ours = [_with_whole_names(object_, desired) for object_ in found.ours]
        found = _recognised(found, forms, owner, desired, provider)
        ours = _with_documents(found.ours, provider, pool)
        if FILE not in rows and any(claim.address.kind == FILE for o in ours for claim in o.claims):
            rows[FILE] = provider.list(forms[FILE].collection)
    ours = [_known_again(object_, desired, rows.get(FILE, [])) for object_ in ours]
    ours += _files(ours, rows.get(FILE, []), owner)
    objects, surplus = primary(ours, desired)
    existing = {str(row["id"]) for kind_rows in rows.values() for row in kind_rows}
    resolve = resolver(objects, surplus, existing)
    live = Live(
        objects={a: replace(o, spec=walk(o.spec, resolve)) for a, o in objects.items()},
        surplus=tuple(replace(o, spec=walk(o.spec, resolve)) for o in surplus),
        foreign=tuple(found.foreign),
        others={holder: frozenset(held) for holder, held in found.others.items()},
        file_names={str(r["id"]): str(r.get("filename", "")) for r in rows.get(FILE, [])},
    )
    if not desired:
        return live
    return with_retained(live, forms, _named_before(provider, forms), time() - retire_after)


def _named_before(provider: Provider, forms: Mapping[str, Form]) -> set[str]:
    """Ids of everything that was published and is still retained refers to."""
    kept = ((form, row) for form in forms.values() for row in _history(provider, form))
    return {leaf.id for form, row in kept for leaf in leaves(form.from_wire(row).spec, RemoteId)}


def _history(provider: Provider, form: Form) -> list[Row]:
    return provider.list(form.history) if form.history else []


@contextmanager
def _pool(parallelism: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that nobody waits for once one list has failed, or somebody pressed Ctrl-C."""
    pool = ThreadPoolExecutor(max_workers=parallelism)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _list_all(
    provider: Provider, forms: Mapping[str, Form], declared: set[str], pool: ThreadPoolExecutor
) -> dict[str, list[Row]]:
    """Every row of every kind that has a mark; files only where a File is declared."""
    kinds = [kind for kind, form in forms.items() if form.markable or kind in declared]
    pending = {kind: pool.submit(provider.list, forms[kind].collection) for kind in kinds}
    rows: dict[str, list[Row]] = {}
    for kind, future in pending.items():
        try:
            rows[kind] = future.result()
        except NoSuchApi:
            if kind in declared:
                raise
            rows[kind] = []
    return rows


@dataclass(slots=True)
class _Found:
    ours: list[RemoteObject] = field(default_factory=list)
    foreign: list[RemoteObject] = field(default_factory=list)
    others: dict[Owner, set[Address]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)


def _sorted_out(
    rows: Mapping[str, Sequence[Row]], forms: Mapping[str, Form], owner: Owner
) -> _Found:
    found = _Found()
    for kind, row in ((k, row) for k, kind_rows in rows.items() for row in kind_rows):
        if not forms[kind].markable:
            continue
        mark = Mark.from_metadata(row.get("metadata") or {})
        if mark is None or mark.address.kind != kind:
            found.foreign.append(_foreign(kind, row))
            found.rows[str(row["id"])] = row
        elif mark.owner == owner:
            found.ours.append(_read(kind, row, mark, forms[kind]))
        else:
            found.others.setdefault(mark.owner, set()).add(mark.address)
    return found


def _foreign(kind: str, row: Row) -> RemoteObject:
    return RemoteObject(kind, str(row["id"]), str(row.get("name") or ""), {})


def _read(kind: str, row: Row, mark: Mark | None, form: Form) -> RemoteObject:
    reading = form.from_wire(row)
    return RemoteObject(
        kind=kind,
        id=str(row["id"]),
        name=str(row.get("name") or ""),
        spec=reading.spec,
        mark=mark,
        metadata=row.get("metadata") or {},
        claims=reading.claims,
        created_at=seconds(row.get("created_at")),
        expired=row.get("status") == "expired",
    )


def _with_whole_names(object_: RemoteObject, desired: Desired) -> RemoteObject:
    """An object whose mark had no room for the names of its files, with those names.

    A name that no manifest declares any more stays as short as it is.
    """
    short = {claim.address.name for claim in object_.claims if claim.address.name[:1] == "~"}
    if not short:
        return object_
    names = {f"~{digest(a.name)}": a.name for a in desired if a.kind == FILE}
    claims = tuple(
        replace(claim, address=Address(FILE, names.get(claim.address.name, claim.address.name)))
        for claim in object_.claims
    )
    return replace(object_, spec=_renamed(object_.spec, names), claims=claims)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {names.get(key, key): _renamed(item, names) for key, item in value.items()}


def _known_again(object_: RemoteObject, desired: Desired, rows: Sequence[Row]) -> RemoteObject:
    """An object that speaks for files of ours which an edit has made anonymous."""
    attached = tuple(unspoken(object_, desired, rows))
    names = {claim.file_id: claim.address.name for claim in attached}
    found = (*attached, *detached(object_, desired, rows))
    if not found:
        return object_
    spec = _renamed(object_.spec, names)
    return replace(object_, spec=spec, claims=(*object_.claims, *found))


def _recognised(
    found: _Found, forms: Mapping[str, Form], owner: Owner, desired: Desired, provider: Provider
) -> _Found:
    """Take back objects whose mark was wiped.

    An unmarked object that has the name of a resource which is nowhere else, and every field of it
    as the manifest says, but for one perhaps, is that resource: its metadata was replaced. It stands under its address
    with no mark, which the diff shows as drift. Anything less alike stays foreign. A store has too
    few fields to be known by: its documents have to say whose it is.
    """
    held = {object_.address for object_ in found.ours}
    lost = {
        (address.kind, str(resource.spec.get("name"))): resource
        for address, resource in desired.items()
        if address not in held and address.kind in forms and forms[address.kind].markable
    }
    if not lost:
        return found
    # Stores first: an assistant is known again by the store that it refers to.
    for foreign in sorted(found.foreign, key=lambda object_: object_.kind != STORE):
        resource = lost.get((foreign.kind, foreign.name))
        if resource is None:
            continue
        form = forms[foreign.kind]
        twin = _read(foreign.kind, found.rows[foreign.id], None, form)
        if _is_twin(twin, resource, form, found.ours) and _holds(twin, resource, provider):
            placeholder = Mark(owner, resource.address, intact=False)
            found.ours.append(replace(twin, mark=placeholder))
            found.foreign.remove(foreign)
            del lost[foreign.kind, foreign.name]
    return found


def _is_twin(
    twin: RemoteObject, resource: Resource, form: Form, ours: Iterable[RemoteObject]
) -> bool:
    ids = {o.id: Reference(o.address) for o in ours if o.address}
    claimed = {claim.file_id: claim.address for o in ours for claim in o.claims}

    def named(leaf: Any) -> Any:
        if isinstance(leaf, RemoteId):
            address = claimed.get(leaf.id)
            return Reference(address) if address else ids.get(leaf.id, leaf)
        return leaf

    mine, theirs = form.complete(resource.spec), form.complete(walk(twin.spec, named))
    fields = set(mine) - form.per_run - form.unread - {"metadata"}
    met = [
        alike(_comparable(mine[name]), _comparable(theirs.get(name, form.defaults.get(name))))
        for name in fields
    ]
    return all(met) or (met.count(False) == 1 and met.count(True) >= ALIKE)


def _holds(twin: RemoteObject, resource: Resource, provider: Provider) -> bool:
    """Whether a store holds a document of the resource, with our word on it."""
    if twin.kind != STORE:
        return True
    read = map(knowledge.document_from_wire, provider.list(DOCUMENTS, twin.id))
    return any(document and document.path in resource.documents for document in read)


def _comparable(value: Any) -> Any:
    """A value without the attached files: what they are was said by the mark that is gone."""
    if isinstance(value, Mapping):
        return {key: _comparable(item) for key, item in value.items() if key != "files"}
    return value


def _with_documents(
    ours: list[RemoteObject], provider: Provider, pool: ThreadPoolExecutor
) -> list[RemoteObject]:
    stores = [o for o in ours if o.kind == STORE and not o.expired]
    listed = pool.map(lambda store: provider.list(DOCUMENTS, store.id), stores)
    filled = {store.id: _filled(store, rows) for store, rows in zip(stores, listed, strict=True)}
    return [filled.get(o.id, o) for o in ours]


def _filled(store: RemoteObject, rows: Sequence[Row]) -> RemoteObject:
    """A store with its documents. Of two at one path, the newest completed one counts."""
    documents: dict[str, RemoteDocument] = {}
    surplus: list[RemoteDocument] = []
    read = [(row, knowledge.document_from_wire(row)) for row in rows]
    for _, document in sorted(
        ((row, doc) for row, doc in read if doc),
        key=lambda pair: (pair[1].status == "completed", seconds(pair[0].get("created_at"))),
    ):
        if document.path in documents:
            surplus.append(documents[document.path])
        documents[document.path] = document
    chunking = knowledge.chunking_from_wire([row for row, doc in read if doc])
    return replace(
        store,
        spec={**store.spec, "chunking_strategy": chunking} if chunking else store.spec,
        documents=documents,
        surplus_documents=tuple(surplus),
        foreign_documents=tuple(str(row["id"]) for row, doc in read if doc is None),
        claims=tuple(
            Claim(doc.file_id, doc.source, doc.sha256) for doc in documents.values() if doc.source
        ),
    )


def _files(ours: Iterable[RemoteObject], rows: Iterable[Row], owner: Owner) -> list[RemoteObject]:
    """File objects: a live file that something of ours claims to hold a File's content."""
    claims: dict[str, Claim] = {}
    for said in (claim for object_ in ours for claim in object_.claims):
        known = claims.get(said.file_id)
        if known is None or len(said.sha256) > len(known.sha256):
            claims[said.file_id] = said
    return [
        RemoteObject(
            kind=FILE,
            id=str(row["id"]),
            name=str(row.get("filename") or ""),
            spec={},
            mark=Mark(owner, claim.address),
            documents={"": RemoteDocument(str(row["id"]), "", claim.sha256)},
            created_at=seconds(row.get("created_at")),
        )
        for row in rows
        for claim in [claims.get(str(row["id"]))]
        if claim is not None and claim.address.kind == FILE
    ]
