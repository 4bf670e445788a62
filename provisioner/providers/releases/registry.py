"""The registry of releases. Each release is one numbered file, which is written once.

The current release of an assistant is the one with the highest number that counts. A release counts
if its file is complete and is in the folder of its owner and address. A publisher tries to create
the next number. If another publisher has created that number, it tries again with the number after
it. Nothing is locked, and a publisher that is killed leaves no file that counts. After each
publication the file is read back, to confirm that the registry has stored it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import warning
from provisioner.model.errors import Ambiguous, Invalid, ProviderError
from provisioner.providers.releases.faults import Conflict
from provisioner.providers.releases.reading import Reader
from provisioner.providers.releases.release import NAME, ROLLBACK_OF, Release, file_name
from provisioner.providers.releases.retention import DAY, KEEP, by_id, retained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    Spare: TypeAlias = Callable[[list["Release"], list["Release"]], Iterable[tuple[str, int]]]

TRIES = 50
"""The most numbers that a publisher tries. A try fails only if another publisher has succeeded."""
DRAFT_SECONDS = 3600.0
"""The age in seconds at which an unfinished file is removed. Its publisher cannot be running any
more.
"""


class Registry(Reader):
    """Reads and publishes releases in a store, by id: `STACK/ENVIRONMENT/ASSISTANT`.

    `under` is the beginning of an id, in whole parts: a stack, an environment or an assistant.
    `warn` is called for files that do not count as releases. Such files are ignored and never
    removed.
    """

    def publish(self, release: Release, *, based_on: int | None = None) -> Release:
        """Publish the content of `release` as the newest, and return it with its number.

        If the current release has the same content, that release is returned and nothing is
        published. `based_on` is the number of the release from which this one was made, or 0 if
        there was none. Raises Conflict if another release has become the newest since. Without
        `based_on`, a publisher that finds its number taken tries the next number. The file is read
        back. Raises ProviderError if the registry has not stored it, and Ambiguous if that is not
        known.
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
            # A symbolic link does not count as a release, but it occupies the name of its number.
            linked = self._numbers(self._store.linked(release.id)).get(release.id, [])
            taken = [*numbers.get(release.id, ()), *linked, newest.number if newest else 0]
            highest = max(taken)
            made = replace(release, number=highest + 1, created_at=self._clock())
            if kept := self._published(made):
                self._say_if_not_exclusive()
                return kept
        raise Conflict(
            f"Other publishers took {TRIES} numbers in a row of {release.id} in {self.place}. Let "
            "fewer pipelines publish the same assistant."
        )

    def _published(self, made: Release) -> Release | None:
        """Return the release as it was read back, or None if another publisher took its number."""
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
        # Our write may have been performed although its answer was lost.
        if found == data:
            return Release.from_bytes(made.id, made.number, data)
        if lost and found is None:
            raise lost
        if lost:
            return None  # another publisher took the number, and our write was not performed
        raise self._not_kept(name, found)

    def _not_kept(self, name: str, found: bytes | None) -> ProviderError:
        """Return the error for a file that the registry acknowledged but did not store."""
        has = "the file does not exist" if found is None else "the file has other content"
        return ProviderError(
            codes.REGISTRY_KEPT_NOTHING,
            f"{self.place} answered that {name} was written, but when it was read again, {has}. "
            "Applications continue with the release before it. Check what answers at that address (a "
            "proxy, a gateway), and whether another publisher writes there; then apply again.",
        )

    def delete(self, id: str, *, based_on: int | None = None) -> None:
        """Publish a tombstone, unless the newest release is a tombstone.

        `based_on` has the same meaning as for `publish`.
        """
        newest = self.newest(id).get(id)
        if newest is None or newest.deleted:
            return
        # Based on what was seen, so a release that is published meanwhile is not deleted unseen.
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
        """Publish a copy of an older release as the newest. Raises NotFound or Conflict.

        `metadata` replaces the metadata of the older release. `based_on` has the same meaning as
        for `publish`; without it, the copy is based on the release that is the newest now.
        """
        older = self.numbered(id, number)
        source = {**older.provenance, ROLLBACK_OF: str(number)}
        copy = replace(
            older, provenance=source, metadata=older.metadata if metadata is None else metadata
        )
        return self.publish(
            copy, based_on=self.newest(id)[id].number if based_on is None else based_on
        )

    def retained(
        self, releases: Iterable[Release], *, keep: int = KEEP, younger_than: float = DAY
    ) -> set[tuple[str, int]]:
        """Return the releases that the retention rule keeps now, by id and number.

        The function `retained` explains `keep` and `younger_than`.
        """
        return retained(releases, self._clock(), keep=keep, younger_than=younger_than)

    def prune(
        self,
        *,
        keep: int = KEEP,
        younger_than: float = DAY,
        under: str = "",
        spare: Spare = lambda _going, _staying: (),
    ) -> tuple[str, ...]:
        """Remove the releases that the retention rule does not keep, and return their file names.

        The function `retained` explains `keep` and `younger_than`. `spare` is called with the
        releases that would be removed and those that stay. It returns the id and number of each
        release that must stay as well.
        """
        history = self.history(under)
        stay = self.retained(history, keep=keep, younger_than=younger_than)
        going = [one for one in history if (one.id, one.number) not in stay]
        if going:
            stay |= {*spare(going, [one for one in history if (one.id, one.number) in stay])}
        # If one release of an assistant stays, its newest must stay: without it an older one would
        # become current.
        held = {id for id, _ in stay}
        stay |= {(id, of[0].number) for id, of in by_id(history).items() if id in held}
        # Older releases are removed first, so that no reader ever takes an older one for current.
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
        """Return the error for a release that somebody else has published meanwhile."""
        was = f"release {based_on}" if based_on else "no release"
        now = f"release {newest.number}" if newest else "none"
        deleted = ", a deletion," if newest and newest.deleted else ""
        return Conflict(
            f"In {self.place}, {id} had {was} when it was read, and now {now}{deleted} is the "
            "newest. Nothing was published. Plan again to see what the other release changed."
        )

    def _say_if_not_exclusive(self) -> None:
        """Warn if two publishers could overwrite each other's release in this storage."""
        if self._store.exclusive:
            return
        detail = (
            f"The storage of {self.place} cannot ensure that only one of two publishers gets a number. "
            "Let one pipeline publish at a time, or use a folder, S3, GCS or Azure."
        )
        self._warn(warning(codes.REGISTRY_NOT_EXCLUSIVE, detail))


def _check(release: Release) -> None:
    """Raise Invalid, before anything is sent, for a release that cannot be published under its id."""
    if not NAME.fullmatch(file_name(release.id, 1)):
        detail = (
            f"{release.id!r} cannot be the id of releases. An id is STACK/ENVIRONMENT/ASSISTANT, each "
            "of letters, digits, points, dashes and underscores."
        )
        raise Invalid(codes.NAME_WITHOUT_RELEASES, detail)
    if why := release.misplaced():
        detail = (
            f"The release was to be published as {release.id}, and {why}. Nothing was published. This "
            "is a bug of the program that called `create` or `update`."
        )
        raise Invalid(codes.RELEASE_ELSEWHERE, detail)
    _bytes(release)


def _bytes(release: Release) -> bytes:
    try:
        return release.to_bytes()
    except (TypeError, ValueError) as error:
        detail = f"The parameters of {release.id} cannot be written as JSON: {error}."
        raise Invalid(codes.RELEASE_NO_JSON, detail) from None
