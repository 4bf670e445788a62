"""Reads a registry, and separates the files that count as releases from those that do not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import NotFound
from provisioner.model.frozen import frozen
from provisioner.providers.releases.release import (
    NAME,
    Damaged,
    Release,
    file_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from provisioner.providers.releases.store import Store


def _say_nothing(_: Diagnostic) -> None:
    return


@frozen
class Stray:
    """A file that is named like a release but does not count as one.

    `named` are the words in it that may be ids of objects.
    """

    name: str
    named: frozenset[str]


class Reader:
    """Reads the releases in a store, by id: `STACK/ENVIRONMENT/ASSISTANT`.

    `under` is the beginning of an id, in whole parts: a stack, an environment or an assistant.
    `warn` is called for files that do not count as releases. Such files are ignored.
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
        self._told: set[str] = set()

    @property
    def place(self) -> str:
        return self._store.place

    @property
    def requests(self) -> Mapping[str, int]:
        return self._store.requests

    def absence(self) -> str:
        """Return a sentence that says that the registry is missing, or '' if it exists.

        It is also '' for object storage, where that is unknown.
        """
        return self._store.absence()

    def numbers(self, under: str = "") -> dict[str, list[int]]:
        """Return the numbers of all releases by id, lowest first.

        Only names of files are read, so this is a cheap way to see whether something was published.
        """
        return self._numbers(self._store.names(under))

    def _numbers(self, names: Iterable[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for match in map(NAME.fullmatch, names):
            if match:
                found.setdefault(match["id"], []).append(int(match["number"]))
        return {id: sorted(found[id]) for id in sorted(found)}

    def newest(self, under: str = "") -> dict[str, Release]:
        """Return the release with the highest number that counts, by id. It may be a tombstone."""
        return self._newest(self.numbers(under))

    def _newest(self, waiting: Mapping[str, Sequence[int]]) -> dict[str, Release]:
        """Return, for each id, the release with the highest of these numbers that counts."""
        found: dict[str, Release] = {}
        tried: dict[str, set[int]] = {}
        while waiting:
            again: dict[str, list[int]] = {}
            # The newest file of an assistant usually counts, so an older one is read only if it does not.
            heads = {id: numbers[-1] for id, numbers in waiting.items()}
            for id, data in zip(heads, self._read(heads), strict=True):
                tried.setdefault(id, set()).add(heads[id])
                if release := self._whole(id, heads[id], data):
                    found[id] = release
                    continue
                # A missing file was pruned after the names were read, so a newer one exists.
                numbers = self.numbers(id).get(id, []) if data is None else waiting[id]
                again[id] = [number for number in numbers if number not in tried[id]]
            waiting = {id: numbers for id, numbers in again.items() if numbers}
        return found

    def current(self, under: str = "") -> dict[str, Release]:
        """Return the current release of each assistant that is not deleted, by id."""
        newest = self.newest(under).items()
        return {id: release for id, release in newest if not release.deleted}

    def numbered(self, id: str, number: int) -> Release:
        """Return the release with this number.

        Raises NotFound if it does not exist or does not count.
        """
        found = self._whole(id, number, self._read({id: number})[0])
        if found is None or found.deleted:
            kept = sorted(one.number for one in self.history(id) if not one.deleted)
            there = ", ".join(map(str, kept)) or "none"
            detail = f"{self.place} has no release {number} of {id}. There are: {there}."
            raise NotFound(codes.NO_SUCH_RELEASE, detail, status=404)
        return found

    def history(self, under: str = "") -> list[Release]:
        """Return every release that counts, the newest of each assistant first."""
        return self.survey(under)[0]

    def survey(self, under: str = "") -> tuple[list[Release], list[Stray]]:
        """Return (the releases that count, all other files).

        The releases of each assistant are ordered from the newest to the oldest.
        """
        linked = [name for name in self._store.linked(under) if NAME.fullmatch(name)]
        numbers = self.numbers(under)
        names = [file_name(id, n) for id, found in numbers.items() for n in reversed(found)]
        releases: list[Release] = []
        strays: list[Stray] = []
        for name, data in zip(names + linked, self._store.read(names + linked), strict=True):
            # A file that was pruned after the names were read is no stray.
            if data is None:
                continue
            try:
                releases.append(self._parsed(name, data, is_linked=name in linked))
            except Damaged as damage:
                self._tell(name, damage)
                strays.append(Stray(name, damage.named))
        return releases, strays

    def _read(self, heads: Mapping[str, int]) -> list[bytes | None]:
        return self._store.read([file_name(id, number) for id, number in heads.items()])

    def _whole(self, id: str, number: int, data: bytes | None) -> Release | None:
        """Return the release in a file, or None, after a warning, if the file does not count."""
        if data is None:
            return None
        try:
            return Release.from_bytes(id, number, data)
        except Damaged as damage:
            self._tell(file_name(id, number), damage)
            return None

    def _parsed(self, name: str, data: bytes, *, is_linked: bool) -> Release:
        """Return the release in a file. Raises Damaged if the file does not count."""
        if is_linked:
            raise Damaged("a symbolic link leads to it", data, codes.RELEASE_MISPLACED)
        id, _, file = name.rpartition("/")
        return Release.from_bytes(id, int(file.removesuffix(".json")), data)

    def _tell(self, name: str, damage: Damaged) -> None:
        """Warn of a file that does not count.

        Of the misplaced files in one folder only the first is named.
        """
        if damage.code is codes.RELEASE_MISPLACED:
            folder = name.rpartition("/")[0]
            if folder in self._told:
                return
            self._told.add(folder)
            detail = (
                f"{self.place}/{name} does not count: {damage}. A file in {folder} that does not "
                "belong there is not loaded, changed or deleted, and the objects that it names are "
                "kept. Move it back to its folder, or remove it."
            )
        else:
            detail = (
                f"{self.place}/{name} is ignored: {damage}. The previous release is used, and the "
                "objects that the ignored one names are kept. Restore the file or remove it, and apply."
            )
        self._warn(warning(damage.code, detail))
