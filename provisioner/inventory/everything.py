"""Reads everything that can be listed of an account, ours or not, for `gc`.

Each collection is listed once, and the files inside of each store that is not empty. What a plan's
inventory already has is not listed again. A list that is refused or that fails is noted, and the others
are read: nothing that the unread objects may name is judged to be unused.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from time import time

from provisioner.model.binding import Binding
from provisioner.model.codes import servers as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import NoSuchApi, NotFound, ProviderError
from provisioner.model.inventory import PARENT, Inventory
from provisioner.model.leaks import Account, Listable
from provisioner.model.provider import Provider, Row, nameless

MISSING = frozenset({400, 405, 501})
"""Status codes by which a server says that it does not have a list at all, beside 404."""


def read_everything(
    provider: Provider,
    account: Account,
    *,
    parallelism: int = 8,
    known: Inventory | None = None,
    bindings: Mapping[str, Binding] | None = None,
    dropped: Iterable[str] = (),
    tracked: Mapping[str, Sequence[str]] | None = None,
) -> Inventory:
    """Return every object of the account, by the nouns of `account`, with what could not be read.

    `known` is an inventory by the kinds of `bindings` that was read a moment ago. Collections whose
    noun is in `dropped` are not listed. `tracked` are ids, by noun, of objects that no API lists; each is
    asked for once, and one that is gone has no row. Raises ProviderError where no list at all could
    be read.
    """
    began, known = time(), known or Inventory()
    left_out = frozenset(dropped)
    listables = {n: one for n, one in account.listables.items() if n not in left_out}
    before = _by_noun(known, bindings or {}, listables)
    pool = ThreadPoolExecutor(max_workers=parallelism)
    try:
        found = _Reading(provider, pool)
        outer = {n: o for n, o in listables.items() if not (o.inside or o.is_tracked)}
        found.lists(outer, before)
        for noun, one in listables.items():
            if one.inside:
                found.inner(noun, one)
            if one.holds:
                found.documents_of(noun, one, known.documents)
        for noun, ids in (tracked or {}).items():
            found.singles(noun, listables[noun].collection, ids)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return Inventory(
        found.rows,
        found.documents,
        history=known.history,
        nameless=found.nameless,
        unread=found.unread,
        read_at=known.read_at or began,
    )


def _by_noun(
    known: Inventory, bindings: Mapping[str, Binding], listables: Mapping[str, Listable]
) -> dict[str, tuple[Row, ...]]:
    """Return the rows of the collections that `known` has read whole, by noun."""
    nouns = {one.collection: noun for noun, one in listables.items() if not one.inside}
    return {
        nouns[bindings[kind].collection]: rows
        for kind, rows in known.rows.items()
        if kind in bindings and kind not in known.unread and kind not in known.nameless
        if bindings[kind].collection in nouns
    }


class _Reading:
    """Reads the collections of one account."""

    def __init__(self, provider: Provider, pool: Executor) -> None:
        self.provider = provider
        self.pool = pool
        self.rows: dict[str, tuple[Row, ...]] = {}
        self.documents: dict[str, tuple[Row, ...] | None] = {}
        self.nameless: dict[str, tuple[Row, ...]] = {}
        self.unread: dict[str, Diagnostic] = {}

    def lists(
        self, listables: Mapping[str, Listable], before: Mapping[str, tuple[Row, ...]]
    ) -> None:
        """List each collection that `before` does not have, all at the same time."""
        pending = {
            noun: self.pool.submit(_listed, self.provider, one.collection)
            for noun, one in listables.items()
            if noun not in before
        }
        listed = {n: before[n] if n in before else pending[n].result() for n in listables}
        failures = [found for found in listed.values() if isinstance(found, ProviderError)]
        if failures and len(failures) == len(listed):
            raise failures[0]
        for noun, found in listed.items():
            self.rows[noun] = tuple(self._read(noun, found))
            if odd := nameless([] if isinstance(found, ProviderError) else found):
                self.nameless[noun] = odd

    def _read(self, noun: str, found: "Sequence[Row] | ProviderError") -> Sequence[Row]:
        """Return the rows of a list; none for a list that failed, which is noted."""
        if isinstance(found, ProviderError):
            self.unread[noun] = found.diagnostics[0]
            return ()
        return found

    def inner(self, noun: str, one: Listable) -> None:
        """List the collection inside of each object that it lies in."""
        parents = [str(row["id"]) for row in self.rows.get(one.inside, ())]
        listed = self.pool.map(partial(_listed, self.provider, one.collection), parents)
        rows: list[Row] = []
        for parent, found in zip(parents, listed, strict=True):
            rows += ({**row, PARENT: parent} for row in self._read(noun, found))
        self.rows[noun] = tuple(rows)

    def documents_of(
        self, noun: str, one: Listable, known: Mapping[str, tuple[Row, ...] | None]
    ) -> None:
        """List the files of each object that may hold any. An expired one holds none."""
        holders = [
            str(row["id"])
            for row in self.rows.get(noun, ())
            if not one.is_empty(row) and not one.has_expired(row)
        ]
        asked = [id for id in holders if id not in known]
        self.documents |= {id: known[id] for id in holders if id in known}
        found = self.pool.map(partial(_held, self.provider, one), asked)
        for id, listed in zip(asked, found, strict=True):
            rows = self._read(noun, listed)
            if nameless(rows):
                detail = f"The list of the files in {id} holds a row without an id."
                self.unread[noun] = Diagnostic(codes.LIST_UNREADABLE, detail)
            self.documents[id] = tuple(rows)

    def singles(self, noun: str, collection: str, ids: Sequence[str]) -> None:
        """Ask for objects that no list shows, one by one."""
        found = self.pool.map(partial(_single, self.provider, collection), ids)
        self.rows[noun] = tuple(row for row in found if row is not None)


def _listed(
    provider: Provider, collection: str, parent: str = ""
) -> "Sequence[Row] | ProviderError":
    """Return the rows of a list, none where the server does not have it, or the error."""
    try:
        return provider.list(collection, parent)
    except ProviderError as error:
        is_missing = isinstance(error, NoSuchApi | NotFound) or error.status in MISSING
        return () if is_missing else error


def _held(provider: Provider, one: Listable, id: str) -> "Sequence[Row] | ProviderError":
    """Return the files inside of an object, none where the object itself is gone, or the error."""
    try:
        return provider.list(one.holds, id)
    except ProviderError as error:
        # A server that lacks this list answers 404 as well, and then the files are in use.
        is_gone = isinstance(error, NotFound) and _single(provider, one.collection, id) is None
        return () if is_gone else error


def _single(provider: Provider, collection: str, id: str) -> Row | None:
    try:
        return provider.get(collection, id)
    except (NoSuchApi, NotFound):
        return None
