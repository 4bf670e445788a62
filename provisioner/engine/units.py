"""Units of attribution: the parts of a spec whose last applied value the mark remembers.

A unit is a top-level field, or one item of a field that its kind splits: each tool, each metadata
key. What changed a unit, the manifest or the live side, is decided here and nowhere else.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from provisioner.engine.baseline import without_baseline
from provisioner.engine.judging import PLAIN, Judging
from provisioner.engine.versioned import is_version_of, without_version
from provisioner.model import paths
from provisioner.model.kind import Form, Kind
from provisioner.model.mark import VALUE_LIMIT, Applied, Mark, unit_key
from provisioner.model.plan import NOT_KNOWN, UNSET, Reason
from provisioner.model.value import (
    Reference,
    Remark,
    RemoteId,
    Spec,
    Withheld,
    has_leaf,
    is_outdated,
)

OPEN = frozenset({"metadata"})
"""Split fields that others may write too: a key that no manifest names is not ours to judge."""

NOT_ECHOED = Remark("(not shown by the server)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One part of a spec, both sides of it, and what was last applied.

    `keys` lead to it; a side is UNSET where it has none and the server has no default for it.
    `because` is set where the cause is known already. `resolved` is true where the server may
    answer with a version of the value that was sent. `whole` is what was last applied to the list
    that the unit is an item of, where the mark remembers that list as a whole. `unshown` is true
    where the server never shows the value: its live side is a remark then, and no claim. `judging`
    compares the sides with each other and with what was last applied.
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
    judging: Judging = PLAIN

    @property
    def was(self) -> Any:
        """The value that was last applied, or NOT_KNOWN where only its digest is left."""
        if self.applied is None:
            as_sent = self.whole is None or self.whole.sent == self.whole.got
            return self.desired if self.because is Reason.DRIFT and as_sent else NOT_KNOWN
        if self.applied.sent != self.applied.got:
            return NOT_KNOWN
        if not self.applied.sent:
            return UNSET
        is_sent = self.judging.is_recorded(self.desired, self.applied.sent)
        return self.desired if is_sent else NOT_KNOWN

    @property
    def cause(self) -> Reason | None:
        """Why the two sides differ, or None where they do not.

        In sync is also what the server once returned when exactly this was sent. Before a first
        apply every difference is the manifest's, and so is a value that was sent and not taken for
        as long as what stayed in its place does not move.
        """
        if self.because is not None or self.unshown:
            return self.because
        if self.judging.alike(self.desired, self.live):
            return Reason.REFERENCE if is_outdated(self.live) else None
        if self.applied is None:
            return Reason.MANIFEST
        live_moved = self.live_moved
        if live_moved and self.resolved:
            if is_version_of(self.live, self.desired):
                return Reason.SERVER
            # A version of what was sent: the server moved it, and nobody else.
            sent = without_version(self.live)
            live_moved = not self.judging.is_recorded(sent, self.applied.sent)
        manifest_moved = self.applied.refused or not self.judging.is_recorded(
            self.desired, self.applied.sent
        )
        if not (manifest_moved or live_moved) and self.judging.is_blind(self.desired, self.live):
            return Reason.MANIFEST
        return _CAUSES[manifest_moved, live_moved]

    @property
    def live_moved(self) -> bool:
        """Whether the live side is not what was last applied. False where nothing ever was."""
        return self.applied is not None and not self.judging.is_recorded(
            self.live, self.applied.got
        )


_CAUSES = {
    (True, True): Reason.BOTH,
    (True, False): Reason.MANIFEST,
    (False, True): Reason.DRIFT,
    (False, False): None,
}


def compared(desired: Spec, live: Spec, kind: Kind, form: Form, mark: Mark) -> Iterator[Unit]:
    """Every unit that the manifest sets, or set when it was last applied, with both sides.

    Both specs are complete (see Form). A field never set is not compared, nor is a secret that is
    withheld.
    """
    mark = without_baseline(mark)
    for name in dict.fromkeys([*desired, *form.defaults, *form.per_run, *form.unread, *live]):
        if has_leaf(desired.get(name), Withheld):
            continue
        if name in form.unread & kind.split and name not in live:
            yield from _unshown(name, desired, kind, mark)
        elif name not in kind.split:
            judging = _judging(kind, mark, name)
            yield from _field(name, desired, live, form, mark.of(name), judging=judging)
        elif name in OPEN:
            yield from _open(name, desired, live, kind, mark)
        else:
            yield from _closed(name, desired, live, kind, form, mark=mark)


def _judging(kind: Kind, mark: Mark, *keys: str) -> Judging:
    return Judging(kind.schemas, mark.version, mark.formerly).below(*keys)


def _field(
    name: str,
    desired: Spec,
    live: Spec,
    form: Form,
    applied: Applied | None,
    *,
    judging: Judging,
) -> Iterator[Unit]:
    if name not in desired and applied is None:
        return
    default = form.defaults.get(name, UNSET)
    wanted, have = desired.get(name, default), live.get(name, default)
    if name in form.unread and name not in live and applied is not None:
        # The server does not say what it holds: what we sent last is the best there is.
        yield _sent_last(name, (name,), wanted, applied, judging)
        return
    resolved = name in form.resolved
    yield Unit(name, (name,), have, wanted, applied, resolved=resolved, judging=judging)


def _sent_last(
    path: str, keys: tuple[str, ...], wanted: Any, applied: Applied | None, judging: Judging
) -> Unit:
    """A unit that the server never shows: what was sent last is compared, and nothing is claimed.

    It has a cause only where the manifest says something else than what was sent last.
    """
    if applied is not None and judging.is_recorded(wanted, applied.sent):
        return Unit(path, keys, NOT_ECHOED, wanted, applied, unshown=True, judging=judging)
    live, because = NOT_ECHOED if applied else UNSET, Reason.MANIFEST
    return Unit(path, keys, live, wanted, applied, because, unshown=True, judging=judging)


def _unshown(name: str, desired: Spec, kind: Kind, mark: Mark) -> Iterator[Unit]:
    """Items that the server takes and never shows: what was sent last is the best there is.

    The mark tells of one that is no longer declared, but not its name.
    """
    wanted = desired.get(name) or {}
    units = {key: paths.render((name, key), kind.keyed) for key in wanted}
    whole, judging = mark.of(name), _judging(kind, mark, name)
    if whole is not None:
        yield _sent_last(name, (name,), wanted, whole, judging)
        return
    for key, path in units.items():
        yield _sent_last(path, (name, key), wanted[key], mark.of(path), judging.below(key))
    fields = {unit_key(field) for field in kind.schema["properties"]}
    gone = set(mark.applied) - fields - {unit_key(path) for path in units.values()}
    if gone:
        live = Remark(f"({len(gone)} that no manifest declares any more)")
        yield Unit(name, (name,), live, UNSET, because=Reason.MANIFEST)


def _open(name: str, desired: Spec, live: Spec, kind: Kind, mark: Mark) -> Iterator[Unit]:
    """Items that stand beside those of others: only what a manifest names, or named, is ours."""
    wanted, have = desired.get(name) or {}, live.get(name) or {}
    for key in dict.fromkeys([*wanted, *have]):
        path = paths.render((name, key), kind.keyed)
        applied, sides = mark.of(path), (have.get(key, UNSET), wanted.get(key, UNSET))
        if key in wanted or applied is not None:
            yield Unit(path, (name, key), *sides, applied, judging=_judging(kind, mark, name, key))


def _closed(
    name: str, desired: Spec, live: Spec, kind: Kind, form: Form, *, mark: Mark
) -> Iterator[Unit]:
    """Items of a list that is wholly ours: one that somebody else added is drift.

    Remembered as a whole, those count that differ from what the server shows; where it shows of
    none that it differs, all do.
    """
    wanted, have = desired.get(name) or {}, live.get(name) or {}
    keys = {key: paths.render((name, key), kind.keyed) for key in dict.fromkeys([*wanted, *have])}
    whole, judging = mark.of(name), _judging(kind, mark, name)
    managed = whole is not None or any(mark.of(path) for path in keys.values())
    if name not in desired and not managed:
        return
    of_all = Unit(name, (name,), have, wanted, whole, judging=judging).cause if whole else None
    visible = form.shown({name: wanted}).get(name) or {}
    seen = {
        k for k in keys if not judging.below(k).alike(have.get(k, UNSET), visible.get(k, UNSET))
    } or {*keys}
    for key, path in keys.items():
        sides = have.get(key, UNSET), wanted.get(key, UNSET)
        applied, because, inner = mark.of(path), None, judging.below(key)
        if whole and key not in seen:
            continue
        if whole and not inner.alike(*sides):
            because = of_all
        elif managed and applied is None and sides[1] is UNSET:
            because = Reason.DRIFT
        if not (whole and of_all is None):
            yield Unit(path, (name, key), *sides, applied, because, whole=whole, judging=inner)


def aligned(live: Any, desired: Any) -> Any:
    """`live`, every id of a vanished object standing for what the manifest has in its place."""
    return _aligned(live, desired) if has_leaf(live, RemoteId) else live


def _aligned(live: Any, desired: Any) -> Any:
    if isinstance(live, Mapping) and isinstance(desired, Mapping):
        return {key: _aligned(item, desired.get(key)) for key, item in live.items()}
    if isinstance(live, list) and isinstance(desired, list) and len(live) == len(desired):
        return [_aligned(item, wanted) for item, wanted in zip(live, desired, strict=True)]
    if isinstance(live, RemoteId) and live.gone and isinstance(desired, Reference):
        return replace(live, address=desired.address)
    return live


def remembered(
    desired: Spec,
    got: Spec,
    kind: Kind,
    form: Form,
    *,
    before: Mapping[str, Applied] = MappingProxyType({}),
    sent: Container[str] = (),
    room: int = VALUE_LIMIT,
    beside: Sequence[Mapping[str, Applied]] = ({},),
) -> dict[str, Applied]:
    """What a mark remembers of a spec just applied, `got` being what the server returned.

    Both are complete. Of a field that was not `sent` this time, what is remembered from `before`
    stays: what the server shows there now may be somebody's change. A split list is remembered item
    by item while there is room in the mark, else as a whole. A secret that is withheld was not sent.
    """

    def parts(whole: frozenset[str]) -> dict[str, Applied]:
        return {
            key: applied if name in sent else _kept(applied, before.get(key))
            for name, key, applied in _parts(desired, got, kind, form, whole)
            if not has_leaf(desired[name], Withheld)
        } | _of_withheld(desired, before)

    ours = [parts(frozenset()), parts(kind.split - OPEN)]
    both = [{**declared, **others} for declared in ours for others in beside]
    return next((entries for entries in both if length(entries) <= room), ours[-1])


def length(entries: Mapping[str, Applied]) -> int:
    """How many characters these entries take in a mark."""
    return len(" ".join(f"{key}:{value}" for key, value in entries.items()))


def _of_withheld(desired: Spec, before: Mapping[str, Applied]) -> dict[str, Applied]:
    """What is remembered of secrets that are not here."""
    keys = [unit_key(name) for name, value in desired.items() if has_leaf(value, Withheld)]
    return {key: before[key] for key in keys if key in before}


def _kept(applied: Applied, before: Applied | None) -> Applied:
    """What is remembered of a unit that was not sent; a refusal is never expected again."""
    known = before is not None and before.sent == applied.sent and not before.refused
    return before if before is not None and known else applied


def _parts(
    desired: Spec, got: Spec, kind: Kind, form: Form, whole: frozenset[str]
) -> Iterator[tuple[str, str, Applied]]:
    """Each unit of a spec: the field that it belongs to, its key in the mark, its digests."""
    for name, value in desired.items():
        judging = Judging(kind.schemas).below(name)
        unsaid = {} if name in kind.split else form.defaults.get(name, UNSET)
        theirs = got.get(name, value if name in form.unread else unsaid)
        if name in kind.split - whole and isinstance(value, Mapping) and value:
            mine = theirs if isinstance(theirs, Mapping) else {}
            for key, item in value.items():
                path = paths.render((name, key), kind.keyed)
                applied = judging.below(key).applied(item, mine.get(key, UNSET))
                yield name, unit_key(path), applied
        elif name not in OPEN:
            yield name, unit_key(name), judging.applied(value, theirs)
