"""Finds undeclared values: values of a live object that no manifest sets, such as a tool added by hand.

The mark has a digest of each accepted undeclared value, `Applied(sent="", got=…)`; together they
are the baseline. A value without a digest was at its default when the mark was written. If the mark
has no room for one digest for each value, it has one digest of all of them under `ALL`. Marks of
version 1 recorded no undeclared values; such a mark gets a question mark under `ALL`. The baseline
changes only with a plan that somebody agreed to; a routine apply copies it into the new mark.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provisioner.engine.baseline import ALL, MOMENT, is_baseline, without_baseline
from provisioner.engine.comparer import Comparer
from provisioner.engine.tracked_fields import OPEN
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.binding import Binding
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.mark import Applied, Mark, tracked_key
from provisioner.model.plan import NOT_KNOWN, UNSET, Since, Undeclared
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import Placeholder, Spec, digest, same

NOTHING_KNOWN = Applied("", "?")
"""The entry of a mark that does not record which undeclared values there were.

It is in the mark under the path `ALL`, in place of the digests of these values.
"""

FIRST_VERSION = 2
"""The first version of marks that record undeclared values."""


@frozen
class ComparedObject:
    """Both complete specs of one object (see Binding), with its kind, binding and mark."""

    desired: Spec
    live: Spec
    kind: Kind
    binding: Binding
    mark: Mark

    def off_default(self) -> dict[str, Any]:
        """Return the undeclared values by path: fields of the schema that are not at their default.

        These fields are never undeclared: fields whose applied digests are in the mark, metadata,
        fields that the server computes, and fields that cannot be changed on a live object.
        """
        return {
            path: value
            for name in self._candidates()
            for path, value in _items(name, self.live[name], self.kind)
            if not any(
                self.comparer(path).alike(value, usual)
                for usual in (self.default(path), self.binding.fields.also_default.get(path, UNSET))
            )
        }

    def comparer(self, path: str) -> Comparer:
        """Return the comparer for the values at a path."""
        comparer = Comparer(self.kind.schemas, formerly=self.mark.formerly)
        return comparer.below(*paths.parse(path))

    def default(self, path: str) -> Any:
        """Return the value that the server has at a path if nobody sets one."""
        return self.binding.fields.defaults.get(path, UNSET)

    def _candidates(self) -> Iterator[str]:
        declared = without_baseline(self.mark)
        # Nobody can have changed what cannot be changed, and the server itself changes the others.
        fixed = (
            self.kind.immutable | self.binding.fields.computed | self.binding.fields.resolved | OPEN
        )
        for name in self.kind.schema["properties"]:
            if name in self.desired or name not in self.live or name in fixed:
                continue
            tracked_fields = (name, *(path for path, _ in _items(name, self.live[name], self.kind)))
            if not any(declared.of(tracked) for tracked in tracked_fields):
                yield name

    def gone(self) -> Iterator[tuple[str, Any]]:
        """Yield each path of the baseline whose value is at its default again, and that default.

        The mark has only digests of paths, so removed items of lists can be counted but not named.
        """
        baseline = {key for key, entry in self.mark.applied.items() if is_baseline(entry)}
        if not baseline:
            return
        there = self.off_default()
        every = [path for spec in (self.desired, self.live) for path in _paths(spec, self.kind)]
        known = {tracked_key(path) for path in (*every, *there, ALL, MOMENT)}
        for name in self.kind.schema["properties"]:
            entry = self.mark.of(name)
            if entry and is_baseline(entry) and name not in (*there, *self.desired):
                known.add(tracked_key(name))
                yield name, self.default(name)
        # A digest that fits no known path belongs to an item that is no longer there.
        if rest := baseline - known:
            yield (
                ", ".join(sorted(self.kind.split - OPEN)),
                Placeholder(f"({len(rest)} that no manifest declares, no longer there)"),
            )


def has_none(resource: Resource, found: RemoteObject, defaults: Mapping[str, Any]) -> bool:
    """Return true for an object that certainly has no undeclared values, and had none before.

    In nearly all objects every field that no manifest sets is at its default. This quick test saves
    them the full comparison.
    """
    if found.mark and any(map(is_baseline, found.mark.applied.values())):
        return False
    return all(
        name in resource.spec
        or (
            isinstance(value, str | int | float)
            and name in defaults
            and same(value, defaults[name])
        )
        for name, value in found.spec.items()
    )


def undeclared(address: Address, sides: ComparedObject, *, whole: bool = True) -> list[Undeclared]:
    """Return the undeclared values of one object, each compared with the baseline.

    For an object that could not be read as a `whole`, no value is reported as removed, because it
    may be in a field that could not be read.
    """
    there, mark = sides.off_default(), sides.mark
    found = [
        Undeclared(
            address,
            path,
            value,
            since := _since(path, there, sides),
            NOT_KNOWN if mark.of(path) or since is not Since.MOVED else sides.default(path),
            item=paths.parse(path) != (path,),
        )
        for path, value in there.items()
    ]
    gone = sides.gone() if whole else ()
    return found + [Undeclared(address, path, value, Since.MOVED) for path, value in gone]


def _since(path: str, there: Mapping[str, Any], sides: ComparedObject) -> Since:
    mark = sides.mark
    # Such a mark recorded no baseline, or has lost it, so nothing can be said about the past.
    if mark.version < FIRST_VERSION or not mark.intact:
        return Since.UNKNOWN
    if entry := mark.of(path):
        is_same = sides.comparer(path).is_recorded(there[path], entry.got)
        return Since.ACCEPTED if is_same else Since.MOVED
    every = mark.of(ALL)
    # A value without an entry was at its default when the mark was written.
    if every is None:
        return Since.MOVED
    if every == NOTHING_KNOWN:
        return Since.UNKNOWN
    # One digest of many values shows that one of them changed, and not which one.
    return Since.ACCEPTED if _together(there, sides) == every.got else Since.AMONG


def accepted(sides: ComparedObject) -> dict[str, Applied]:
    """Return digests that make the present undeclared values the baseline."""
    return _entries(sides.off_default(), sides)


def carried(sides: ComparedObject) -> dict[str, Applied]:
    """Return digests that keep the baseline of an object unchanged.

    `sides.mark` is the mark of the object, `sides.live` the spec that was read with it.
    """
    before, now = sides.mark, sides.off_default()
    if before.version < FIRST_VERSION or not before.intact:
        return {tracked_key(ALL): NOTHING_KNOWN} if now else {}
    every = before.of(ALL)
    if every is not None and every != NOTHING_KNOWN:
        was = replace(sides, desired={}).off_default()
        # The manifest declares one of these values now, so the digest of all values has changed
        # although nobody has edited the object.
        if was != now:
            is_known = _together(was, sides) == every.got
            every = Applied("", _together(now, sides)) if is_known else NOTHING_KNOWN
    gone = {tracked_key(path) for path in (ALL, *_paths(sides.desired, sides.kind))}
    # A value that the manifest sets now is no longer undeclared.
    kept = {key: entry for key, entry in raw(before).items() if key not in gone}
    return {**kept, tracked_key(ALL): every} if every is not None and now else kept


def with_nothing_known(sides: ComparedObject) -> Mark:
    """Return the mark for an object that is adopted.

    If the object has undeclared values, the mark records that nothing is known about earlier ones.
    """
    entries = {tracked_key(ALL): NOTHING_KNOWN} if sides.off_default() else {}
    return replace(sides.mark, applied={**sides.mark.applied, **entries})


def in_one(entries: Mapping[str, Applied]) -> dict[str, Applied]:
    """Return one digest of all the entries, for a mark that has no room for each of them."""
    if not entries or tracked_key(ALL) in entries:
        return dict(entries)
    together = digest(sorted(f"{key}{entry.got}" for key, entry in entries.items()))
    return {tracked_key(ALL): Applied("", together)}


def forms_of_entries(
    entries: Mapping[str, Applied], *, moment: Applied | None = None
) -> list[dict[str, Applied]]:
    """Return the forms in which a mark may record the entries, the most detailed first.

    `moment` is the entry of the mark for the time at which its object was changed.
    """
    last = {tracked_key(MOMENT): moment} if moment else {}
    return [{**entries, **last}, {**in_one(entries), **last}, in_one(entries)]


def raw(mark: Mark | None) -> dict[str, Applied]:
    """Return the entries of undeclared values as the mark has them."""
    applied = mark.applied if mark else {}
    return {
        key: entry
        for key, entry in applied.items()
        if key == tracked_key(ALL) or (is_baseline(entry) and key != tracked_key(MOMENT))
    }


def _together(there: Mapping[str, Any], sides: ComparedObject) -> str:
    return in_one(_entries(there, sides))[tracked_key(ALL)].got if there else ""


def _entries(there: Mapping[str, Any], sides: ComparedObject) -> dict[str, Applied]:
    return {
        tracked_key(path): sides.comparer(path).applied(UNSET, value)
        for path, value in there.items()
    }


def _items(name: str, value: Any, kind: Kind) -> Iterator[tuple[str, Any]]:
    """Yield a field itself, or each item of it if its kind splits it."""
    if name in kind.split and isinstance(value, Mapping):
        for key, item in value.items():
            yield paths.render((name, str(key)), kind.keyed), item
    else:
        yield name, value


def _paths(spec: Spec, kind: Kind) -> Iterator[str]:
    for name, value in spec.items():
        yield name
        yield from (path for path, _ in _items(name, value, kind))
