"""The protocol of a store, which contains the files of a registry.

`Folder` and `Storage` implement it. It is imported for type checks only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Store(Protocol):
    """A place for files that are written once. Its methods raise ProviderError and nothing else."""

    @property
    def place(self) -> str:
        """The path or URL of the place, without credentials."""

    @property
    def exclusive(self) -> bool:
        """True if of two publishers that create the same name at once, one certainly fails."""

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests sent so far, by HTTP method."""

    def names(self, under: str = "") -> list[str]:
        """Return every file below `under` that no symbolic link leads to.

        The list is empty if `under` does not exist.
        """

    def linked(self, under: str = "") -> list[str]:
        """Return the files below `under` that symbolic links lead to, and links that lead to no file."""

    def absence(self) -> str:
        """Return a sentence that says that the place is missing, or '' if it exists or that is unknown."""

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of the files, with None for each file that does not exist any more."""

    def create(self, name: str, data: bytes) -> bool:
        """Write a file, either whole or not at all. Returns false if the name is taken.

        Raises Ambiguous if it is not known whether the file was written.
        """

    def remove(self, names: Sequence[str]) -> None:
        """Remove files in the given order. A file that does not exist counts as removed."""

    def sweep(self, older_than: float) -> None:
        """Remove unfinished files that are older than `older_than` seconds.

        Publishers that were killed left them.
        """
