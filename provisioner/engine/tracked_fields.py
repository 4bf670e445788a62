"""Compares the tracked fields of an object: the parts of a spec whose digests the mark records.

A tracked field is a top-level field, or one item of a field that its kind splits, such as one tool
or one metadata key. Only this module decides if the manifest or the live side changed a field.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from provisioner.engine.baseline import without_baseline
from provisioner.engine.comparer import PLAIN, Comparer
from provisioner.engine.versioned import is_version_of, without_version
from provisioner.model import paths
from provisioner.model.binding import Binding
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.mark import Applied, Mark, tracked_key
from provisioner.model.plan import NOT_KNOWN, UNSET, Reason
from provisioner.model.schemas import Schemas
from provisioner.model.value import (
    MissingSecret,
    Placeholder,
    Reference,
    RemoteId,
    Spec,
    has_leaf,
    is_outdated,
)

OPEN = frozenset({"metadata"})
"""Split fields to which other people may add items.

Items that no manifest sets are not compared.
"""

NOT_ECHOED = Placeholder("(not shown by the server)")


@frozen
class TrackedField:
    """One part of a spec, with its desired, live and last applied value.

    `keys` lead to the part in the spec. A side is UNSET if it has no value and the server has no
    default. `applied` are the digests in the mark. `because` is the cause of a difference if it is
    known already. `resolved` is true if the server may return a more exact version of the sent
    value. `whole` are the digests of the whole list of which the field is an item, if the mark has
    no digests of the item. `unshown` is true if the server never returns the value; `live` is then
    only a placeholder. `comparer` compares the sides with each other and with `applied`.
    """

    path: str
    keys: tuple[str, ...]
    live: Any
    desired: Any
    applied: Applied | None = None
    because: Reason | None = None
    resolved: bool = False
    whole: Applied | None = None
    unshown: bool = False
    comparer: Comparer = PLAIN

    @property
    def was(self) -> Any:
        """The value that was last applied, NOT_KNOWN if only its digest is known."""
        if self.applied is None:
            as_sent = self.whole is None or self.whole.sent == self.whole.got
            return self.desired if self.because is Reason.DRIFT and as_sent else NOT_KNOWN
        if self.applied.sent != self.applied.got:
            return NOT_KNOWN
        if not self.applied.sent:
            return UNSET
        is_sent = self.comparer.is_recorded(self.desired, self.applied.sent)
        return self.desired if is_sent else NOT_KNOWN

    @property
    def cause(self) -> Reason | None:
        """The reason why the two sides differ, None if they do not.

        The sides also count as equal if the server returned the live value when exactly the desired
        value was sent. Before the first apply every difference is caused by the manifest. So is a
        difference that remains because the server refused a value, as long as the live value does
        not change.
        """
        if self.because is not None or self.unshown:
            return self.because
        if self.comparer.alike(self.desired, self.live):
            return Reason.REFERENCE if is_outdated(self.live) else None
        if self.applied is None:
            return Reason.MANIFEST
        live_moved = self.live_moved
        if live_moved and self.resolved:
            if is_version_of(self.live, self.desired):
                return Reason.SERVER
            # The manifest has changed too, so the live value is compared with the value that was
            # sent before. If it is a version of that, the server has changed it and no person has.
            sent = without_version(self.live)
            live_moved = not self.comparer.is_recorded(sent, self.applied.sent)
        manifest_moved = self.applied.refused or not self.comparer.is_recorded(
            self.desired, self.applied.sent
        )
        # A mark of version 1 does not record the order of properties, nor who changed it.
        if not (manifest_moved or live_moved) and self.comparer.is_blind(self.desired, self.live):
            return Reason.MANIFEST
        return _CAUSES[manifest_moved, live_moved]

    @property
    def live_moved(self) -> bool:
        """True if the live value differs from the last applied one.

        Before the first apply it is false.
        """
        return self.applied is not None and not self.comparer.is_recorded(
            self.live, self.applied.got
        )


_CAUSES = {
    (True, True): Reason.BOTH,
    (True, False): Reason.MANIFEST,
    (False, True): Reason.DRIFT,
    (False, False): None,
}


def compared(
    desired: Spec, live: Spec, kind: Kind, binding: Binding, mark: Mark
) -> Iterator[TrackedField]:
    """Yield every tracked field that the manifest sets now or that the mark records, with both sides.

    Both specs are complete (see Binding). A field that no manifest ever set is not compared, nor is
    a secret whose value is not available in this run.
    """
    mark = without_baseline(mark)
    for name in dict.fromkeys(
        [
            *desired,
            *binding.fields.defaults,
            *binding.fields.per_run,
            *binding.fields.not_echoed,
            *live,
        ]
    ):
        if kind.secrets and has_leaf(desired.get(name), MissingSecret):
            continue
        if name in binding.fields.not_echoed & kind.split and name not in live:
            yield from _unshown(name, desired, kind, mark)
        elif name not in kind.split:
            comparer = _comparer(kind, mark, name)
            yield from _field(name, desired, live, binding, mark.of(name), comparer=comparer)
        elif name in OPEN:
            yield from _open(name, desired, live, kind, mark)
        else:
            yield from _closed(name, desired, live, kind, binding, mark=mark)


def _comparer(kind: Kind, mark: Mark, *keys: str) -> Comparer:
    if not mark.formerly:
        return _kept(kind.schemas, mark.version, keys)
    return Comparer(kind.schemas, mark.version, mark.formerly).below(*keys)


@lru_cache(maxsize=4096)
def _kept(schemas: Schemas, version: int, keys: tuple[str, ...]) -> Comparer:
    """Return the comparer for a place, from a cache.

    It is cached because a plan compares a thousand objects at the same few places.
    """
    return Comparer(schemas, version).below(*keys)


def _field(
    name: str,
    desired: Spec,
    live: Spec,
    binding: Binding,
    applied: Applied | None,
    *,
    comparer: Comparer,
) -> Iterator[TrackedField]:
    if name not in desired and applied is None:
        return
    default = binding.fields.defaults.get(name, UNSET)
    wanted, have = desired.get(name, default), live.get(name, default)
    if name in binding.fields.not_echoed and name not in live and applied is not None:
        # The server never returns this value, so the last sent value represents the live one.
        yield _sent_last(name, (name,), wanted, applied, comparer)
        return
    resolved = name in binding.fields.resolved
    yield TrackedField(name, (name,), have, wanted, applied, resolved=resolved, comparer=comparer)


def _sent_last(
    path: str, keys: tuple[str, ...], wanted: Any, applied: Applied | None, comparer: Comparer
) -> TrackedField:
    """Return a field that the server never returns.

    Its live value is not known. It has a cause only if the manifest has another value than the one
    that was last sent.
    """
    if applied is not None and comparer.is_recorded(wanted, applied.sent):
        return TrackedField(
            path, keys, NOT_ECHOED, wanted, applied, unshown=True, comparer=comparer
        )
    live, because = NOT_ECHOED if applied else UNSET, Reason.MANIFEST
    return TrackedField(path, keys, live, wanted, applied, because, unshown=True, comparer=comparer)


def _unshown(name: str, desired: Spec, kind: Kind, mark: Mark) -> Iterator[TrackedField]:
    """Yield the items of a split field that the server accepts and never returns, such as secrets.

    Only the digests of the last sent values are known. For an item that is no longer declared, the
    mark has digests but not the name of the item.
    """
    wanted = desired.get(name) or {}
    tracked_fields = {key: paths.render((name, key), kind.keyed) for key in wanted}
    whole, comparer = mark.of(name), _comparer(kind, mark, name)
    if whole is not None:
        yield _sent_last(name, (name,), wanted, whole, comparer)
        return
    for key, path in tracked_fields.items():
        yield _sent_last(path, (name, key), wanted[key], mark.of(path), comparer.below(key))
    fields = {tracked_key(field) for field in kind.schema["properties"]}
    gone = set(mark.applied) - fields - {tracked_key(path) for path in tracked_fields.values()}
    if gone:
        live = Placeholder(f"({len(gone)} that no manifest declares any more)")
        yield TrackedField(name, (name,), live, UNSET, because=Reason.MANIFEST)


def _open(name: str, desired: Spec, live: Spec, kind: Kind, mark: Mark) -> Iterator[TrackedField]:
    """Yield the items of a field in OPEN that a manifest sets now, or set at the last apply."""
    wanted, have = desired.get(name) or {}, live.get(name) or {}
    for key in dict.fromkeys([*wanted, *have]):
        path = paths.render((name, key), kind.keyed)
        applied, sides = mark.of(path), (have.get(key, UNSET), wanted.get(key, UNSET))
        if key in wanted or applied is not None:
            yield TrackedField(
                path, (name, key), *sides, applied, comparer=_comparer(kind, mark, name, key)
            )


def _closed(
    name: str, desired: Spec, live: Spec, kind: Kind, binding: Binding, *, mark: Mark
) -> Iterator[TrackedField]:
    """Yield the items of a list in which an item that somebody else added is drift.

    If the mark has digests only of the whole list, those items are yielded that visibly differ, or
    all items if none does.
    """
    wanted, have = desired.get(name) or {}, live.get(name) or {}
    keys = {key: paths.render((name, key), kind.keyed) for key in dict.fromkeys([*wanted, *have])}
    whole = mark.of(name)
    comparers = {key: _comparer(kind, mark, name, key) for key in keys}
    managed = whole is not None or any(mark.of(path) for path in keys.values())
    if name not in desired and not managed:
        return
    of_all, seen = None, {*keys}
    if whole:
        comparer = _comparer(kind, mark, name)
        of_all = TrackedField(name, (name,), have, wanted, whole, comparer=comparer).cause
        # Parts that the server never returns must not make an item look changed.
        visible = binding.fields.echoed({name: wanted}).get(name) or {}
        sides_of = {key: (have.get(key, UNSET), visible.get(key, UNSET)) for key in keys}
        seen = {k for k, both in sides_of.items() if not comparers[k].alike(*both)} or seen
    for key, path in keys.items():
        sides = have.get(key, UNSET), wanted.get(key, UNSET)
        applied, because, inner = mark.of(path), None, comparers[key]
        if whole and key not in seen:
            continue
        # The mark does not say which item changed, so each has the cause of the whole list.
        if whole and not inner.alike(*sides):
            because = of_all
        # The list is wholly ours, so somebody else added an item for which the mark has no digest.
        elif managed and applied is None and sides[1] is UNSET:
            because = Reason.DRIFT
        if not (whole and of_all is None):
            yield TrackedField(
                path, (name, key), *sides, applied, because, whole=whole, comparer=inner
            )


def aligned(live: Any, desired: Any) -> Any:
    """Return `live` with the manifest's address on each id of a deleted object at the same place.

    Then the digests of both sides are equal: the reference is outdated, but its meaning has not
    changed.
    """
    return _aligned(live, desired) if has_leaf(live, RemoteId) else live


def _aligned(live: Any, desired: Any) -> Any:
    if isinstance(live, Mapping) and isinstance(desired, Mapping):
        return {key: _aligned(item, desired.get(key)) for key, item in live.items()}
    if isinstance(live, list) and isinstance(desired, list) and len(live) == len(desired):
        return [_aligned(item, wanted) for item, wanted in zip(live, desired, strict=True)]
    if isinstance(live, RemoteId) and live.gone and isinstance(desired, Reference):
        return replace(live, address=desired.address)
    return live
