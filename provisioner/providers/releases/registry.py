"""The registry: numbered releases, each published once, and no pointer that could tear.

The current release of an assistant is the highest one that counts: it is whole, and it stands in
the folder of its owner and address. A publisher takes the number above the highest that it sees,
and gets it or not; nobody waits for anybody, nothing is locked, and a publisher that dies leaves
nothing behind that counts. What was published is read back before it is called published.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Ambiguous, Invalid, NotFound, ProviderError
from provisioner.providers.releases.faults import Conflict
from provisioner.providers.releases.reading import Reader
from provisioner.providers.releases.release import NAME, ROLLBACK_OF, Release, file_name
from provisioner.providers.releases.retention import DAY, KEEP, by_id, retained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    Spare: TypeAlias = Callable[[list["Release"], list["Release"]], Iterable[tuple[str, int]]]

TRIES = 50
"""The number of times that a publisher tries for a number.

Each time it loses, somebody else has won.
"""
DRAFT_SECONDS = 3600.0


class Registry(Reader):
    """Releases in a store, by id: `STACK/ENVIRONMENT/ASSISTANT`.

    `under` is the beginning of an id, in whole parts: one stack, one environment, one assistant.
    `warn` is told of files that do not count as releases. They are passed over, and never removed.
    """

    def publish(self, release: Release, *, based_on: int | None = None) -> Release:
        """Publish the content of `release` as the newest, and return it with its number.

        What says the same as the current release is not published again: that one is returned.
        `based_on` is the number of the release that this one was made from, 0 where there was
        none: if another has become the newest since, it raises Conflict. Without it, who loses a
        number takes the next. What was published is read back: raises ProviderError where the
        registry has not kept it, Ambiguous where nobody can say.
        """
        release = release.at_home()
        _check(release)
        for _ in range(TRIES):
            numbers = self.numbers(release.id)
            newest = self._newest(numbers).get(release.id)
            if newest and newest.says_the_same(release):
                return newest
            if based_on is not None and based_on != (newest.number if newest else 0):
                raise self._conflict(release.id, based_on, newest)
            # The number of a symbolic link is taken, although no release counts there.
            linked = self._numbers(self._store.linked(release.id)).get(release.id, [])
            taken = [*numbers.get(release.id, ()), *linked, newest.number if newest else 0]
            highest = max(taken)
            made = replace(release, number=highest + 1, created_at=self._clock())
            if kept := self._published(made):
                self._say_if_not_exclusive()
                return kept
        raise Conflict(
            f"{TRIES} numbers in a row of {release.id} in {self.place} went to others. Let fewer "
            "pipelines publish the same assistant."
        )

    def _published(self, made: Release) -> Release | None:
        """Return the release as it was read back; None where its number went to another publisher."""
        name, data = file_name(made.id, made.number), _bytes(made)
        lost: Ambiguous | None = None
        try:
            if not self._store.create(name, data):
                return None
        except Ambiguous as error:
            lost = error
        try:
            (found,) = self._store.read([name])
        except ProviderError as error:
            said = (lost or error).diagnostics[0]
            detail = f"{said.detail}\nWhether {name} was published is not known. Plan again."
            raise Ambiguous(said.code, detail) from None
        if found == data:
            return Release.from_bytes(made.id, made.number, data)
        if lost and found is None:
            raise lost
        if lost:
            return None  # another publisher got the number, and our write was not performed
        raise self._not_kept(name, found)

    def _not_kept(self, name: str, found: bytes | None) -> ProviderError:
        has = "there is no such file" if found is None else "that file holds something else"
        return ProviderError(
            codes.REGISTRY_KEPT_NOTHING,
            f"{self.place} answered that {name} was written, and when it was read again, {has}. "
            "Applications go on with the release before it. See what answers at that address (a "
            "proxy, a gateway), and whether another publisher writes there; then apply again.",
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
        kept = {release.number: release for release in self.history(id)}
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
        """Return the releases that the retention rule keeps now, by id and number."""
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
        # No older release may become current, also where the newest is a tombstone.
        held = {id for id, _ in stay}
        stay |= {(id, of[0].number) for id, of in by_id(history).items() if id in held}
        # The newest is removed last, so that no reader takes an older one for current.
        gone = [
            file_name(id, one.number)
            for id, releases in by_id(history).items()
            for one in reversed(releases)
            if (id, one.number) not in stay
        ]
        self._store.remove(gone)
        self._store.sweep(DRAFT_SECONDS)
        return tuple(gone)

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


def _check(release: Release) -> None:
    """Raises Invalid for what cannot be published under its id, before anything is sent."""
    if not NAME.fullmatch(file_name(release.id, 1)):
        detail = (
            f"{release.id!r} cannot be the id of releases: it is STACK/ENVIRONMENT/ASSISTANT, each "
            "of letters, digits, points, dashes and underscores."
        )
        raise Invalid(codes.NAME_WITHOUT_RELEASES, detail)
    if why := release.misplaced():
        detail = f"It was to be published as {release.id}, and {why}. Nothing was published."
        raise Invalid(codes.RELEASE_ELSEWHERE, detail)
    _bytes(release)


def _bytes(release: Release) -> bytes:
    try:
        return release.to_bytes()
    except (TypeError, ValueError) as error:
        detail = f"The parameters of {release.id} cannot be written as JSON: {error}."
        raise Invalid(codes.RELEASE_NO_JSON, detail) from None
