"""Marked objects: made once, changed by exactly what differs, and read back."""

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from provisioner.apply.run import Run, StepFailed, Unownable, identity
from provisioner.engine import paths
from provisioner.engine.diff import PROTECT
from provisioner.engine.documents import UNIT
from provisioner.engine.marks import make_mark
from provisioner.engine.units import remembered
from provisioner.model.address import Address
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Ambiguous, Invalid, NotFound
from provisioner.model.kind import Form
from provisioner.model.mark import KEYS, Mark, unit_key
from provisioner.model.plan import UNSET, Change
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Spec, revealed

TRIES = 3


def create(run: Run, resource: Resource, *, generation: int = 1, filled: bool = True) -> Row:
    """Make one object and return it. Never twice: see `_create_once`."""
    address = resource.address
    mark = _mark(run, resource, generation, filled=filled)
    body = run.form(address).to_wire(resource.spec, run.id_of)
    body["metadata"] = {**revealed(resource.spec.get("metadata") or {}), **mark.to_metadata()}
    row = _create_once(run, address, body, mark)
    id = str(row["id"])
    run.learn(address, id)
    with run.lock:
        run.made[address, generation] = id
    row = _with_mark(run, address, id, row)
    return _settled(run, resource, row, mark, sent=resource.spec)


def update(run: Run, change: Change, *, filled: bool = True) -> Row:
    """Send what differs, with the mark that goes with it, and return what it became.

    With `filled` false the mark goes on remembering the documents that it remembered.
    """
    resource, live = change.desired, change.live
    if resource is None or live is None:
        raise StepFailed("an update needs both sides")
    generation = live.mark.generation if live.mark else 1
    mark = _mark(run, resource, generation, before=live.mark, filled=filled)
    if not filled and live.mark and (files := live.mark.of(UNIT)):
        mark = replace(mark, applied={**mark.applied, unit_key(UNIT): files})
    form = run.form(change.address)
    part = _part(change, resource, live, form)
    body = form.to_wire(part, run.id_of)
    body["metadata"] = _metadata(resource, carried(change), mark)
    try:
        row = run.provider.update(form.collection, live.id, body)
    except NotFound as error:
        raise StepFailed(f"{live.id} is gone: it was deleted after the plan was made") from error
    except Invalid as error:
        if "required" not in str(error).lower():
            raise
        # Some compatible servers want the whole body in every update.
        whole = form.to_wire(resource.spec, run.id_of)
        row = run.provider.update(form.collection, live.id, {**whole, **body})
    return _settled(run, resource, row, mark, sent={*part, "metadata"})


def remember(
    run: Run, resource: Resource, id: str, others: Mapping[str, Any], generation: int
) -> None:
    """Write into a store's mark that every document is there: that makes it complete.

    `others` is the metadata as it stands: the mark until now, and what stays beside it.
    """
    mark = _mark(run, resource, generation, before=Mark.from_metadata(others), filled=True)
    body = {"metadata": _metadata(resource, others, mark)}
    run.provider.update(run.form(resource.address).collection, id, body)


def delete(run: Run, live: RemoteObject) -> None:
    """Remove one live object of ours; what its documents were made of becomes loose."""
    form = run.ground.forms[live.kind]
    run.provider.delete(form.collection, live.id)
    kept = (*live.documents.values(), *live.surplus_documents)
    run.loose(document.file_id for document in kept)


def sweep_duplicates(run: Run) -> list[tuple[Address, str]]:
    """List once more what was made, and remove every second object of one address and generation.

    A create whose answer came late may have made one. The one that others already refer to stays.
    """
    removed: list[tuple[Address, str]] = []
    for kind in {address.kind for address, _ in run.made}:
        collection = run.ground.forms[kind].collection
        for row in run.provider.list(collection):
            found = identity(row)
            if found is None or found[0] != run.owner:
                continue
            kept = run.made.get(found[1:])
            if kept is not None and kept != str(row["id"]):
                run.provider.delete(collection, str(row["id"]))
                removed.append((found[1], str(row["id"])))
    return removed


def _mark(
    run: Run, resource: Resource, generation: int, *, before: Mark | None = None, filled: bool
) -> Mark:
    address = resource.address
    return make_mark(
        resource,
        run.kind(address),
        run.form(address),
        run.owner,
        before=before,
        generation=generation,
        claims=run.claims(resource),
        filled=filled,
    )


def _create_once(run: Run, address: Address, body: Mapping[str, Any], mark: Mark) -> Row:
    """Create, and where the answer is lost, look for the object before asking again."""
    collection = run.form(address).collection
    known = {o.id for o in (*run.live.objects.values(), *run.live.surplus)}
    wanted = (mark.owner, mark.address, mark.generation)

    def find() -> Row | None:
        rows = run.provider.list(collection)
        mine = [r for r in rows if identity(r) == wanted]
        return next((row for row in mine if str(row["id"]) not in known), None)

    for attempt in range(TRIES):
        try:
            return run.provider.create(collection, body)
        except Ambiguous:
            found: Row | None = run.until(find, run.limits.settle)
            if found is not None:
                return found
            if attempt == TRIES - 1:
                raise
    raise StepFailed("it could not be created")


def _with_mark(run: Run, address: Address, id: str, row: Row) -> Row:
    """The row, if its mark arrived. Some servers take metadata and do not keep it."""
    if identity(row):
        return row
    collection = run.form(address).collection
    row = run.provider.get(collection, id)
    if identity(row):
        return row
    run.provider.delete(collection, id)
    with run.lock:
        run.made = {key: made for key, made in run.made.items() if made != id}
    raise Unownable(
        "this server does not keep metadata, so nothing on it can be told to be ours. The object "
        f"just made ({id}) was deleted again and nothing else will be made here"
    )


def _settled(run: Run, resource: Resource, row: Row, mark: Mark, *, sent: Container[str]) -> Row:
    """Compare what the server returned with what was sent; remember both where they differ."""
    address, form = resource.address, run.form(resource.address)
    got = form.complete(run.named(form.from_wire(row).spec))
    wanted, kind = form.complete(resource.spec), run.kind(address)
    learnt = remembered(wanted, got, kind, form, before=mark.applied, sent=sent)
    changed = {key for key, applied in learnt.items() if mark.applied.get(key) != applied}
    if not changed:
        return row
    fields = [name for name in wanted if _units(name, wanted, kind.keyed) & changed]
    run.emit(
        warning(
            f"the server keeps {', '.join(fields) or 'a field'} of {address} otherwise than sent",
            "What it returned is remembered in the mark, so it will not show as a difference.",
            resource.origin,
        )
    )
    documents = {key: mark.applied[key] for key in {unit_key(UNIT)} & set(mark.applied)}
    mark = replace(mark, applied={**learnt, **documents})
    metadata = {**(row.get("metadata") or {}), **mark.to_metadata()}
    return run.provider.update(form.collection, str(row["id"]), {"metadata": metadata})


def _units(name: str, spec: Spec, keyed: tuple[tuple[str, ...], ...]) -> set[str]:
    """How a mark may spell a field: as a whole, or item by item."""
    items = spec[name] if isinstance(spec[name], Mapping) else {}
    units = [name, *(paths.render((name, str(key)), keyed) for key in items)]
    return {unit_key(unit) for unit in units}


def _part(change: Change, resource: Resource, live: RemoteObject, form: Form) -> dict[str, Any]:
    """The top-level fields that a change touches: desired, or None to clear.

    With a field come those that share its object on the wire, as they are. Items that go away stand in their mapping as None, so that what belongs to them is cleared too.
    """
    names = dict.fromkeys(paths.parse(field.path)[0] for field in change.fields)
    part = {n: resource.spec.get(n) for n in names if n not in ("metadata", PROTECT.split(".")[0])}
    for together in (fields for fields in form.joint if fields & part.keys()):
        kept = {
            name: resource.spec.get(name, live.spec.get(name)) for name in together - part.keys()
        }
        part |= {name: value for name, value in kept.items() if value is not None}
    if "tools" in part:
        gone = [key for key in live.spec.get("tools") or {} if key not in (part["tools"] or {})]
        part["tools"] = {**(part["tools"] or {}), **dict.fromkeys(gone)}
    return part


def carried(change: Change) -> dict[str, Any]:
    """Metadata that stays as it is: keys that no manifest names, nor named."""
    removed = {
        paths.parse(field.path)[1]
        for field in change.fields
        if field.path.startswith("metadata") and field.desired is UNSET
    }
    metadata = change.live.metadata if change.live else {}
    return {key: value for key, value in metadata.items() if key not in removed}


def _metadata(resource: Resource, others: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    """The whole map, as it is sent: the API replaces it."""
    theirs = {key: value for key, value in others.items() if key not in KEYS}
    return {**theirs, **revealed(resource.spec.get("metadata") or {}), **mark.to_metadata()}
