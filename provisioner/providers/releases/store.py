"""What a registry asks of the place it is in. Only types: nothing imports it at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Store(Protocol):
    """Files that are made once. Every method raises a ProviderError and no other error."""

    @property
    def place(self) -> str:
        """Where it is, in words, without credentials."""

    @property
    def exclusive(self) -> bool:
        """Whether of two that create one name at once, one certainly fails."""

    @property
    def requests(self) -> Mapping[str, int]:
        """Requests sent so far, by HTTP method."""

    def names(self, under: str = "") -> list[str]:
        """Every file below `under`, none through a symbolic link. What is not there holds none."""

    def linked(self, under: str = "") -> list[str]:
        """Every file below `under` that a symbolic link leads to, and every link that is none."""

    def absence(self) -> str:
        """Why nothing can be here, in a sentence; '' where the place is there or cannot be told."""

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The files, None in the place of one that is gone."""

    def create(self, name: str, data: bytes) -> bool:
        """Make one, whole or not at all. False where the name is taken.

        Raises Ambiguous where nobody can say whether it was made.
        """

    def remove(self, names: Sequence[str]) -> None:
        """In the order given. One that is gone already is success."""

    def sweep(self, older_than: float) -> None:
        """Remove what publishers that died left unfinished so many seconds ago."""
