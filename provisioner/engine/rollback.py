"""Makes the mark of a release that a rollback publishes again, and judges its fields as drift.

A rollback changes the live side and not the manifests, so the next plan must show it as drift. For
that, the copy has the fields of the older release and the digests of the release that it replaces:
each field in which the two differ then counts as changed. A field with the id of an older
generation is a special case, because digests are computed from addresses and not from ids. Such a
field counts as drift because the release is recorded as a copy.
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
    """Return the mark of a copy of `older` that replaces `current`, None if `current` has no mark.

    The records of files are those of `older`, because the copy attaches those files.
    """
    if current.mark is None:
        return None
    before = older.mark.applied if older.mark else {}
    applied = {
        # The copy has the older values, so what was secret in them is secret again.
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
    """Yield digests for the fields that only the manifest of the older release set.

    They record that the field was last applied without a value. Without them a plan would not
    compare the fields, and would not show that the rollback set them again.
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
        # If the mark has digests of one tool, the whole list of tools is ours, so each tool is
        # tracked.
        known = {whole, key} if name in OPEN else {whole, key, *siblings}
        if ours and not known & applied.keys():
            default = binding.fields.defaults.get(name, UNSET)
            nothing = "" if default is UNSET else digest(default)
            yield key, Applied(nothing, nothing, sensitive=ours.sensitive)


def judged(tracked_fields: Iterable[TrackedField], live: RemoteObject) -> list[TrackedField]:
    """Return the tracked fields of a live object. After a rollback, ids of older objects are drift.

    They are drift until the manifests declare the same values as the older release. From then on
    the rollback is intended, and an apply may update the ids as usual.
    """
    tracked_fields = list(tracked_fields)
    if live.published is None or not live.published.rolled_back_to:
        return tracked_fields
    # These are the fields that the rollback changed: live, they are not as last applied.
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
    """Return true if the live value is not the one that was last applied."""
    if tracked.applied is None or tracked.unshown:
        return tracked.because is Reason.DRIFT
    return tracked.live_moved


def _is_older(value: Any) -> bool:
    """Return true if a value contains the id of an object of ours that has been replaced."""
    return any(leaf.address and not leaf.gone for leaf in leaves(value, RemoteId))


def changed_fields(
    current: RemoteObject, older: RemoteObject, kind: Kind, binding: Binding
) -> tuple[FieldChange, ...]:
    """Return the fields that change for applications from `current` to `older`, ids included."""
    sides = [binding.complete(found.spec) for found in (current, older)]
    sides = [
        {**spec, **{n: v for n, v in binding.fields.defaults.items() if n not in spec}}
        for spec in sides
    ]
    tracked_fields = {path: keys for spec in sides for keys, path in _tracked_fields(spec, kind)}
    marks = [found.mark for found in (current, older) if found.mark]
    # Each mark says which fields were secret when its release was published.
    secret = {key for mark in marks for key, tracked in mark.applied.items() if tracked.sensitive}
    return tuple(
        change if secret.isdisjoint((tracked_key(path), tracked_key(keys[0]))) else _hidden(change)
        for path, keys in tracked_fields.items()
        for change in _changed(keys, path, *(_at(spec, keys) for spec in sides), kind=kind)
    )


def _hidden(change: FieldChange) -> FieldChange:
    """Return a field change in which every text is masked as a secret.

    The older release may contain a secret that the present manifests do not have.
    """
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
