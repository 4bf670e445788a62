"""The protocol of a store that holds a registry's files. It is imported for type checks only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Store(Protocol):
    """A place for files that are written once. Every method raises ProviderError and nothing else."""

    @property
    def place(self) -> str:
        """The path or URL of the place, without credentials."""

    @property
    def exclusive(self) -> bool:
        """True if, of two publishers that create the same name at once, one certainly fails."""

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests sent so far, by HTTP method."""

    def names(self, under: str = "") -> list[str]:
        """Return every file below `under` that no symbolic link leads to.

        The list is empty if `under` does not exist.
        """

    def linked(self, under: str = "") -> list[str]:
        """Return the files below `under` that symbolic links lead to, and links to no file."""

    def absence(self) -> str:
        """Return a sentence that says that the place is missing, '' if it exists or is unknown."""

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of the files, None for a file that does not exist any more."""

    def create(self, name: str, data: bytes) -> bool:
        """Write a file, either whole or not at all. Returns False if the name is taken.

        Raises Ambiguous if it is not known whether the file was written.
        """

    def remove(self, names: Sequence[str]) -> None:
        """Remove files in the order given. One that is gone already is success."""

    def sweep(self, older_than: float) -> None:
        """Remove unfinished files older than `older_than` seconds, which dead publishers left."""
