"""Creates, updates, forgets and deletes objects that carry a mark."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from provisioner.apply.run import Run, StepFailed, Unownable, identity
from provisioner.apply.versions import publish, restore
from provisioner.apply.writing import Writing
from provisioner.engine.answers import Written
from provisioner.engine.both_sides import compared_object
from provisioner.engine.diff import DEFAULT_VERSION, PROTECT
from provisioner.engine.documents import DOCUMENTS_FIELD
from provisioner.engine.marks import make_mark, renewed, room_for
from provisioner.engine.tracked_fields import aligned
from provisioner.engine.undeclared import accepted
from provisioner.engine.undeclared import carried as carried_over
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.errors import Ambiguous, NotFound
from provisioner.model.kind import Kind
from provisioner.model.mark import KEYS, Applied, Mark, tracked_key
from provisioner.model.plan import UNSET, Change, Reason
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Placeholder

TRIES = 3
"""The largest number of attempts to create one object, if answers are lost."""


def create(run: Run, resource: Resource, *, generation: int = 1, filled: bool = True) -> Row:
    """Create one object and return its row. A lost answer never leads to a second object.

    The row is the object as the server stores it, with our mark.
    """
    address, binding = resource.address, run.binding(resource.address)
    mark = _mark(run, resource, generation, filled=filled)
    parent = run.parent_of(resource)
    switched = {field: True for field in binding.fields.switches if resource.spec.get(field)}
    # A switch is set by a second request, so the first mark must not record its value yet.
    kept = {k: a for k, a in mark.applied.items() if k not in map(tracked_key, switched)}
    first = _writing(run, resource, replace(mark, applied=kept), parent=parent)
    row = _create_once(run, address, first.body(resource.spec), mark, parent)
    id = str(row["id"])
    run.learn(address, id)
    # The id must be known before anything else can fail, or the object would be created again.
    with run.lock:
        run.made[address, generation] = id
    row = _with_mark(run, address, id, row, parent)
    first = replace(first, id=id)
    if switched:
        # The second mark, with the value of the switch, is true only after this request.
        first.switch(switched)
        first = replace(first, written=replace(first.written, mark=mark))
        row = first.update({}, row.get("metadata") or {})
    return first.settled(row)


def update(run: Run, change: Change, *, filled: bool = True) -> Row:
    """Send the fields that differ, together with the new mark. Return the updated object.

    If `filled` is false, the digest of the documents in the mark stays as it was. Raises StepFailed
    if the server did not store the values.
    """
    resource, live = change.desired, change.live
    if resource is None or live is None:
        raise StepFailed("an update needs a desired and a live side")
    kind, binding = run.kind(change.address), run.binding(change.address)
    generation = live.mark.generation if live.mark else 1
    undeclared = _undeclared(run, change, resource, live)
    known = renewed(live.mark, resource, live.spec, kind, binding) if live.mark else None
    mark = _mark(run, resource, generation, before=known, filled=filled, undeclared=undeclared)
    # The documents are changed after the object, and their digest is written only then.
    if not filled and live.mark and (files := live.mark.of(DOCUMENTS_FIELD)):
        mark = replace(mark, applied={**mark.applied, tracked_key(DOCUMENTS_FIELD): files})
    writing = _changing(run, change, resource, live, mark)
    binding = writing.binding
    if binding.versions and {field.path for field in change.fields} == {DEFAULT_VERSION}:
        return restore(run, live)
    if binding.versions:
        body = writing.body(resource.spec, {})
        return writing.settled(publish(run, live, body, mark))
    writing.switch(writing.part)
    row = writing.update(writing.part)
    id = str(row.get("id") or live.id)
    # The id of a release is its path, which contains the resource's name. So a rename changes the
    # id.
    if id != live.id:
        run.learn(change.address, id)
    return replace(writing, id=id).settled(row)


def _writing(
    run: Run, resource: Resource, mark: Mark, *, id: str = "", parent: str = ""
) -> Writing:
    """Return the write of a whole object."""
    binding = run.binding(resource.address)
    wanted = binding.complete(resource.spec)
    room = room_for(resource, binding, mark)
    written = Written(wanted, mark, frozenset({*wanted, "metadata"}), room=room)
    return Writing(run, resource, written, id=id, parent=parent)


def _changing(
    run: Run, change: Change, resource: Resource, live: RemoteObject, mark: Mark
) -> Writing:
    """Return the write of a change, with the values that the object had before it."""
    binding = run.binding(change.address)
    whole = _writing(run, resource, mark, id=live.id, parent=live.parent)
    part = _part(change, resource, live, binding)
    before = binding.complete(run.as_it_was(aligned(live.spec, resource.spec)))
    cleared = dict(_cleared(change, resource, run.kind(change.address)))
    written = replace(
        whole.written,
        sent=frozenset({*part, "metadata"}),
        before=before,
        last=live.mark,
        cleared=cleared,
    )
    gone = frozenset(keys[1] for keys in cleared.values() if keys[0] == "metadata")
    return replace(whole, written=written, part=part, others=carried(change), gone=gone)


def _cleared(
    change: Change, resource: Resource, kind: Kind
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tracked fields that a change removes, each with the keys that lead to it."""
    for field in change.fields:
        keys = paths.parse(field.path)
        # Our own keys are the mark, which is compared by itself. A value behind a placeholder is
        # never returned, so nobody could see that it was cleared.
        if field.desired is not UNSET or keys[-1] in KEYS or isinstance(field.live, Placeholder):
            continue
        name, *item = keys
        declared = resource.spec.get(name, {} if item else UNSET)
        if item and (len(item) > 1 or name not in kind.split or item[0] in declared):
            continue
        if item or declared is UNSET:
            yield field.path, keys


def remember(
    run: Run, resource: Resource, id: str, others: Mapping[str, Any], generation: int
) -> None:
    """Write the digest of all documents into the mark of a store. Only then is the store complete.

    `others` is the present metadata of the store: the former mark, and keys of others, which stay.
    Raises StepFailed if the server did not store the mark.
    """
    before = Mark.from_metadata(others)
    mark = _mark(run, resource, generation, before=before, filled=True)
    writing = _writing(run, resource, mark, id=id)
    written = replace(writing.written, sent=frozenset(), last=before)
    writing = replace(writing, written=written, others=others)
    writing.settled(writing.update({}))


def delete(run: Run, live: RemoteObject) -> None:
    """Delete one live object of ours.

    Its files are deleted at the end of the run, if nothing uses them.
    """
    binding = run.context.bindings[live.kind]
    run.provider.delete(binding.collection, live.id, live.parent)
    with run.lock:
        run.deleted[live.id] = live
    kept = (*live.documents.values(), *live.surplus_documents)
    run.loose(document.file_id for document in kept)


def forget(run: Run, live: RemoteObject) -> None:
    """Remove our mark from an object that others still use. Raises StepFailed if the mark stays.

    An upload has no mark, so no request is sent for it. It is no longer ours when no mark of our
    objects refers to it.
    """
    binding = run.context.bindings[live.kind]
    if binding.mark_location is None or binding.mark_location.clear is None:
        with run.lock:
            run.forgotten.add(live.id)
        return
    body = binding.mark_location.clear(live.spec, live.metadata)
    row = run.provider.update(binding.collection, live.id, body, live.parent)

    def look() -> bool:
        return binding.mark_of(run.provider.get(binding.collection, live.id, live.parent)) is None

    if binding.mark_of(row) is not None and not run.patiently(look):
        raise StepFailed(
            f"the server did not remove our mark from {live.id}, so it is still ours. Plan again"
        )
    with run.lock:
        run.let_go[live.id] = live


def _undeclared(
    run: Run, change: Change, resource: Resource, live: RemoteObject
) -> dict[str, Applied]:
    """Return the digests of undeclared values for the mark.

    They are those of the live values if somebody accepted these, else those of the former baseline.
    """
    address = change.address
    sides = compared_object(resource, live, run.kind(address), run.binding(address), run.owner)
    return accepted(sides) if change.accepted else carried_over(sides)


def _mark(
    run: Run,
    resource: Resource,
    generation: int,
    *,
    before: Mark | None = None,
    filled: bool,
    undeclared: Mapping[str, Applied] | None = None,
) -> Mark:
    address = resource.address
    return make_mark(
        resource,
        run.kind(address),
        run.binding(address),
        run.owner,
        before=before,
        generation=generation,
        file_provenance=run.file_provenance(resource),
        filled=filled,
        undeclared=undeclared,
    )


def _create_once(
    run: Run, address: Address, body: Mapping[str, Any], mark: Mark, parent: str
) -> Row:
    """Create an object. After a lost answer, search for the object before the next attempt."""
    binding = run.binding(address)
    # Objects that existed before this run may have the same mark, but they are not the answer to
    # our request.
    known = {o.id for o in (*run.live.objects.values(), *run.live.surplus)}
    wanted = (mark.owner, mark.address, mark.generation)

    def find() -> Row | None:
        rows = run.provider.list(binding.collection, parent)
        mine = [r for r in rows if identity(r, binding) == wanted]
        return next((row for row in mine if str(row["id"]) not in known), None)

    for attempt in range(TRIES):
        try:
            return run.provider.create(binding.collection, body, parent)
        except Ambiguous:
            with run.lock:
                # The server may perform this request late, after the next one. The closing look
                # then deletes the second object.
                run.unanswered.add((mark.address, mark.generation))
            found: Row | None = run.until(find, run.limits.settle)
            # A create must never be sent again blindly: the first one may have been performed.
            if found is not None:
                return found
            if attempt == TRIES - 1:
                raise
    raise StepFailed("the object could not be created")


def _with_mark(run: Run, address: Address, id: str, row: Row, parent: str) -> Row:
    """Return the row of a new object as soon as it has our mark.

    Raises Unownable if the server does not store metadata. The object is deleted first.
    """
    binding = run.binding(address)

    def look() -> bool:
        nonlocal row
        with suppress(NotFound):
            row = run.provider.get(binding.collection, id, parent)
        return identity(row, binding) is not None

    if identity(row, binding) or run.patiently(look):
        return row
    # Without a mark no later run could recognise the object, and each run would create another one.
    run.provider.delete(binding.collection, id, parent)
    with run.lock:
        run.made = {key: made for key, made in run.made.items() if made != id}
    raise Unownable(
        "this server does not store metadata, so no object on it could be recognised as ours. "
        f"The new object ({id}) was deleted again, and nothing else will be created here"
    )


def _part(
    change: Change, resource: Resource, live: RemoteObject, binding: Binding
) -> dict[str, Any]:
    """Return the top-level fields that a change sends, with their desired values; None clears a field.

    Fields that share one object of the request with a changed field are included with their live
    values, because the server replaces that object as a whole. A removed tool is included as None,
    so that its resources are cleared too.
    """
    # A version that the server resolved by itself is shown, and never written back.
    meant = [field for field in change.fields if field.cause is not Reason.SERVER]
    names = dict.fromkeys(paths.parse(field.path)[0] for field in meant)
    # Metadata and the protection are in the mark, which every update sends.
    part = {n: resource.spec.get(n) for n in names if n not in ("metadata", PROTECT.split(".")[0])}
    for together in (fields for fields in binding.fields.sent_together if fields & part.keys()):
        kept = {
            name: resource.spec.get(name, live.spec.get(name)) for name in together - part.keys()
        }
        part |= {name: value for name, value in kept.items() if value is not None}
    if "tools" in part:
        gone = [key for key in live.spec.get("tools") or {} if key not in (part["tools"] or {})]
        part["tools"] = {**(part["tools"] or {}), **dict.fromkeys(gone)}
    return part


def carried(change: Change) -> dict[str, Any]:
    """Return the live metadata without the keys that this change removes."""
    removed = {
        paths.parse(field.path)[1]
        for field in change.fields
        if field.path.startswith("metadata") and field.desired is UNSET
    }
    metadata = change.live.metadata if change.live else {}
    return {key: value for key, value in metadata.items() if key not in removed}
