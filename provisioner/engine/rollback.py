"""Rolling back: what an older release becomes when it is published again, and how it is judged then.

A rollback is somebody's change on the live side, so it has to come out as drift. The copy therefore
has the fields of the older release and the digests of the one that it takes the place of: all that
differs between the two has moved, and the manifests have not. An id that has moved stands for the
same address as before; digests cannot tell, so those are judged by the copy being one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.compare import differences
from provisioner.engine.comparer import Comparer
from provisioner.engine.marks import FILES
from provisioner.engine.tracked_fields import OPEN, TrackedField
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.kind import Kind
from provisioner.model.mark import Applied, Mark, tracked_key
from provisioner.model.plan import UNSET, FieldChange, Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.value import RemoteId, Sensitive, Spec, digest, leaves, walk


def mark_of_copy(
    current: RemoteObject, older: RemoteObject, kind: Kind, binding: Binding
) -> Mark | None:
    """Return the mark of a copy of `older` that takes the place of `current`, None without one.

    What its files are, only the older one's own mark says.
    """
    if current.mark is None:
        return None
    before = older.mark.applied if older.mark else {}
    applied = {
        key: replace(it, sensitive=it.sensitive or (key in before and before[key].sensitive))
        for key, it in current.mark.applied.items()
    }
    settings = {key: it for key, it in current.mark.settings.items() if key != FILES}
    if older.mark and FILES in older.mark.settings:
        settings[FILES] = older.mark.settings[FILES]
    not_set = dict(_not_set(current, older, kind, binding))
    return replace(current.mark, applied={**not_set, **applied}, settings=settings)


def _not_set(
    current: RemoteObject, older: RemoteObject, kind: Kind, binding: Binding
) -> Iterator[tuple[str, Applied]]:
    """Yield what only the older one's manifest set. It counts as last applied as nothing.

    Else nobody would see that it came back.
    """
    applied = current.mark.applied if current.mark else {}
    before = older.mark.applied if older.mark else {}
    for (name, *_), path in _tracked_fields(older.spec, kind):
        whole, key = tracked_key(name), tracked_key(path)
        ours = before.get(key) or before.get(whole)
        siblings = {
            tracked_key(tracked)
            for keys, tracked in _tracked_fields(current.spec, kind)
            if keys[0] == name
        }
        # If the mark remembers one item of a list that is wholly ours, it remembers the list.
        known = {whole, key} if name in OPEN else {whole, key, *siblings}
        if ours and not known & applied.keys():
            default = binding.fields.defaults.get(name, UNSET)
            nothing = "" if default is UNSET else digest(default)
            yield key, Applied(nothing, nothing, sensitive=ours.sensitive)


def judged(tracked_fields: Iterable[TrackedField], live: RemoteObject) -> list[TrackedField]:
    """Return the tracked fields of a live object.

    Of one that was rolled back, old ids count as drift.

    They do until the manifests say what the rollback brought: then nobody wants it undone, and the
    ids may follow as they always do.
    """
    tracked_fields = list(tracked_fields)
    if live.published is None or not live.published.rolled_back_to:
        return tracked_fields
    brought = [tracked for tracked in tracked_fields if _has_moved(tracked)]
    if brought and all(
        tracked.comparer.alike(tracked.desired, tracked.live) for tracked in brought
    ):
        return tracked_fields
    return [
        replace(tracked, because=Reason.DRIFT)
        if tracked.cause is Reason.REFERENCE and _is_older(tracked.live)
        else tracked
        for tracked in tracked_fields
    ]


def _has_moved(tracked: TrackedField) -> bool:
    """Return true if the live side is not what was last applied."""
    if tracked.applied is None or tracked.unshown:
        return tracked.because is Reason.DRIFT
    return tracked.live_moved


def _is_older(value: Any) -> bool:
    """Return true if an object of ours stands in it that another one has taken the place of."""
    return any(leaf.address and not leaf.gone for leaf in leaves(value, RemoteId))


def changed_fields(
    current: RemoteObject, older: RemoteObject, kind: Kind, binding: Binding
) -> tuple[FieldChange, ...]:
    """Return what becomes different for applications: from `current` to `older`, ids as they are."""
    sides = [binding.complete(found.spec) for found in (current, older)]
    sides = [
        {**spec, **{n: v for n, v in binding.fields.defaults.items() if n not in spec}}
        for spec in sides
    ]
    tracked_fields = {path: keys for spec in sides for keys, path in _tracked_fields(spec, kind)}
    marks = [found.mark for found in (current, older) if found.mark]
    secret = {key for mark in marks for key, tracked in mark.applied.items() if tracked.sensitive}
    return tuple(
        change if secret.isdisjoint((tracked_key(path), tracked_key(keys[0]))) else _hidden(change)
        for path, keys in tracked_fields.items()
        for change in _changed(keys, path, *(_at(spec, keys) for spec in sides), kind=kind)
    )


def _hidden(change: FieldChange) -> FieldChange:
    """Return a field of which the older side may hold a secret: every text of it counts as one."""
    desired = walk(change.desired, lambda leaf: Sensitive(leaf) if isinstance(leaf, str) else leaf)
    return replace(change, desired=desired, sensitive=True)


def _changed(
    keys: tuple[str, ...], path: str, have: Any, wanted: Any, *, kind: Kind
) -> Iterator[FieldChange]:
    comparer = Comparer(kind.schemas).below(*keys)
    if comparer.alike(have, wanted):
        return
    if have is UNSET or wanted is UNSET:
        yield FieldChange(path, have, wanted)
        return
    for place in differences(have, wanted, comparer.schemas):
        where = paths.render((*keys, *place.keys), kind.keyed)
        yield FieldChange(where, place.live, place.desired)


def _tracked_fields(spec: Spec, kind: Kind) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys and the path of each tracked field of a spec."""
    for name, value in spec.items():
        if name in kind.split and isinstance(value, Mapping):
            for key in value:
                yield (name, str(key)), paths.render((name, str(key)), kind.keyed)
        else:
            yield (name,), name


def _at(spec: Spec, keys: tuple[str, ...]) -> Any:
    value: Any = spec
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return UNSET
        value = value[key]
    return value
