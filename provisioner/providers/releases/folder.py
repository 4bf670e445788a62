"""A registry in a folder. It uses only the standard library, so that an application loads fast.

Only the root itself may be reached through a symbolic link. Files behind a symbolic link below the
root never count as releases, and nothing is written or removed there.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from provisioner.model.codes import registries as codes
from provisioner.model.errors import Invalid
from provisioner.providers.releases.faults import retyped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

UNFINISHED = ".unfinished"
"""The end of the name of a file that is still being written."""
DEEPEST = 3
"""The number of folders between the root and a release: stack, environment and assistant."""
LONGEST = 64 * 1024 * 1024
"""The most bytes of a file that are read. A longer file is not a release."""


class Folder:
    """The files below `root`, by names relative to it with `/` between the parts. It is a `Store`."""

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
        """Return every file below `under` that no symbolic link leads to.

        The list is empty if `under` does not exist.
        """
        with retyped(self.place, "list the releases"):
            if self._link_on(under):
                return []
            return [name for name in self._files(under) if not name.endswith(UNFINISHED)]

    def linked(self, under: str = "") -> list[str]:
        """Return the files below `under` that symbolic links lead to, and links that lead to no file."""
        with retyped(self.place, "list the releases"):
            if self._link_on(under):
                return [*self._behind(under)]
            found: list[str] = []
            for _ in self._files(under, found):
                pass
            return [name for link in found for name in self._behind(link)]

    def absence(self) -> str:
        """Return a sentence that says that the folder is missing, or '' if it exists."""
        if os.path.isdir(self._root):
            return ""
        return f"There is no folder {os.path.abspath(self._root)}."

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of the files, with None for each file that does not exist any more."""
        with retyped(self.place, "read a release"):
            return [self._content(name) for name in names]

    def create(self, name: str, data: bytes) -> bool:
        """Write a file, either whole or not at all. Returns false if the name is taken.

        The content is written to an unfinished file, which is then linked to the name. Linking
        never replaces an existing file. A file that has the name is complete, also on the disk.
        """
        self._check_own(name)
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}{UNFINISHED}")
        with retyped(self.place, f"publish {name}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                # The draft is in the same folder, because a hard link cannot cross file systems.
                with draft.open("xb") as file:
                    file.write(data)
                    file.flush()
                    # On the disk before it gets its name: a crash must not leave an empty release.
                    os.fsync(file.fileno())
                path.hardlink_to(draft)
            except FileExistsError:
                return False
            finally:
                # The release has a name of its own for the same content, so it stays.
                draft.unlink(missing_ok=True)
            sync(path.parent)
        return True

    def remove(self, names: Sequence[str]) -> None:
        """Remove files in the given order. A file that does not exist counts as removed."""
        with retyped(self.place, "remove releases"):
            for name in names:
                self._check_own(name)
                self._path(name).unlink(missing_ok=True)

    def sweep(self, older_than: float) -> None:
        """Remove unfinished files that are older than `older_than` seconds.

        Publishers left them that were killed while they wrote.
        """
        with retyped(self.place, "remove unfinished releases"):
            for name in self._files(""):
                path = self._path(name)
                # Another publisher may remove the same draft at this moment.
                with suppress(FileNotFoundError):
                    if name.endswith(UNFINISHED) and _age(path) > older_than:
                        path.unlink()

    def _files(self, under: str, links: list[str] | None = None) -> Iterator[str]:
        """Yield the files below a folder that are no links. Links are appended to `links`."""
        waiting = [under]
        while waiting:
            folder = waiting.pop()
            inside: list[str] = []
            for entry in self._entries(folder):
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    if links is not None:
                        links.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    inside += [name] if name.count("/") < DEEPEST else []
                elif entry.is_file(follow_symlinks=False):
                    yield name
            waiting += sorted(inside, reverse=True)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self._root}/{folder}") as found:
                return sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            return []  # a missing folder has no files; a folder that cannot be read raises

    def _behind(self, link: str) -> Iterator[str]:
        """Yield the files that a link leads to, or the link itself if it leads to no folder."""
        if not os.path.isdir(f"{self._root}/{link}"):
            yield link
        for folder, folders, files in os.walk(f"{self._root}/{link}", followlinks=True):
            inside = os.path.relpath(folder, self._root).replace(os.sep, "/")
            if inside.count("/") >= DEEPEST - 1:
                folders.clear()
            yield from (f"{inside}/{n}" for n in files if os.path.isfile(f"{folder}/{n}"))

    def _link_on(self, name: str) -> str:
        """Return the first part of a name that is a symbolic link, or '' if no part is one."""
        parts = name.split("/") if name else []
        paths = ("/".join(parts[: end + 1]) for end in range(len(parts)))
        return next((path for path in paths if os.path.islink(f"{self._root}/{path}")), "")

    def _check_own(self, name: str) -> None:
        """Raise Invalid if a file is behind a symbolic link."""
        if link := self._link_on(name.rpartition("/")[0]):
            detail = (
                f"{self.place}/{link} is a symbolic link, and releases are published, loaded and "
                "removed only in folders that are no links. Replace the link by a folder."
            )
            raise Invalid(codes.RELEASE_FOLDER_LINKED, detail)

    def _path(self, name: str) -> Path:
        # Only writers import pathlib, because that takes a tenth of the time of loading a release.
        from pathlib import Path

        return Path(self._root, name)

    def _content(self, name: str) -> bytes | None:
        """Return the content of a file, or None if it does not exist."""
        try:
            with io.FileIO(f"{self._root}/{name}") as file:
                is_long = os.fstat(file.fileno()).st_size > LONGEST
                # JSON that is cut off is not valid, so a file that is too long counts as damaged.
                return file.read(LONGEST) if is_long else file.readall()
        except (FileNotFoundError, IsADirectoryError):
            return None


def sync(folder: Path) -> None:
    """Write the entries of a folder to the disk, so that a new name survives a crash.

    Only POSIX systems can do so. On other systems nothing is done.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(path: Path) -> float:
    """Return the seconds since a file was changed."""
    return time.time() - path.stat().st_mtime
