"""Marked objects: made once, changed by exactly what differs, and read back."""

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from provisioner.apply.run import Run, StepFailed, Unownable, identity
from provisioner.apply.versions import publish
from provisioner.engine.diff import PROTECT
from provisioner.engine.documents import UNIT
from provisioner.engine.marks import make_mark, room_for
from provisioner.engine.units import remembered
from provisioner.inventory.lists import inner_rows
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Ambiguous, Invalid, NotFound
from provisioner.model.inventory import PARENT
from provisioner.model.kind import Form
from provisioner.model.mark import Mark, unit_key
from provisioner.model.plan import UNSET, Change, Reason
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Spec

TRIES = 3


def create(run: Run, resource: Resource, *, generation: int = 1, filled: bool = True) -> Row:
    """Make one object and return it. Never twice: see `_create_once`."""
    address, form = resource.address, run.form(resource.address)
    mark = _mark(run, resource, generation, filled=filled)
    parent = run.parent_of(resource)
    switched = [field for field in form.switches if resource.spec.get(field)]
    # What a second request does is remembered when it is done.
    kept = {k: a for k, a in mark.applied.items() if k not in map(unit_key, switched)}
    body = _body(run, resource, resource.spec, {}, replace(mark, applied=kept))
    row = _create_once(run, address, body, mark, parent)
    id = str(row["id"])
    run.learn(address, id)
    with run.lock:
        run.made[address, generation] = id
    row = _with_mark(run, address, id, row, parent)
    for field in switched:
        run.provider.action(form.collection, id, form.switches[field][True], {}, parent)
    if switched and form.carrier:
        body = form.carrier.write({}, resource.spec, row.get("metadata") or {}, mark)
        row = run.provider.update(form.collection, id, body, parent)
    return _settled(run, resource, row, mark, sent=resource.spec, parent=parent)


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
    if form.versions:
        return publish(run, live, _body(run, resource, resource.spec, {}, mark), mark)
    part = _part(change, resource, live, form)
    body = _body(run, resource, part, carried(change), mark)
    try:
        for field in form.switches.keys() & part.keys():
            verb = form.switches[field][bool(part[field])]
            run.provider.action(form.collection, live.id, verb, {}, live.parent)
        row = run.provider.update(form.collection, live.id, body, live.parent)
    except NotFound as error:
        raise StepFailed(f"{live.id} is gone: it was deleted after the plan was made") from error
    except Invalid as error:
        if "required" not in str(error).lower():
            raise
        # Some compatible servers want the whole body in every update.
        whole = form.to_wire(resource.spec, run.id_of)
        row = run.provider.update(form.collection, live.id, {**whole, **body}, live.parent)
    return _settled(run, resource, row, mark, sent={*part, "metadata"}, parent=live.parent)


def _body(
    run: Run, resource: Resource, part: Spec, others: Mapping[str, Any], mark: Mark
) -> dict[str, Any]:
    """What a create or an update of `part` sends, contents of files and mark included."""
    form = run.form(resource.address)
    body = run.loaded(form.to_wire(part, run.id_of))
    return form.carrier.write(body, resource.spec, others, mark) if form.carrier else body


def remember(
    run: Run, resource: Resource, id: str, others: Mapping[str, Any], generation: int
) -> None:
    """Write into a store's mark that every document is there: that makes it complete.

    `others` is the metadata as it stands: the mark until now, and what stays beside it.
    """
    mark = _mark(run, resource, generation, before=Mark.from_metadata(others), filled=True)
    form = run.form(resource.address)
    body = form.carrier.write({}, resource.spec, others, mark) if form.carrier else {}
    run.provider.update(form.collection, id, body)


def delete(run: Run, live: RemoteObject) -> None:
    """Remove one live object of ours; what its documents were made of becomes loose."""
    form = run.ground.forms[live.kind]
    run.provider.delete(form.collection, live.id, live.parent)
    kept = (*live.documents.values(), *live.surplus_documents)
    run.loose(document.file_id for document in kept)


def sweep_duplicates(run: Run) -> list[tuple[Address, str]]:
    """List once more where an answer was lost, and remove every second object of that generation.

    A create whose answer came late may have made one. The one that others already refer to stays.
    A second object of anything else was made by another run. Both would take the other's away, and
    nothing would be left: it is for the next plan to say which one stays.
    """
    removed: list[tuple[Address, str]] = []
    for kind in {address.kind for address, _ in run.unanswered}:
        form = run.ground.forms[kind]
        outer = [id for address, id in run.ids.items() if address.kind == form.parent]
        for row in (
            row for parent in outer or [""] for row in inner_rows(run.provider, form, parent)
        ):
            found = identity(row, form)
            if found is None or found[0] != run.owner:
                continue
            kept = run.made.get(found[1:]) if found[1:] in run.unanswered else None
            if kept is not None and kept != str(row["id"]):
                run.provider.delete(form.collection, str(row["id"]), str(row.get(PARENT, "")))
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


def _create_once(
    run: Run, address: Address, body: Mapping[str, Any], mark: Mark, parent: str
) -> Row:
    """Create, and where the answer is lost, look for the object before asking again."""
    form = run.form(address)
    known = {o.id for o in (*run.live.objects.values(), *run.live.surplus)}
    wanted = (mark.owner, mark.address, mark.generation)

    def find() -> Row | None:
        rows = run.provider.list(form.collection, parent)
        mine = [r for r in rows if identity(r, form) == wanted]
        return next((row for row in mine if str(row["id"]) not in known), None)

    for attempt in range(TRIES):
        try:
            return run.provider.create(form.collection, body, parent)
        except Ambiguous:
            with run.lock:
                run.unanswered.add((mark.address, mark.generation))
            found: Row | None = run.until(find, run.limits.settle)
            if found is not None:
                return found
            if attempt == TRIES - 1:
                raise
    raise StepFailed("it could not be created")


def _with_mark(run: Run, address: Address, id: str, row: Row, parent: str) -> Row:
    """The row, if its mark arrived. Some servers take metadata and do not keep it."""
    form = run.form(address)
    if identity(row, form):
        return row
    row = run.provider.get(form.collection, id, parent)
    if identity(row, form):
        return row
    run.provider.delete(form.collection, id, parent)
    with run.lock:
        run.made = {key: made for key, made in run.made.items() if made != id}
    raise Unownable(
        "this server does not keep metadata, so nothing on it can be told to be ours. The object "
        f"just made ({id}) was deleted again and nothing else will be made here"
    )


def _settled(
    run: Run, resource: Resource, row: Row, mark: Mark, *, sent: Container[str], parent: str = ""
) -> Row:
    """Compare what the server returned with what was sent; remember both where they differ."""
    address, form = resource.address, run.form(resource.address)
    got = form.complete(run.named(form.from_wire(row).spec))
    wanted, kind = form.complete(resource.spec), run.kind(address)
    room = room_for(resource, form, mark)
    learnt = remembered(wanted, got, kind, form, before=mark.applied, sent=sent, room=room)
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
    if form.carrier is None:
        return row
    body = form.carrier.write({}, resource.spec, row.get("metadata") or {}, mark)
    return run.provider.update(form.collection, str(row["id"]), body, parent)


def _units(name: str, spec: Spec, keyed: tuple[tuple[str, ...], ...]) -> set[str]:
    """How a mark may spell a field: as a whole, or item by item."""
    items = spec[name] if isinstance(spec[name], Mapping) else {}
    units = [name, *(paths.render((name, str(key)), keyed) for key in items)]
    return {unit_key(unit) for unit in units}


def _part(change: Change, resource: Resource, live: RemoteObject, form: Form) -> dict[str, Any]:
    """The top-level fields that a change touches: desired, or None to clear.

    With a field come those that share its object on the wire, as they are. Items that go away stand
    in their mapping as None, so that what belongs to them is cleared too.
    """
    meant = [field for field in change.fields if field.cause is not Reason.SERVER]
    names = dict.fromkeys(paths.parse(field.path)[0] for field in meant)
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
