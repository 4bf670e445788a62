"""Compare two runtimes for `migrate`: list what each assistant gains, loses and keeps.

The comparison reads the manifests and the support tables of the runtimes. It sends no request.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from provisioner.engine.prepare import without_unused_files
from provisioner.kinds import CONVERSATIONAL, KINDS
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.frozen import frozen
from provisioner.model.migration import (
    AssistantMigration,
    FieldEffect,
    FieldMigration,
    ResourceEffect,
    ResourceMigration,
)
from provisioner.model.resource import Desired, Resource
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.runtimes.matrix import word
from provisioner.source.spec_paths import printed, uses, value_at, word_of
from provisioner.source.support import Lack, dropping, lacking, too_long

_CONVERSATIONAL: Final = CONVERSATIONAL.name
# A note in a support table may begin with the name that a field has on that runtime's API.
_BECOMES: Final = re.compile(r"Becomes `(?P<name>[^`]+)`\.\s*")
_NEITHER: Final = (Support(Level.UNSUPPORTED),) * 2
_KEPT: Final = frozenset({"name", "model"})
"""Fields that no `drop:` can leave out, because every assistant has them."""

Dropped = Mapping[Address, tuple[str, ...]]
Where = Callable[[Address, str], Position | None]


@frozen
class Endpoint:
    """The source or the target of a migration: its runtime, and the entries of its `drop:`."""

    runtime: Runtime
    drop: tuple[str, ...] = ()


@frozen
class Comparison:
    """The migration of some resources from a source to a target.

    `declared` has all resources by address, and `chosen` are the addresses that migrate. `where`
    returns the position of a diff path of an address in the manifests.
    """

    declared: Desired
    chosen: Collection[Address]
    source: Endpoint
    target: Endpoint
    where: Where = lambda _address, _path: None
    missing: set[str] = field(init=False)
    """The kinds of chosen resources that the target's runtime lacks, and that its `drop:` does not
    name."""

    def __post_init__(self) -> None:
        kinds = {a.kind for a in self.chosen} - self.target.runtime.bindings.keys()
        # Computed once for all resources. The class is frozen, so it cannot be assigned.
        object.__setattr__(self, "missing", {k for k in kinds if k not in self.target.drop})

    def assistants(self) -> tuple[AssistantMigration, ...]:
        """Return the comparison of each chosen assistant, field by field."""
        # The third answers what else is lost if the missing kinds are added to `drop:`.
        had, agreed, then = (
            dropping(self.declared, drop)[1]
            for drop in (
                self.source.drop,
                self.target.drop,
                (*self.target.drop, *sorted(self.missing)),
            )
        )
        return tuple(
            _Fields(self, self.declared[a], *(d.get(a, ()) for d in (had, agreed, then))).move()
            for a in sorted(self.chosen)
            if a.kind == _CONVERSATIONAL
        )

    def resources(self, *, one_account: bool) -> tuple[ResourceMigration, ...]:
        """Return the comparison of each chosen resource that is no assistant.

        `one_account` is true if both targets are the same account, so that objects of a shared
        collection stay.
        """
        source, target = _alive(self.declared, self.source), _alive(self.declared, self.target)
        return tuple(
            self._resource(self.declared[a], a in source, a in target, one_account)
            for a in sorted(self.chosen)
            # A Function is on neither side, because it has no object of its own.
            if a.kind != _CONVERSATIONAL and (a in source or a in target or a.kind in self.missing)
        )

    def _resource(
        self, resource: Resource, was: bool, will_be: bool, one_account: bool
    ) -> ResourceMigration:
        """Return the comparison of one resource: lost, rebuilt, gained, or unchanged.

        `was` is true if it has an object on the source, `will_be` if it has one on the target.
        """
        kind, lacks = resource.address.kind, resource.address.kind in self.missing
        effect = (
            ResourceEffect.LOST
            if not will_be
            else ResourceEffect.REBUILT
            if was
            else ResourceEffect.GAINED
        )
        bindings = self.source.runtime.bindings, self.target.runtime.bindings
        if effect is ResourceEffect.REBUILT and one_account:
            # In one account, the same collection has the same object: there is nothing to move.
            same = bindings[0][kind].collection == bindings[1][kind].collection
            effect = ResourceEffect.STAYS if same else effect
        return ResourceMigration(
            resource.address,
            effect,
            documents=len(resource.documents),
            agreed=effect is ResourceEffect.LOST and not lacks,
            drop=kind if lacks else "",
            position=resource.origin,
        )


def _alive(declared: Desired, end: Endpoint) -> set[Address]:
    """Return the addresses of resources that have a live object of their own on an endpoint."""
    # A File without a referrer has no upload, and dropping may have removed its referrers.
    left, _ = dropping(declared, end.drop)
    return {a for a in without_unused_files(left, KINDS) if a.kind in end.runtime.bindings}


@frozen
class _Fields:
    """Compares one assistant field by field.

    `had` are the paths that the source's `drop:` leaves out, `agreed` those that the target's
    `drop:` leaves out. `then` are those that the target leaves out if its missing kinds are dropped
    too.
    """

    whole: Comparison
    resource: Resource
    had: tuple[str, ...]
    agreed: tuple[str, ...]
    then: tuple[str, ...]

    def move(self) -> AssistantMigration:
        address = self.resource.address
        known = tuple(sorted(self.resource.references))
        if _CONVERSATIONAL in self.agreed:
            # The whole kind is in `drop:`. Every field goes with it, so none is listed.
            lost = FieldMigration(
                _CONVERSATIONAL, FieldEffect.LOST, *_NEITHER, position=self.resource.origin
            )
            return AssistantMigration(address, (lost,), known, self.resource.origin)
        return AssistantMigration(address, tuple(self._all()), known, self.resource.origin)

    def _all(self) -> Iterator[FieldMigration]:
        """Yield the comparison of each field, tool and option that the assistant uses."""
        source, target = self.whole.source.runtime, self.whole.target.runtime
        lacks = {lack.path: lack for lack in lacking(self.resource, target)}
        before = {lack.path for lack in lacking(self.resource, source)}
        long = dict(too_long(self.resource, target))
        gone: list[str] = []
        new: list[str] = []
        for path, row, value in _used(self.resource.spec, source, target):
            if _inside(path, gone):
                # A part of a lost field is lost with it, and is not listed again.
                continue
            words = _word(source, row, value), _word(target, row, value)
            had = _CONVERSATIONAL not in self.had and not _inside(path, (*self.had, *before))
            if path in lacks or _inside(path, self.agreed):
                gone.append(path)
                # A field that the source lacks too, and that `drop:` names, is no loss.
                if had or not _inside(path, self.agreed):
                    yield self._lost(path, words, lacks.get(path), had)
            elif path in long:
                yield self._too_long(path, words, long[path])
            else:
                one = self._kept(path, words, had)
                # A part that is gained together with its tool or with the field around it needs no
                # row.
                if had or one.note or not _inside(path, new):
                    yield one
                new += [] if had else [path]

    def _lost(
        self, path: str, words: tuple[Support, Support], lack: Lack | None, had: bool
    ) -> FieldMigration:
        """Return the comparison of a field that the target does not have.

        `words` are the source's and the target's support of the field. `lack` says what the target's
        runtime does not support, or is None if only the target's `drop:` leaves the field out. `had`
        is true if the source has the field.
        """
        agreed, drop = _inside(path, self.agreed), lack.drop if lack else ""
        if not agreed and _inside(path, self.then):
            drop = self._kind_of(path)
        return FieldMigration(
            path,
            FieldEffect.LOST,
            *words,
            note=lack.note if lack else "",
            had=had,
            agreed=agreed,
            drop="" if drop in _KEPT else drop,
            position=self._where(path),
        )

    def _kind_of(self, path: str) -> str:
        """Return the missing kind that the tool at a path refers to, or '' if it refers to none.

        Without objects of that kind, the tool cannot be moved.
        """
        for kind in sorted(self.whole.missing):
            _, dropped = dropping({self.resource.address: self.resource}, [kind])
            if _inside(path, dropped.get(self.resource.address, ())):
                return kind
        return ""

    def _too_long(self, path: str, words: tuple[Support, Support], limit: int) -> FieldMigration:
        """Return the comparison of a text that is longer than `limit`, which the target allows.

        `words` are the source's and the target's support of the field.
        """
        note = f"The target takes at most {limit} characters: shorten the text."
        position = self._where(path)
        return FieldMigration(path, FieldEffect.LOST, *words, note=note, position=position)

    def _kept(self, path: str, words: tuple[Support, Support], had: bool) -> FieldMigration:
        """Return the comparison of a field that the target has: equal, changed or gained.

        `words` are the source's and the target's support of the field. `had` is true if the source
        has it too.
        """
        source, target = words
        (called, before), (name, note) = _parts(source), _parts(target)
        if note == before or target.limit:  # what fits needs no word about a limit
            note = ""
        moved = note or source.level is not target.level
        effect = FieldEffect.CHANGED if moved else FieldEffect.EXACT
        if not had:
            effect, note = FieldEffect.GAINED, _parts(target)[1]
        name = "" if name == called else name
        position = self._where(path) if effect is not FieldEffect.EXACT else None
        return FieldMigration(
            path, effect, *words, name=name, note=note, had=had, position=position
        )

    def _where(self, path: str) -> Position | None:
        return self.whole.where(self.resource.address, path)


def _used(spec: Mapping[str, Any], *runtimes: Runtime) -> Iterator[tuple[str, str, Any]]:
    """Yield each field, tool and option that a spec uses: its path, its row in the support tables, its value."""
    rows = (row.partition("=")[0] for runtime in runtimes for row in runtime.support)
    inner = [row for row in dict.fromkeys(rows) if "." in row]
    for name, value in spec.items():
        if name != "tools":
            yield name, name, value
            yield from _inner(spec, [row for row in inner if row.startswith(f"{name}.")], name)
            continue
        for key, tool in (value or {}).items():
            whole = f"tools[{tool['type']}]"
            yield printed(("tools", key)), whole, tool
            options = [row for row in inner if row.startswith(f"{whole}.")]
            yield from _inner(spec, options, printed(("tools", key)))


def _inner(
    spec: Mapping[str, Any], rows: Collection[str], top: str
) -> Iterator[tuple[str, str, Any]]:
    """Yield (path, row, value) of each part of one field or tool that has a row of its own.

    `rows` are the rows of the support tables. `top` is the path of the field or tool.
    """
    for row in rows:
        for way in uses(spec, row):
            if paths.covers(top, path := printed(way)) and path != top:
                yield path, row, value_at(spec, way)


def _word(runtime: Runtime, row: str, value: Any) -> Support:
    """Return what a runtime says of a row of the support table if the field has this value."""
    return runtime.support.get(f"{row}={word_of(value)}") or word(runtime, row)


def _parts(support: Support) -> tuple[str, str]:
    """Return the field's name on the runtime's API, empty if it is the same, and the rest of the note."""
    found = _BECOMES.match(support.note)
    return (found["name"], support.note[found.end() :]) if found else ("", support.note)


def _inside(path: str, parts: Collection[str]) -> bool:
    """Return true if a path is one of `parts` or inside of one."""
    return any(paths.covers(part, path) for part in parts)
