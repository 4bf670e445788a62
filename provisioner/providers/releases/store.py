"""The protocol of the place that a registry is in. Nothing imports it at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Store(Protocol):
    """Files that are made once. Every method raises a ProviderError and no other error."""

    @property
    def place(self) -> str:
        """The place in words, without credentials."""

    @property
    def exclusive(self) -> bool:
        """True if one of two that create the same name at once certainly fails."""

    @property
    def requests(self) -> Mapping[str, int]:
        """Requests sent so far, by HTTP method."""

    def names(self, under: str = "") -> list[str]:
        """Return every file below `under`, none through a symbolic link.

        What is not there holds none.
        """

    def linked(self, under: str = "") -> list[str]:
        """Return the files below `under` that symbolic links lead to, and links to no file."""

    def absence(self) -> str:
        """Return a sentence that says that the place is missing, '' where nobody can say so."""

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the files, None in the place of one that is gone."""

    def create(self, name: str, data: bytes) -> bool:
        """Make one, whole or not at all. False where the name is taken.

        Raises Ambiguous where nobody can say whether it was made.
        """

    def remove(self, names: Sequence[str]) -> None:
        """Remove files in the order given. One that is gone already is success."""

    def sweep(self, older_than: float) -> None:
        """Remove what publishers that died left unfinished so many seconds ago."""
