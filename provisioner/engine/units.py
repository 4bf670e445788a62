"""Units of attribution: the parts of a spec whose last applied value the mark remembers.

A unit is a top-level field, or one item of a field that its kind splits: each tool, each metadata
key. What changed a unit, the manifest or the live side, is decided here and nowhere else.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

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
    digest,
    is_sensitive,
    leaves,
    same,
)

OPEN = frozenset({"metadata"})
"""Split fields that others may write too: a key that no manifest names is not ours to judge."""

ALL = "*"
"""The unit under which a mark remembers undeclared values together. No field is called so."""

MOMENT = "updated_at"
"""The unit under which a mark remembers when its object was changed. No field is called so."""

NOT_ECHOED = Remark("(not shown by the server)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One part of a spec, both sides of it, and what was last applied.

    `keys` lead to it; a side is UNSET where it has none and the server has no default for it.
    `because` is set where the cause is known already. `resolved` is true where the server may
    answer with a version of the value that was sent. `whole` is what was last applied to the list
    that the unit is an item of, where the mark remembers that list as a whole. `unshown` is true
    where the server never shows the value: its live side is a remark then, and no claim.
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
        return self.desired if _digest(self.desired) == self.applied.sent else NOT_KNOWN

    @property
    def cause(self) -> Reason | None:
        """Why the two sides differ, or None where they do not.

        In sync is also what the server once returned when exactly this was sent. Before a first
        apply every difference is the manifest's, and so is a value that was sent and not taken for
        as long as what stayed in its place does not move.
        """
        if self.because is not None or self.unshown:
            return self.because
        if alike(self.desired, self.live):
            return Reason.REFERENCE if leaves(self.live, RemoteId) else None
        if self.applied is None:
            return Reason.MANIFEST
        live_moved = _digest(self.live) != self.applied.got
        if live_moved and self.resolved and is_version_of(self.live, self.desired):
            return Reason.SERVER
        if (
            live_moved
            and self.resolved
            and _digest(without_version(self.live)) == self.applied.sent
        ):
            live_moved = False  # a version of what was sent: the server moved it, and nobody else
        manifest_moved = self.applied.refused or _digest(self.desired) != self.applied.sent
        return _CAUSES[manifest_moved, live_moved]


_CAUSES = {
    (True, True): Reason.BOTH,
    (True, False): Reason.MANIFEST,
    (False, True): Reason.DRIFT,
    (False, False): None,
}


_VERSION = re.compile(r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{3,8})(?:-preview)?|:latest)\Z")
"""What a server puts behind an alias: a date, a build number, or the default tag."""


def without_version(value: Any) -> Any:
    """`value` without the version behind it. Returns it as it is where it ends in none."""
    return _VERSION.sub("", value) if isinstance(value, str) else value


def is_version_of(live: Any, desired: Any) -> bool:
    """Returns true where `live` is `desired` with the suffix of a version behind it."""
    return isinstance(live, str) and live != desired and bool(without_version(live) == desired)


def compared(desired: Spec, live: Spec, kind: Kind, form: Form, mark: Mark) -> Iterator[Unit]:
    """Every unit that the manifest sets, or set when it was last applied, with both sides.

    Both specs are complete (see Form). A field never set is not compared, nor is a secret that is
    withheld.
    """
    mark = without_baseline(mark)
    for name in dict.fromkeys([*desired, *form.defaults, *form.per_run, *form.unread, *live]):
        if leaves(desired.get(name), Withheld):
            continue
        if name in form.unread & kind.split and name not in live:
            yield from _unshown(name, desired, kind, mark)
        elif name not in kind.split:
            yield from _field(name, desired, live, form, mark.of(name))
        elif name in OPEN:
            yield from _open(name, desired, live, kind, mark)
        else:
            yield from _closed(name, desired, live, kind, form, mark=mark)


def _field(
    name: str, desired: Spec, live: Spec, form: Form, applied: Applied | None
) -> Iterator[Unit]:
    if name not in desired and applied is None:
        return
    default = form.defaults.get(name, UNSET)
    wanted, have = desired.get(name, default), live.get(name, default)
    if name in form.unread and name not in live and applied is not None:
        # The server does not say what it holds: what we sent last is the best there is.
        yield _sent_last(name, (name,), wanted, applied)
        return
    yield Unit(name, (name,), have, wanted, applied, resolved=name in form.resolved)


def _sent_last(path: str, keys: tuple[str, ...], wanted: Any, applied: Applied | None) -> Unit:
    """A unit that the server never shows: what was sent last is compared, and nothing is claimed.

    It has a cause only where the manifest says something else than what was sent last.
    """
    if applied is not None and _digest(wanted) == applied.sent:
        return Unit(path, keys, NOT_ECHOED, wanted, applied, unshown=True)
    live = NOT_ECHOED if applied else UNSET
    return Unit(path, keys, live, wanted, applied, because=Reason.MANIFEST, unshown=True)


def _unshown(name: str, desired: Spec, kind: Kind, mark: Mark) -> Iterator[Unit]:
    """Items that the server takes and never shows: what was sent last is the best there is.

    The mark tells of one that is no longer declared, but not its name.
    """
    wanted = desired.get(name) or {}
    units = {key: paths.render((name, key), kind.keyed) for key in wanted}
    whole = mark.of(name)
    if whole is not None:
        yield _sent_last(name, (name,), wanted, whole)
        return
    for key, path in units.items():
        yield _sent_last(path, (name, key), wanted[key], mark.of(path))
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
        applied = mark.of(path)
        if key in wanted or applied is not None:
            yield Unit(path, (name, key), have.get(key, UNSET), wanted.get(key, UNSET), applied)


def _closed(
    name: str, desired: Spec, live: Spec, kind: Kind, form: Form, *, mark: Mark
) -> Iterator[Unit]:
    """Items of a list that is wholly ours: one that somebody else added is drift.

    Remembered as a whole, those count that differ from what the server shows; where it shows of
    none that it differs, all do.
    """
    wanted, have = desired.get(name) or {}, live.get(name) or {}
    keys = {key: paths.render((name, key), kind.keyed) for key in dict.fromkeys([*wanted, *have])}
    whole = mark.of(name)
    managed = whole is not None or any(mark.of(path) for path in keys.values())
    if name not in desired and not managed:
        return
    of_all = Unit(name, (name,), have, wanted, whole).cause if whole else None
    visible = form.shown({name: wanted}).get(name) or {}
    seen = {k for k in keys if not alike(have.get(k, UNSET), visible.get(k, UNSET))} or {*keys}
    for key, path in keys.items():
        sides = have.get(key, UNSET), wanted.get(key, UNSET)
        applied, because = mark.of(path), None
        if whole and key not in seen:
            continue
        if whole and not alike(*sides):
            because = of_all
        elif managed and applied is None and sides[1] is UNSET:
            because = Reason.DRIFT
        if not (whole and of_all is None):
            yield Unit(path, (name, key), *sides, applied, because, whole=whole)


def is_baseline(applied: Applied) -> bool:
    """Returns true for an entry that remembers an undeclared value, which no manifest sets."""
    return not applied.sent and bool(applied.got)


def without_baseline(mark: Mark) -> Mark:
    """The mark with the entries of what a manifest set, and no others."""
    entries = {
        key: entry
        for key, entry in mark.applied.items()
        if not is_baseline(entry) and key != unit_key(ALL)
    }
    return mark if len(entries) == len(mark.applied) else replace(mark, applied=entries)


def aligned(live: Any, desired: Any) -> Any:
    """`live`, every id of a vanished object standing for what the manifest has in its place."""
    if isinstance(live, Mapping) and isinstance(desired, Mapping):
        return {key: aligned(item, desired.get(key)) for key, item in live.items()}
    if isinstance(live, list) and isinstance(desired, list) and len(live) == len(desired):
        return [aligned(item, wanted) for item, wanted in zip(live, desired, strict=True)]
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
            if not leaves(desired[name], Withheld)
        } | _of_withheld(desired, before)

    ours = [parts(frozenset()), parts(kind.split - OPEN)]
    both = [{**declared, **others} for declared in ours for others in beside]
    return next((entries for entries in both if length(entries) <= room), ours[-1])


def length(entries: Mapping[str, Applied]) -> int:
    """How many characters these entries take in a mark."""
    return len(" ".join(f"{key}:{value}" for key, value in entries.items()))


def _of_withheld(desired: Spec, before: Mapping[str, Applied]) -> dict[str, Applied]:
    """What is remembered of secrets that are not here."""
    keys = [unit_key(name) for name, value in desired.items() if leaves(value, Withheld)]
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
        unsaid = {} if name in kind.split else form.defaults.get(name, UNSET)
        theirs = got.get(name, value if name in form.unread else unsaid)
        if name in kind.split - whole and isinstance(value, Mapping) and value:
            mine = theirs if isinstance(theirs, Mapping) else {}
            for key, item in value.items():
                path = paths.render((name, key), kind.keyed)
                yield name, unit_key(path), _applied(item, mine.get(key, UNSET))
        elif name not in OPEN:
            yield name, unit_key(name), _applied(value, theirs)


def _applied(sent: Any, got: Any) -> Applied:
    return Applied(_digest(sent), _digest(got), sensitive=is_sensitive(sent))


def alike(left: Any, right: Any) -> bool:
    """Whether two sides are the same, both having none included."""
    if left is UNSET or right is UNSET:
        return left is right
    return same(left, right)


def _digest(value: Any) -> str:
    return "" if value is UNSET else digest(value)
