"""The registry: numbered releases, each published once, and no pointer that could tear.

The current release of an assistant is the highest complete one. A publisher takes the number above
the highest that it sees, and gets it or not; nobody waits for anybody, nothing is locked, and a
publisher that dies leaves nothing behind that counts.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from provisioner.model.codes import servers as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import Invalid, NotFound
from provisioner.providers.releases.faults import Conflict
from provisioner.providers.releases.release import (
    NAME,
    ROLLBACK_OF,
    Damaged,
    Release,
    file_name,
)
from provisioner.providers.releases.retention import DAY, KEEP, by_id, retained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from provisioner.providers.releases.store import Store

    Spare: TypeAlias = Callable[[list["Release"], list["Release"]], Iterable[tuple[str, int]]]

TRIES = 50
"""How often a publisher tries for a number. Each time it loses, somebody else has won."""
DRAFT_SECONDS = 3600.0


def _say_nothing(_: Diagnostic) -> None:
    return


class Registry:
    """Releases in a store, by id: `STACK/ENVIRONMENT/ASSISTANT`.

    `under` is the beginning of an id, in whole parts: one stack, one environment, one assistant.
    `warn` is told of files that are no whole releases; they are passed over.
    """

    def __init__(
        self,
        store: Store,
        *,
        warn: Callable[[Diagnostic], None] = _say_nothing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._warn = warn
        self._clock = clock

    @property
    def place(self) -> str:
        return self._store.place

    @property
    def requests(self) -> Mapping[str, int]:
        return self._store.requests

    def numbers(self, under: str = "") -> dict[str, list[int]]:
        """Which releases there are, by id, lowest first: from names alone, nothing is read.

        The cheap way to see whether something was published.
        """
        found: dict[str, list[int]] = {}
        for match in map(NAME.fullmatch, self._store.names(under)):
            if match:
                found.setdefault(match["id"], []).append(int(match["number"]))
        return {id: sorted(found[id]) for id in sorted(found)}

    def newest(self, under: str = "") -> dict[str, Release]:
        """The highest complete release of each assistant, tombstones included."""
        return self._newest(self.numbers(under))

    def _newest(self, waiting: Mapping[str, Sequence[int]]) -> dict[str, Release]:
        """The highest complete one of the numbers of each id."""
        found: dict[str, Release] = {}
        tried: dict[str, set[int]] = {}
        while waiting:
            again: dict[str, list[int]] = {}
            heads = {id: numbers[-1] for id, numbers in waiting.items()}
            for id, data in zip(heads, self._read(heads), strict=True):
                tried.setdefault(id, set()).add(heads[id])
                if release := self._whole(id, heads[id], data):
                    found[id] = release
                    continue
                # One that is gone was superseded and pruned since the names were read.
                numbers = self.numbers(id).get(id, []) if data is None else waiting[id]
                again[id] = [number for number in numbers if number not in tried[id]]
            waiting = {id: numbers for id, numbers in again.items() if numbers}
        return found

    def current(self, under: str = "") -> dict[str, Release]:
        """The release of each assistant that counts now."""
        newest = self.newest(under).items()
        return {id: release for id, release in newest if not release.deleted}

    def history(self, under: str = "") -> list[Release]:
        """Every retained complete release, the newest of each assistant first."""
        names = [(id, n) for id, numbers in self.numbers(under).items() for n in reversed(numbers)]
        contents = self._store.read([file_name(id, number) for id, number in names])
        read = (self._whole(*name, data) for name, data in zip(names, contents, strict=True))
        return [release for release in read if release]

    def publish(self, release: Release, *, based_on: int | None = None) -> Release:
        """Publish the content of `release` as the newest, and return it with its number.

        What says the same as the current release is not published again: that one is returned.
        `based_on` is the number of the release that this one was made from, 0 where there was
        none: if another has become the newest since, it raises Conflict. Without it, who loses a
        number takes the next.
        """
        _check(release.id)
        for _ in range(TRIES):
            numbers = self.numbers(release.id)
            newest = self._newest(numbers).get(release.id)
            if newest and newest.says_the_same(release):
                return newest
            if based_on is not None and based_on != (newest.number if newest else 0):
                raise self._conflict(release.id, based_on, newest)
            highest = max([*numbers.get(release.id, ()), newest.number if newest else 0])
            made = replace(release, number=highest + 1, created_at=self._clock())
            if self._store.create(file_name(made.id, made.number), _bytes(made)):
                self._say_if_not_exclusive()
                return made
        raise Conflict(
            f"{TRIES} numbers in a row of {release.id} in {self.place} went to others. Let fewer "
            "pipelines publish the same assistant."
        )

    def delete(self, id: str, *, based_on: int | None = None) -> None:
        """Publish a tombstone. Being deleted already is success; `based_on` as for publish."""
        newest = self.newest(id).get(id)
        if newest is None or newest.deleted:
            return
        grave = replace(newest, deleted=True, params={}, metadata={}, provenance={})
        self.publish(grave, based_on=newest.number if based_on is None else based_on)

    def rollback(
        self,
        id: str,
        number: int,
        *,
        metadata: Mapping[str, str] | None = None,
        based_on: int | None = None,
    ) -> Release:
        """Publish a copy of an older release as the newest. Raises NotFound, Conflict.

        `metadata` stands in for that of the older one; `based_on` as for publish, in any case on
        what is the newest now.
        """
        kept = {release.number: release for release in self.history(id) if release.id == id}
        older = kept.get(number)
        if older is None or older.deleted:
            there = ", ".join(str(n) for n in sorted(kept) if not kept[n].deleted) or "none"
            detail = f"{self.place} has no release {number} of {id}. There are: {there}."
            raise NotFound(codes.NO_SUCH_RELEASE, detail, status=404)
        source = {**older.provenance, ROLLBACK_OF: str(number)}
        copy = replace(
            older, provenance=source, metadata=older.metadata if metadata is None else metadata
        )
        return self.publish(copy, based_on=max(kept) if based_on is None else based_on)

    def retained(
        self, releases: Iterable[Release], *, keep: int = KEEP, younger_than: float = DAY
    ) -> set[tuple[str, int]]:
        """Which of these the retention rule keeps now, by id and number."""
        return retained(releases, self._clock(), keep=keep, younger_than=younger_than)

    def prune(
        self,
        *,
        keep: int = KEEP,
        younger_than: float = DAY,
        under: str = "",
        spare: Spare = lambda _going, _staying: (),
    ) -> tuple[str, ...]:
        """Remove what the retention rule does not keep, and say which files went.

        `spare` is shown what would go and what stays, and names releases, by id and number, that
        may not go yet.
        """
        history = self.history(under)
        stay = self.retained(history, keep=keep, younger_than=younger_than)
        going = [one for one in history if (one.id, one.number) not in stay]
        if going:
            stay |= {*spare(going, [one for one in history if (one.id, one.number) in stay])}
        gone: list[str] = []
        for id, releases in by_id(history).items():
            newest = releases[0].number
            if any(kept == id for kept, _ in stay):
                # What is below it, a tombstone too, must not become current.
                stay.add((id, newest))
            # The newest goes last: until then nobody can take what is left for current.
            gone += [
                file_name(id, number)
                for number in self.numbers(id).get(id, [])
                if number <= newest and (id, number) not in stay
            ]
        self._store.remove(gone)
        self._store.sweep(DRAFT_SECONDS)
        return tuple(gone)

    def _read(self, heads: Mapping[str, int]) -> list[bytes | None]:
        return self._store.read([file_name(id, number) for id, number in heads.items()])

    def _whole(self, id: str, number: int, data: bytes | None) -> Release | None:
        if data is None:
            return None
        try:
            return Release.from_bytes(id, number, data)
        except Damaged as damage:
            detail = (
                f"{self.place}/{file_name(id, number)} is passed over: {damage}. The release below "
                "it counts. Publish again, or restore the file."
            )
            self._warn(warning(codes.RELEASE_DAMAGED, detail))
            return None

    def _conflict(self, id: str, based_on: int, newest: Release | None) -> Conflict:
        was = f"release {based_on}" if based_on else "no release"
        now = f"release {newest.number}" if newest else "none"
        deleted = ", a deletion," if newest and newest.deleted else ""
        return Conflict(
            f"In {self.place}, {id} had {was} when it was read, and now {now}{deleted} is the "
            "newest. Nothing was published. Plan again to see what the other one changed."
        )

    def _say_if_not_exclusive(self) -> None:
        if self._store.exclusive:
            return
        detail = (
            f"The storage of {self.place} cannot make sure that of two publishers only one gets a "
            "number. Let one pipeline publish at a time, or use a folder, S3, GCS or Azure."
        )
        self._warn(warning(codes.REGISTRY_NOT_EXCLUSIVE, detail))


def _check(id: str) -> None:
    if not NAME.fullmatch(file_name(id, 1)):
        detail = (
            f"{id!r} cannot be the id of releases: it is STACK/ENVIRONMENT/ASSISTANT, each of "
            "letters, digits, points, dashes and underscores."
        )
        raise Invalid(codes.NAME_WITHOUT_RELEASES, detail)


def _bytes(release: Release) -> bytes:
    try:
        return release.to_bytes()
    except (TypeError, ValueError) as error:
        detail = f"The parameters of {release.id} cannot be written as JSON: {error}."
        raise Invalid(codes.RELEASE_NO_JSON, detail) from None
