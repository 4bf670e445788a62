"""Compares two sides, such as two environments, resource by resource and field by field."""

from collections.abc import Iterator, Mapping

from provisioner.engine.compare import differences
from provisioner.model import paths
from provisioner.model.kind import Kind
from provisioner.model.plan import (
    UNSET,
    Action,
    Change,
    DocumentAction,
    DocumentChange,
    FieldChange,
)
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired, Document, Resource
from provisioner.model.value import is_sensitive, same

PROTECT = "lifecycle.prevent_destroy"


def compared(
    first: Desired, second: Desired, kinds: Mapping[str, Kind]
) -> tuple[tuple[Change, ...], int]:
    """Return the changes from the first side to the second, and the number of equal resources."""
    changes, alike = [], 0
    for address in sorted({*first, *second}):
        before, after = first.get(address), second.get(address)
        if before is None or after is None:
            action = Action.CREATE if before is None else Action.DELETE
            changes.append(Change(address, action, desired=after))
            continue
        fields = tuple(_fields(before, after, kinds[address.kind]))
        documents = tuple(_documents(before.documents, after.documents))
        if fields or documents:
            change = Change(address, Action.UPDATE, fields=fields, documents=documents)
            changes.append(change)
        else:
            alike += 1
    return tuple(changes), alike


def _fields(before: Resource, after: Resource, kind: Kind) -> Iterator[FieldChange]:
    for name in sorted({*before.spec, *after.spec}):
        sides = (before.spec.get(name, UNSET), after.spec.get(name, UNSET))
        # A field that one side lacks is shown whole, not piece by piece.
        if UNSET in sides:
            yield _field((name,), *sides, kind)
            continue
        for place in differences(*sides, kind.schemas.below((name,))):
            yield _field((name, *place.keys), place.live, place.desired, kind)
    protected = (before.lifecycle.prevent_destroy, after.lifecycle.prevent_destroy)
    if protected[0] != protected[1]:
        yield FieldChange(PROTECT, *protected)


def _field(keys: tuple[str | int, ...], live: object, desired: object, kind: Kind) -> FieldChange:
    sensitive = is_sensitive(live) or is_sensitive(desired)
    return FieldChange(paths.render(keys, kind.keyed), live, desired, sensitive=sensitive)


def document_differences(declared: Resource, found: RemoteObject) -> list[DocumentChange]:
    """Return a change for each document in which a declared store differs from a live one."""
    return [*_documents(live_documents(found), declared.documents)]


def live_documents(found: RemoteObject) -> dict[str, Document]:
    """Return the documents of a live store as declared documents. Their size is not known."""
    return {
        path: Document(path, one.sha256, 0, one.attributes) for path, one in found.documents.items()
    }


def _documents(
    before: Mapping[str, Document], after: Mapping[str, Document]
) -> Iterator[DocumentChange]:
    for path in sorted({*before, *after}):
        first, second = before.get(path), after.get(path)
        if first is None:
            yield DocumentChange(path, DocumentAction.ADD)
        elif second is None:
            yield DocumentChange(path, DocumentAction.REMOVE)
        # A file may be recorded by any of several digests, and the two sides by different ones.
        elif not (first.is_recorded_as(second.said) or second.is_recorded_as(first.said)):
            yield DocumentChange(path, DocumentAction.CHANGE)
        elif not same(first.attributes, second.attributes):
            yield DocumentChange(path, DocumentAction.CHANGE, content=False, note="attributes")
