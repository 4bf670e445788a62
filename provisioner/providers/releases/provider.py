"""A Provider that reads and writes `releases` in a registry, and everything else with another provider.

On the `responses` runtime, vector stores and files are live objects of the API, and assistants are
releases in the registry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from provisioner.model.codes import registries as codes
from provisioner.model.errors import Invalid, NotFound
from provisioner.model.mark import Mark
from provisioner.providers.releases.faults import Conflict
from provisioner.providers.releases.release import Release, file_name, id_of
from provisioner.providers.releases.retention import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from provisioner.model.provider import Provider, Row
    from provisioner.providers.releases.registry import Registry

    Spared: TypeAlias = Callable[["list[Row]", "list[Row]"], Iterable[Row]]

RELEASES = "releases"
HISTORY = "releases/history"
"""The collection of all releases of the assistant `parent`, or of all assistants, newest first.

A row is `retained` if the retention rule keeps the release; the next pruning removes the others. A
row is `sealed` if the release was read with a valid seal. A `stray` row is a file that does not
count as a release. It has only its `id`, and in `named` the words of the file that may be ids.
"""
ROLLBACK = "rollback"
"""The only `verb` with which `action` can be called for a release."""
FIELDS = frozenset({"name", "description", "params", "metadata"})
"""The fields that a create or update may contain."""


class ReleasesProvider:
    """Reads and writes `releases` in `registry`, and every other collection with `inner`.

    An update, delete or rollback is based on the release that was last read here, by a list or a
    get. It raises Conflict if another release has been published since. `provenance` is called
    once, before the first publication, and its result is written into every release. `origins` adds
    to it for single assistants, by name. `retire_after` is in seconds.
    """

    def __init__(
        self,
        inner: Provider,
        registry: Registry,
        provenance: Callable[[], Mapping[str, str]] = dict,
        retire_after: float = DAY,
        origins: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._inner = inner
        self._registry = registry
        self._provenance = cache(provenance)
        self._retire_after = retire_after
        self._origins = origins
        self._seen: dict[str, Release] = {}

    @property
    def requests(self) -> Mapping[str, int]:
        return dict(Counter(self._inner.requests) + Counter(self._registry.requests))

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        if collection == HISTORY:
            return [*self._history(parent)]
        if collection != RELEASES:
            return self._inner.list(collection, parent, **query)
        current = self._registry.current()
        self._seen.update(current)
        return [_row(release) for release in current.values()]

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        if collection != RELEASES:
            return self._inner.get(collection, id, parent)
        return _row(self._read(id))

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        if collection != RELEASES:
            return self._inner.create(collection, body, parent)
        draft = self._draft(Release(""), body)
        home = _home(draft)
        if home is None:
            detail = (
                "The metadata of the new release contains no mark, so the release would have no "
                "owner. Nothing was published. This is a bug of the program that called `create`."
            )
            raise Invalid(codes.RELEASE_WITHOUT_OWNER, detail)
        draft = replace(draft, id=home)
        newest = self._registry.newest(home).get(home)
        # A release with the same content may be our own create, whose answer was lost.
        if newest and not newest.deleted and not newest.says_the_same(draft):
            raise Conflict(_taken(newest, self._registry))
        return self._publish(draft, newest.number if newest else 0)

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Publish the current release again, with the fields of the body in place of its own.

        Of `params`, only the keys in the body are replaced. The value None removes a field or key.
        """
        if collection != RELEASES:
            return self._inner.update(collection, id, body, parent)
        # The plan was made from the release that was read, so publishing after a newer one is a
        # conflict.
        base = self._seen.get(id) or self._read(id)
        draft = self._draft(base, body)
        home = _home(draft)
        if home and home != id:
            return self._move(base, replace(draft, id=home))
        return self._publish(draft, base.number)

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        if collection != RELEASES:
            self._inner.delete(collection, id, parent)
            return
        # If the release was not read before, the one that is the newest now is deleted.
        base = self._seen.get(id)
        self._registry.delete(id, based_on=base.number if base else None)
        self._seen.pop(id, None)

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        return self._inner.upload(path, name, sha256, sent)

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        """Publish a copy of the release with the `number` in the body as the newest.

        For a release, `verb` must be `rollback`. If the body has `based_on`, the release of that
        number must still be the current one.
        """
        if collection != RELEASES:
            return self._inner.action(collection, id, verb, body, parent)
        if verb != ROLLBACK:
            detail = f"A release can only be rolled back. It has no action {verb!r}."
            raise Invalid(codes.NO_RELEASE_ACTION, detail)
        base = body.get("based_on") or (self._seen.get(id) or self._read(id)).number
        copy = self._registry.rollback(
            id, int(body["number"]), metadata=body.get("metadata"), based_on=int(base)
        )
        return self._remember(copy)

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        return self._inner.content(id, collection, parent)

    def close(self) -> None:
        self._inner.close()

    def prune(self, under: str, younger_than: float, spared: Spared) -> None:
        """Remove the releases below `under` that the retention rule does not keep.

        `younger_than` is in seconds, as for the rule. `spared` is called with the rows that would
        be removed and the rows that stay. It returns the rows that must not be removed yet.
        """

        def spare(
            going: Iterable[Release], staying: Iterable[Release]
        ) -> Iterable[tuple[str, int]]:
            kept = spared([_row(one) for one in going], [_row(one) for one in staying])
            return [(str(row["id"]), int(row["number"])) for row in kept]

        self._registry.prune(younger_than=younger_than, under=under, spare=spare)

    def _read(self, id: str) -> Release:
        """Return the current release of an id. Raises NotFound if there is none."""
        release = self._registry.current(id).get(id)
        if release is None:
            self._seen.pop(id, None)
            detail = f"{self._registry.place} has no release of {id}, or the assistant was deleted."
            raise NotFound(codes.NO_SUCH_RELEASE, detail, status=404)
        self._seen[id] = release
        return release

    def _history(self, under: str) -> Iterable[Row]:
        return history_rows(self._registry, under, self._retire_after)

    def _publish(self, draft: Release, base: int) -> Row:
        return self._remember(self._registry.publish(draft, based_on=base))

    def _move(self, base: Release, draft: Release) -> Row:
        """Publish a release under another path, because its owner or its name has changed.

        If the owner has changed, the release at the former path is deleted afterwards. If only the
        name has changed, the former release stays, because applications may still load it under
        that name.
        """
        there = self._registry.newest(draft.id).get(draft.id)
        if draft.owner != base.owner:
            # In this order an interruption leaves the assistant with two releases, and never with
            # none.
            row = self._publish(draft, there.number if there else 0)
            self.delete(RELEASES, base.id)
            return row
        if there and not there.deleted and not there.says_the_same(draft):
            raise Conflict(_taken(there, self._registry))
        return self._publish(draft, there.number if there else 0)

    def _remember(self, release: Release) -> Row:
        """Record the release on which the next write is based, and return its row."""
        self._seen[release.id] = release
        return _row(release)

    def _draft(self, base: Release, body: Mapping[str, Any]) -> Release:
        """Return `base` with the fields of a request. Raises Invalid for an unknown field."""
        if unknown := body.keys() - FIELDS:
            detail = (
                f"A release has no {', '.join(sorted(unknown))}: its fields are "
                f"{', '.join(sorted(FIELDS))}."
            )
            raise Invalid(codes.NO_RELEASE_FIELD, detail)
        metadata = _set(body["metadata"] or {}) if "metadata" in body else base.metadata
        mark = Mark.from_metadata(metadata)
        called = mark.address.name if mark else base.id.rpartition("/")[2]
        return replace(
            base,
            name=str(body.get("name", base.name) or ""),
            description=str(body.get("description", base.description) or ""),
            params=_set({**base.params, **(body.get("params") or {})}),
            metadata=metadata,
            owner=str(mark.owner) if mark else base.owner,
            address=str(mark.address) if mark else base.address,
            provenance={**self._provenance(), **self._origins.get(called, {})},
        )


def _taken(newest: Release, registry: Registry) -> str:
    """Return the detail of the error for a release that somebody else has published."""
    return (
        f"{newest.id} already has release {newest.number} in {registry.place}, with other content. "
        "Plan again to see the difference."
    )


def _home(draft: Release) -> str | None:
    """Return the id that the mark of a release names, or None if it has no mark.

    Raises Invalid if a part of that id cannot name a folder.
    """
    mark = Mark.from_metadata(draft.metadata)
    if mark is None:
        return None
    try:
        return id_of(mark.owner.stack, mark.owner.environment, mark.address.name)
    except ValueError as error:
        raise Invalid(codes.NAME_WITHOUT_RELEASES, f"{error}.") from None


def _set(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping without the keys whose value is None."""
    return {key: value for key, value in mapping.items() if value is not None}


def history_rows(registry: Registry, under: str, retire_after: float) -> Iterator[Row]:
    """Yield a row of each release, and of each file that does not count as one.

    `under` is the beginning of the ids, in whole parts. `retire_after` is in seconds.
    """
    found, strays = registry.survey(under)
    kept = registry.retained(found, younger_than=retire_after)
    for one in found:
        is_kept = (one.id, one.number) in kept
        yield {**_row(one), "id": file_name(one.id, one.number), "retained": is_kept}
    for stray in strays:
        # Pruning removes only releases, so a file that is none always stays.
        yield {"id": stray.name, "stray": True, "retained": True, "named": sorted(stray.named)}


def _row(release: Release) -> Row:
    """Return a release as a row of the collection `releases`."""
    return {
        "id": release.id,
        "name": release.name,
        "description": release.description or None,
        "metadata": dict(release.metadata),
        "created_at": release.created_at,
        "params": release.arguments(),
        "number": release.number,
        "digest": release.digest,
        "deleted": release.deleted,
        "provenance": dict(release.provenance),
        "sealed": release.sealed,
    }
