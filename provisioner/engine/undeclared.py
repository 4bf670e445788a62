"""Undeclared values: what a live object has though no manifest sets it, such as a tool added by hand.

The mark remembers them one by one as a baseline: `Applied(sent="", got=…)`. A value without such an
entry was at its default when the mark was written. Where the mark has no room for one entry each,
one digest stands for all of them under `ALL`; where nothing is known of them (a mark of version 1
knew none), a question mark stands there. The baseline moves only with a plan that somebody
agreed to; a routine apply carries it over.
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
"""The entry under `ALL` of a mark that knows nothing of undeclared values."""

FIRST_VERSION = 2
"""The first version of marks that remember undeclared values."""


@frozen
class ComparedObject:
    """One object as it is judged here: both complete specs (see Binding), its kind, and its mark."""

    desired: Spec
    live: Spec
    kind: Kind
    binding: Binding
    mark: Mark

    def off_default(self) -> dict[str, Any]:
        """Return the undeclared values by path: known to the schema, and off their default.

        A field that the mark lists as applied is not undeclared, nor is metadata, what the server
        computes by itself, or what cannot be changed on an object.
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
        """Return how values at a path are compared and digested."""
        comparer = Comparer(self.kind.schemas, formerly=self.mark.formerly)
        return comparer.below(*paths.parse(path))

    def default(self, path: str) -> Any:
        """Return the value that the server holds at a path where nobody sets one."""
        return self.binding.fields.defaults.get(path, UNSET)

    def _candidates(self) -> Iterator[str]:
        declared = without_baseline(self.mark)
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
        """Yield paths of the baseline that are at their default again, and that default.

        The mark knows paths by their digests only, so items of lists are counted, not named.
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
        if rest := baseline - known:
            yield (
                ", ".join(sorted(self.kind.split - OPEN)),
                Placeholder(f"({len(rest)} that no manifest declares, no longer there)"),
            )


def has_none(resource: Resource, found: RemoteObject, defaults: Mapping[str, Any]) -> bool:
    """Returns true for an object that certainly has no undeclared values, and had none before.

    Nearly all objects are told so: every field that no manifest sets is at its plain default.
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
    """Return the undeclared values of one object, and what is known of when they came.

    Of an object that could not be read as a `whole`, nothing is said to be gone.
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
    if mark.version < FIRST_VERSION or not mark.intact:
        return Since.UNKNOWN
    if entry := mark.of(path):
        is_same = sides.comparer(path).is_recorded(there[path], entry.got)
        return Since.ACCEPTED if is_same else Since.MOVED
    every = mark.of(ALL)
    if every is None:
        return Since.MOVED
    if every == NOTHING_KNOWN:
        return Since.UNKNOWN
    return Since.ACCEPTED if _together(there, sides) == every.got else Since.AMONG


def accepted(sides: ComparedObject) -> dict[str, Applied]:
    """Return the entries of a mark in which the undeclared values are the baseline."""
    return _entries(sides.off_default(), sides)


def carried(sides: ComparedObject) -> dict[str, Applied]:
    """Return the entries of a mark that leaves the baseline of an object where it was.

    `sides.mark` is the mark that the object carries, `sides.live` the spec that was read with it.
    """
    before, now = sides.mark, sides.off_default()
    if before.version < FIRST_VERSION or not before.intact:
        return {tracked_key(ALL): NOTHING_KNOWN} if now else {}
    every = before.of(ALL)
    if every is not None and every != NOTHING_KNOWN:
        was = replace(sides, desired={}).off_default()
        # The manifest declares one of them now, so the digest over all of them has changed.
        if was != now:
            is_known = _together(was, sides) == every.got
            every = Applied("", _together(now, sides)) if is_known else NOTHING_KNOWN
    gone = {tracked_key(path) for path in (ALL, *_paths(sides.desired, sides.kind))}
    kept = {key: entry for key, entry in raw(before).items() if key not in gone}
    return {**kept, tracked_key(ALL): every} if every is not None and now else kept


def with_nothing_known(sides: ComparedObject) -> Mark:
    """Return the mark of an object that becomes ours as it is. Its values have no known age."""
    entries = {tracked_key(ALL): NOTHING_KNOWN} if sides.off_default() else {}
    return replace(sides.mark, applied={**sides.mark.applied, **entries})


def in_one(entries: Mapping[str, Applied]) -> dict[str, Applied]:
    """Return the same entries as one digest, for a mark that has no room for each of them."""
    if not entries or tracked_key(ALL) in entries:
        return dict(entries)
    together = digest(sorted(f"{key}{entry.got}" for key, entry in entries.items()))
    return {tracked_key(ALL): Applied("", together)}


def spellings_of_entries(
    entries: Mapping[str, Applied], *, moment: Applied | None = None
) -> list[dict[str, Applied]]:
    """Return the entries in the spellings that a mark may hold, the one that says most first.

    `moment` is what the mark remembers of when its object was changed.
    """
    last = {tracked_key(MOMENT): moment} if moment else {}
    return [{**entries, **last}, {**in_one(entries), **last}, in_one(entries)]


def raw(mark: Mark | None) -> dict[str, Applied]:
    """Return the entries of undeclared values as they stand in a mark."""
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
    """Yield a field itself, or each item of one that its kind splits."""
    if name in kind.split and isinstance(value, Mapping):
        for key, item in value.items():
            yield paths.render((name, str(key)), kind.keyed), item
    else:
        yield name, value


def _paths(spec: Spec, kind: Kind) -> Iterator[str]:
    for name, value in spec.items():
        yield name
        yield from (path for path, _ in _items(name, value, kind))
