"""Handles values that a server accepts and never returns, such as secrets.

Only the last sent value is known, so no output claims that the live value is equal to it. The rows
of some objects say when they were last changed, and the mark records that time after our own write.
If the time has changed since, somebody has changed the object, but it is not known which value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from provisioner.engine.baseline import MOMENT
from provisioner.engine.comparer import Comparer
from provisioner.engine.tracked_fields import OPEN, TrackedField
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import Applied, Mark
from provisioner.model.plan import UNSET, Reason, Unshown
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.timestamps import seconds
from provisioner.model.value import Placeholder, Spec, digest

SAME: Final = 1
"""The largest difference, in seconds, at which two times of one object still count as equal.

One is the time of the last change in the mark, the other is the time that the object's row has.

The write that puts the time into the mark changes the object's time too. Without this tolerance, a
run that is killed right after that write would leave an object that looks changed by somebody.
"""
CHANGED = Placeholder("(not shown by the server; the object was changed since our last write)")


AS_MADE: Final = Applied("", digest("as made"))
"""The entry for the time of change in the mark of an object that is about to be created.

The mark is a part of the request that creates the object, so the time is not known yet.
"""


def moment_of(row: Row) -> Applied | None:
    """Return the entry of a mark for the time of an object's last change, None if a row has no time."""
    return _entry(seconds(row.get("updated_at")))


def says_moment(mark: Mark, row: Row) -> bool:
    """Return true if the mark shows that the object of a row was not changed after our last write.

    It shows that by the time of the last change, which the mark records.
    """
    made, changed = (seconds(row.get(key)) for key in ("created_at", "updated_at"))
    return _moved(mark, made, changed) is False


def changed_since(found: RemoteObject) -> bool | None:
    """Return true if an object was changed since our last write, None if that is not known."""
    return _moved(found.mark, found.created_at, found.updated_at) if found.mark else None


def _moved(mark: Mark, made: float, changed: float) -> bool | None:
    entry, now = mark.of(MOMENT), _entry(changed)
    if entry is None or now is None:
        return None
    if entry == AS_MADE:
        return int(changed) - int(made) > SAME
    # The mark has only a digest of the time, so each time that counts as equal is tried.
    return entry not in [_entry(int(changed) - late) for late in range(SAME + 1)]


def _entry(moment: float) -> Applied | None:
    return Applied("", digest(int(moment))) if moment else None


def unshown(resource: Resource, found: RemoteObject, kind: Kind, binding: Binding) -> list[Unshown]:
    """Return the values of a resource that its live object does not return, or returns only in part."""
    if binding.versions:
        # The content of a version never changes, and the mark is a part of it. So a version with
        # our mark still has what we sent.
        return []
    changed = changed_since(found)
    hidden = _hidden(resource.spec, found.spec, kind, binding)
    return [Unshown(resource.address, path, changed) for path in sorted(hidden)]


def redated(
    tracked_fields: Iterable[TrackedField],
    resource: Resource,
    found: RemoteObject,
    kind: Kind,
    binding: Binding,
) -> list[TrackedField]:
    """Return the tracked fields.

    If the object was changed since our last write, fields that the server does not return are drift.
    """
    tracked_fields = list(tracked_fields)
    if binding.versions or not changed_since(found):
        return tracked_fields
    hidden = _hidden(resource.spec, found.spec, kind, binding)
    return [
        replace(tracked, live=CHANGED, because=Reason.DRIFT, unshown=True)
        if tracked.cause is None and tracked.path in hidden
        else tracked
        for tracked in tracked_fields
    ]


def _hidden(desired: Spec, live: Spec, kind: Kind, binding: Binding) -> set[str]:
    """Return the paths of the fields that the server does not show, or shows only in part."""
    visible = binding.fields.echoed(desired)
    # Where every field comes back whole, only the fields that never come back can be hidden.
    names = binding.fields.not_echoed if visible is desired else desired.keys()
    return {
        path
        for name in (names & desired.keys()) - OPEN - kind.immutable
        for path, wanted, told in _tracked_fields(name, desired, visible, kind)
        if (name in binding.fields.not_echoed and name not in live)
        or not (
            wanted is told or Comparer(kind.schemas).below(*paths.parse(path)).alike(wanted, told)
        )
    }


def _tracked_fields(
    name: str, desired: Spec, visible: Spec, kind: Kind
) -> Iterator[tuple[str, object, object]]:
    wanted, told = desired[name], visible.get(name, UNSET)
    if name not in kind.split or not isinstance(wanted, dict):
        yield name, wanted, told
        return
    for key, item in wanted.items():
        shown = told.get(key, UNSET) if isinstance(told, dict) else UNSET
        yield paths.render((name, key), kind.keyed), item, shown
