"""Finds the stores that contain certain files, with as few requests as possible.

Either the files of a store are listed, or the store is asked for each file. Some servers do not
have the request for a single file and answer 404 to it. So a 404 counts as "not in this store" only
if the server has answered the same request for a file that is certainly in a store.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from provisioner.model.errors import Invalid, NoSuchApi, NotFound
from provisioner.model.frozen import frozen
from provisioner.model.provider import Provider, Row

PAGE = 100
"""The number of files of a store that one list request returns."""


@frozen
class Holders:
    """Finds the stores that contain certain files.

    `collection` is the collection of the files in a store. At most `most` requests are sent.
    `known` is a store and a file that is certainly in it. One request for it shows if the server
    can be asked for single files. If `known` is None, every store is listed.
    """

    provider: Provider
    collection: str
    most: int
    known: tuple[str, str] | None = None

    def of(self, stores: Iterable[Row], ids: Collection[str]) -> dict[str, frozenset[str]] | None:
        """Return those of the `ids` that each of these stores contains, by the store's id.

        Returns None if that would take more than `most` requests. Raises ProviderError.
        """
        pages = {str(row["id"]): _pages(row) for row in stores}
        # An empty store contains none of the files and needs no request.
        pages = {id: count for id, count in pages.items() if count}
        single = self._is_cheaper(pages, ids) and self._answers()
        costs = {id: min(count, len(ids)) if single else count for id, count in pages.items()}
        # The cost is known before the first request, so a search that is too long never begins.
        if sum(costs.values()) > self.most:
            return None
        return {
            id: self._asked(id, ids) if single and len(ids) < count else self._listed(id, ids)
            for id, count in pages.items()
        }

    def _is_cheaper(self, pages: Mapping[str, int], ids: Collection[str]) -> bool:
        """Return true if requests for single files are fewer than requests for lists.

        The request by which `_answers` tries out whether there are such requests counts too.
        """
        # The trial request is one more, so it must save at least two.
        saved = sum(max(0, count - len(ids)) for count in pages.values())
        return self.known is not None and saved > 1

    def _answers(self) -> bool:
        """Return true if this server answers requests for a single file of a store."""
        try:
            return self.known is not None and self._holds(*self.known)
        except (NoSuchApi, Invalid):
            return False

    def _asked(self, store: str, ids: Collection[str]) -> frozenset[str]:
        return frozenset(id for id in ids if self._holds(store, id))

    def _holds(self, store: str, id: str) -> bool:
        try:
            self.provider.get(self.collection, id, store)
        except NotFound:
            return False
        return True

    def _listed(self, store: str, ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that are in a store's list, none if the store was deleted."""
        try:
            rows = self.provider.list(self.collection, store)
        except NotFound:
            return frozenset()
        return frozenset(ids) & {str(row["id"]) for row in rows}


def _pages(row: Row) -> int:
    """Return the number of requests that it takes to list the files of a store.

    It is 0 if the row says that the store is empty, and 1 if the row does not say how many files it
    contains.
    """
    counts: Any = row.get("file_counts")
    total = counts.get("total") if isinstance(counts, Mapping) else None
    return -(-total // PAGE) if isinstance(total, int) and total >= 0 else 1
