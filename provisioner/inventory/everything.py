"""Reads every object of an account that can be listed, ours or not. `gc` judges them.

Each collection is listed once, and so are the files in each store that is not empty. What the
inventory of a plan already has is not listed again. A list that fails is recorded in `unread` and
the others are still read: `gc` then calls no object unused to which an unread object may refer.
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
"""The status codes, beside 404, with which a server answers that it does not have a list."""


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
    """Return every object of the account by its noun, and what could not be read.

    A noun is the word for one object of a collection, such as `container` (see Listable). `known`
    is an inventory, by the kinds of `bindings`, that was read just before. Collections whose noun
    is in `dropped` are not listed. `tracked` has the ids, by noun, of objects that no API lists:
    each is requested once, and one that no longer exists has no row. Raises ProviderError if no
    list could be read.
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
        # After Ctrl-C a request that hangs must not keep the user until its deadline.
        pool.shutdown(wait=False, cancel_futures=True)
    return Inventory(
        found.rows,
        found.documents,
        history=known.history,
        nameless=found.nameless,
        unread=found.unread,
        # Ages are judged by this moment, so it must not be later than the first list.
        read_at=known.read_at or began,
    )


def _by_noun(
    known: Inventory, bindings: Mapping[str, Binding], listables: Mapping[str, Listable]
) -> dict[str, tuple[Row, ...]]:
    """Return the rows, by noun, of the collections that `known` contains completely."""
    # A plan lists inner collections only inside of objects of its own owner, so they are listed again.
    nouns = {one.collection: noun for noun, one in listables.items() if not one.inside}
    return {
        nouns[bindings[kind].collection]: rows
        for kind, rows in known.rows.items()
        if kind in bindings and kind not in known.unread and kind not in known.nameless
        if bindings[kind].collection in nouns
    }


class _Reading:
    """Reads the collections of one account and stores the rows by noun."""

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
        """List all collections that `before` does not contain, at the same time."""
        pending = {
            noun: self.pool.submit(_listed, self.provider, one.collection)
            for noun, one in listables.items()
            if noun not in before
        }
        listed = {n: before[n] if n in before else pending[n].result() for n in listables}
        # If no list can be read, the key or the address is wrong. Then an empty account must not be
        # reported.
        failures = [found for found in listed.values() if isinstance(found, ProviderError)]
        if failures and len(failures) == len(listed):
            raise failures[0]
        for noun, found in listed.items():
            self.rows[noun] = tuple(self._read(noun, found))
            if odd := nameless([] if isinstance(found, ProviderError) else found):
                self.nameless[noun] = odd

    def _read(self, noun: str, found: "Sequence[Row] | ProviderError") -> Sequence[Row]:
        """Return the rows of a list. A list that failed is recorded and counts as empty."""
        if isinstance(found, ProviderError):
            self.unread[noun] = found.diagnostics[0]
            return ()
        return found

    def inner(self, noun: str, one: Listable) -> None:
        """List the collection inside of each outer object."""
        parents = [str(row["id"]) for row in self.rows.get(one.inside, ())]
        listed = self.pool.map(partial(_listed, self.provider, one.collection), parents)
        rows: list[Row] = []
        for parent, found in zip(parents, listed, strict=True):
            rows += ({**row, PARENT: parent} for row in self._read(noun, found))
        self.rows[noun] = tuple(rows)

    def documents_of(
        self, noun: str, one: Listable, known: Mapping[str, tuple[Row, ...] | None]
    ) -> None:
        """List the files in each object that may contain any. An expired object contains none.

        `known` has the files that were listed before, by the id of their object.
        """
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
            # The row could refer to any file, so the list counts as unread.
            if nameless(rows):
                detail = f"The list of the files in {id} holds a row without an id."
                self.unread[noun] = Diagnostic(codes.LIST_UNREADABLE, detail)
            self.documents[id] = tuple(rows)

    def singles(self, noun: str, collection: str, ids: Sequence[str]) -> None:
        """Request the objects with these ids one by one, because no list contains them.

        An object that no longer exists gets no row.
        """
        found = self.pool.map(partial(_single, self.provider, collection), ids)
        self.rows[noun] = tuple(row for row in found if row is not None)


def _listed(
    provider: Provider, collection: str, parent: str = ""
) -> "Sequence[Row] | ProviderError":
    """Return the rows of a list, an empty one if the server does not have the list, or the error."""
    try:
        return provider.list(collection, parent)
    except ProviderError as error:
        # Without such a list there are no such objects, so other objects may still be judged.
        is_missing = isinstance(error, NoSuchApi | NotFound) or error.status in MISSING
        return () if is_missing else error


def _held(provider: Provider, one: Listable, id: str) -> "Sequence[Row] | ProviderError":
    """Return the files in an object, none if the object no longer exists, or the error."""
    try:
        return provider.list(one.holds, id)
    except ProviderError as error:
        # A server without this list answers 404 too, although the object exists and its files are
        # in use.
        is_gone = isinstance(error, NotFound) and _single(provider, one.collection, id) is None
        return () if is_gone else error


def _single(provider: Provider, collection: str, id: str) -> Row | None:
    try:
        return provider.get(collection, id)
    except (NoSuchApi, NotFound):
        return None
