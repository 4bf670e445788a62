"""Compares desired and live resource by resource, and returns the changes, deletions included."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.both_sides import differing_fields_of
from provisioner.engine.compare import differences
from provisioner.engine.documents import document_changes, new_documents
from provisioner.engine.resending import resent
from provisioner.engine.retired import is_retired
from provisioner.engine.secrets import is_masked, with_secrets
from provisioner.engine.tracked_fields import TrackedField
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import ADDRESS, APPLIED, OWNER, SETTINGS, Mark, Owner
from provisioner.model.plan import (
    NOT_KNOWN,
    UNSET,
    Action,
    Change,
    DocumentChange,
    FieldChange,
    Reason,
)
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.value import Reference, is_sensitive, references

CONTENT = "content"
DEFAULT_VERSION = "default_version"
"""The path of the change that makes our newest version the default again."""

RENAMED = f"metadata[{ADDRESS}]"
"""The path of the change that writes the new address of a renamed resource into the mark."""
PROTECT = "lifecycle.prevent_destroy"


def diff(
    desired: Desired,
    live: Live,
    kinds: Mapping[str, Kind],
    bindings: Mapping[str, Binding],
    owner: Owner,
    *,
    resend: frozenset[Address] = frozenset(),
) -> list[Change]:
    """Return every change that makes `live` what `desired` says, ordered by address.

    No-ops are included. Objects at the addresses in `resend` are sent again even if they do not
    differ.
    """
    changes = [
        _change(
            resource, live.objects.get(address), kinds[address.kind], bindings[address.kind], owner
        )
        for address, resource in desired.items()
    ]
    changes += [
        Change(
            address, Action.DELETE, _reason_to_go(found, live, bindings, Reason.ORPHAN), live=found
        )
        for address, found in live.objects.items()
        if address not in desired and not found.retained
    ]
    changes += [
        Change(
            address,
            Action.DELETE,
            _reason_to_go(found, live, bindings, Reason.DUPLICATE),
            live=found,
        )
        for found in live.surplus
        if (address := found.address) and not found.retained
    ]
    changes = list(_with_new_references(resent(changes, resend, kinds, bindings), kinds))
    changes = [_held(change) for change in changes]
    return sorted(
        # Duplicates have one address, so their ids put them in order.
        changes,
        key=lambda change: (change.address, change.live.id if change.live else ""),
    )


def _change(
    resource: Resource, live: RemoteObject | None, kind: Kind, binding: Binding, owner: Owner
) -> Change:
    address = resource.address
    if live is None:
        fields, documents = tuple(_created(resource, binding)), _documents(resource, live, binding)
        return Change(address, Action.CREATE, Reason.MANIFEST, fields, documents, resource)
    fields = tuple(_fields(resource, live, kind, binding, owner))
    documents = _documents(resource, live, binding)
    # An expired object has lost its content, so an update could not bring it back.
    if live.expired:
        return Change(address, Action.REPLACE, Reason.EXPIRED, fields, (), resource, live)
    action = Action.NO_OP
    if any(kind.immutable & {field.path, paths.parse(field.path)[0]} for field in fields):
        # The new object is filled completely, so no changes of documents are planned.
        action, documents = Action.REPLACE, ()
        # Applications may still use the old object, so a later plan deletes it, not this replace.
        live = replace(live, retained=binding.retires)
    elif documents or any(field.cause is not Reason.SERVER for field in fields):
        action = Action.UPDATE
    change = Change(address, action, Reason.MANIFEST, fields, documents, resource, live)
    reason = _reason(change.causes - {Reason.SERVER})
    return change if reason is change.reason else replace(change, reason=reason)


def _documents(
    resource: Resource, live: RemoteObject | None, binding: Binding
) -> tuple[DocumentChange, ...]:
    """Return the changes of an object's documents. An upload has none: it is itself a document."""
    if binding.is_upload:
        return ()
    return document_changes(resource, live) if live else new_documents(resource)


def _held(change: Change) -> Change:
    """Return the change; it is blocked if its object could not be read completely."""
    live = change.live
    if live is None or not live.odd or change.desired is None or change.action is Action.NO_OP:
        return change
    return replace(
        change,
        blocked=(
            f"{', '.join(live.odd)} of {live.id} could not be read, so it is not known what an "
            "update would overwrite. Correct the object on the live side, or delete it there"
        ),
    )


def _reason_to_go(
    found: RemoteObject, live: Live, bindings: Mapping[str, Binding], otherwise: Reason
) -> Reason:
    return Reason.RETIRED if is_retired(found, live, bindings) else otherwise


def _reason(causes: frozenset[Reason]) -> Reason:
    """Return the one reason of a change whose fields and documents have several causes."""
    # A renaming is given as the reason only if nothing else changes, because other reasons are more
    # important to readers.
    causes = causes - {Reason.RENAMED} or causes
    if not causes:
        return Reason.MANIFEST
    if len(causes) == 1:
        return next(iter(causes))
    moved_live = causes & {Reason.DRIFT, Reason.BOTH}
    return Reason.BOTH if moved_live else Reason.MANIFEST


def _created(resource: Resource, binding: Binding) -> Iterator[FieldChange]:
    for name, value in resource.spec.items():
        yield FieldChange(name, UNSET, value, sensitive=is_sensitive(value))
    if binding.is_upload:
        for document in resource.documents.values():
            yield FieldChange(CONTENT, UNSET, f"{document.path} ({document.size} bytes)")


def _fields(
    resource: Resource, live: RemoteObject, kind: Kind, binding: Binding, owner: Owner
) -> Iterator[FieldChange]:
    mark = live.mark or Mark(owner, resource.address, intact=False)
    yield from _renamed(resource, live, binding)
    for tracked in differing_fields_of(resource, live, kind, binding, owner):
        cause = tracked.cause
        if not mark.intact:
            # Somebody removed the mark with its digests, so nothing shows who changed the field.
            # The settings are gone too, so a field that only the mark stores has no live value.
            cause = (
                Reason.DRIFT if cause and tracked.keys[0] not in binding.fields.per_run else None
            )
        if live.odd and tracked.live is UNSET and not _is_new(tracked):
            cause = None  # the value may be in a part that could not be read
        if cause is Reason.MANIFEST and _goes_with_address(tracked, resource, live):
            cause = Reason.RENAMED
        if cause is not None:
            yield from _field_changes(
                tracked, kind, cause, tracked.was if mark.intact else NOT_KNOWN
            )
    if live.versions:
        default, ours = live.versions.default, live.versions.ours
        yield FieldChange(DEFAULT_VERSION, default, ours, Reason.DRIFT, was=ours)
    if binding.is_upload:
        yield from _content(resource, live)
    if binding.mark_location and binding.mark_location.in_metadata:
        yield from _mark_fields(resource, live, mark)


def _renamed(resource: Resource, live: RemoteObject, binding: Binding) -> Iterator[FieldChange]:
    """Yield the fields that a renaming changes: the address in the mark, and the names of Files."""
    if live.formerly:
        before, now = str(live.formerly), str(resource.address)
        yield FieldChange(RENAMED, before, now, Reason.RENAMED)
    if live.documents or binding.is_upload:
        # Each changed document is written with its new address, so no field is needed for that.
        return
    files = [provenance for provenance in live.file_provenance if provenance.formerly]
    if files:
        before = ", ".join(str(provenance.formerly) for provenance in files)
        now = ", ".join(str(provenance.address) for provenance in files)
        yield FieldChange(f"metadata[{SETTINGS}]", before, now, Reason.RENAMED)


def _goes_with_address(tracked: TrackedField, resource: Resource, live: RemoteObject) -> bool:
    """Return true if a field is a name that changes only because its resource was renamed."""
    names = live.formerly and (live.formerly.name, resource.address.name)
    return tracked.path == "name" and (tracked.live, tracked.desired) == names


def _is_new(tracked: TrackedField) -> bool:
    """Return true if the manifest has another value than the one that was last applied."""
    return tracked.applied is None or not tracked.comparer.is_recorded(
        tracked.desired, tracked.applied.sent
    )


def _field_changes(
    tracked: TrackedField, kind: Kind, cause: Reason, was: Any
) -> Iterator[FieldChange]:
    masked, there = is_masked(tracked), with_secrets(tracked)
    if UNSET in (tracked.live, tracked.desired):
        yield FieldChange(tracked.path, there, tracked.desired, cause, masked, was)
        return
    for place in differences(there, tracked.desired, tracked.comparer.schemas):
        path = paths.render((*tracked.keys, *place.keys), kind.keyed)
        before = was if was is NOT_KNOWN else place.desired
        yield FieldChange(path, place.live, place.desired, cause, masked, before)


def _content(resource: Resource, live: RemoteObject) -> Iterator[FieldChange]:
    """Yield the change of a File's content.

    The server does not return the live content, so only the first characters of its digest are
    known.
    """
    for wanted, there in zip(resource.documents.values(), live.documents.values(), strict=True):
        if not wanted.is_recorded_as(there.sha256):
            known, new = (f"sha256:{sha256[:12]}" for sha256 in (there.sha256, wanted.said))
            yield FieldChange(CONTENT, known, new)


def _mark_fields(resource: Resource, live: RemoteObject, mark: Mark) -> Iterator[FieldChange]:
    wanted = {OWNER: str(mark.owner), ADDRESS: str(mark.address), APPLIED: "(what was applied)"}
    for key, value in wanted.items():
        if key not in live.metadata:
            yield FieldChange(f"metadata[{key}]", UNSET, value, Reason.DRIFT, was=value)
    if not mark.intact and not wanted.keys() - live.metadata.keys():
        yield FieldChange(f"metadata[{APPLIED}]", "(mangled)", "(what was applied)", Reason.DRIFT)
    if mark.intact and mark.protected != resource.lifecycle.prevent_destroy:
        yield FieldChange(PROTECT, mark.protected, resource.lifecycle.prevent_destroy)


def _with_new_references(changes: Iterable[Change], kinds: Mapping[str, Kind]) -> Iterator[Change]:
    """Yield the changes, with an update of each object that refers to a created or replaced object.

    The new object has a new id, which must be sent to each object that refers to it.
    """
    changes = list(changes)
    remade = {c.address for c in changes if c.action is Action.REPLACE}
    remade |= {c.address for c in changes if c.action is Action.CREATE}
    for change in changes:
        if change.desired is None or change.live is None or change.action is Action.REPLACE:
            yield change
            continue
        known = {field.path for field in change.fields}
        fields = tuple(
            field
            for field in _repointed(change.desired, remade, kinds[change.address.kind])
            # A field that changes anyway sends the reference with it.
            if not any(field.path.startswith(path) for path in known)
        )
        if not fields:
            yield change
        elif change.action is Action.NO_OP:
            action, reason = Action.UPDATE, Reason.REFERENCE
            yield replace(change, action=action, reason=reason, fields=change.fields + fields)
        else:
            yield replace(change, fields=change.fields + fields)


def _repointed(resource: Resource, remade: set[Address], kind: Kind) -> Iterator[FieldChange]:
    if resource.references.isdisjoint(remade):
        return
    for name, value in resource.spec.items():
        if references(value) & remade:
            for keys, reference in _paths_of_references((name,), value):
                if reference.address in remade:
                    path = paths.render(keys, kind.keyed)
                    yield FieldChange(path, reference, reference, Reason.REFERENCE)


def _paths_of_references(
    keys: tuple[str | int, ...], value: object
) -> Iterator[tuple[tuple[str | int, ...], Reference]]:
    if isinstance(value, Reference):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths_of_references((*keys, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths_of_references((*keys, index), item)
