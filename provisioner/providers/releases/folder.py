"""A registry in a folder. No library stands between: an application loads from it in no time."""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from provisioner.providers.releases.faults import retyped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

UNFINISHED = ".unfinished"


class Folder:
    """Files below `root`, by names relative to it, with `/`."""

    exclusive = True

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = os.fspath(root) or "."

    @property
    def place(self) -> str:
        return self._root

    @property
    def requests(self) -> Mapping[str, int]:
        return {}

    def names(self, under: str = "") -> list[str]:
        """Every file below `under`. What is not there holds none."""
        with retyped(self.place, "list the releases"):
            return [name for name in self._files(under) if not name.endswith(UNFINISHED)]

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The files, None in the place of one that is gone."""
        with retyped(self.place, "read a release"):
            return [self._content(name) for name in names]

    def create(self, name: str, data: bytes) -> bool:
        """Make a file, whole or not at all; False where the name is taken.

        It is written beside its name and then linked there: a link never replaces, and what has
        the name is complete, on the disk too.
        """
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}{UNFINISHED}")
        with retyped(self.place, f"publish {name}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with draft.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                path.hardlink_to(draft)
            except FileExistsError:
                return False
            finally:
                draft.unlink(missing_ok=True)
            sync(path.parent)
        return True

    def remove(self, names: Sequence[str]) -> None:
        """In the order given. One that is gone already is success."""
        with retyped(self.place, "remove releases"):
            for name in names:
                self._path(name).unlink(missing_ok=True)

    def sweep(self, older_than: float) -> None:
        """Remove drafts of publishers that died, once they are so many seconds old."""
        with retyped(self.place, "remove unfinished releases"):
            for name in self._files(""):
                path = self._path(name)
                with suppress(FileNotFoundError):
                    if name.endswith(UNFINISHED) and _age(path) > older_than:
                        path.unlink()

    def _files(self, under: str) -> Iterator[str]:
        for folder, _, files in os.walk(f"{self._root}/{under}", onerror=_unless_absent):
            inside = os.path.relpath(folder, self._root).replace(os.sep, "/")
            yield from (f"{inside}/{file}" for file in files)

    def _path(self, name: str) -> Path:
        from pathlib import Path  # who only reads does without: it is a tenth of what loading takes

        return Path(self._root, name)

    def _content(self, name: str) -> bytes | None:
        try:
            with io.FileIO(f"{self._root}/{name}") as file:
                return file.readall()
        except FileNotFoundError:
            return None


def _unless_absent(error: OSError) -> None:
    """A folder that cannot be read is not an empty one."""
    if not isinstance(error, FileNotFoundError):
        raise error


def sync(folder: Path) -> None:
    """Have the folder's entries on the disk. Only POSIX can be asked to."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
