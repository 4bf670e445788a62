"""Lists each collection once, and inner collections only inside of the objects that a plan needs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial

from provisioner.model.binding import Binding
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import Invalid, NoSuchApi, NotFound, ProviderError, Unauthorized
from provisioner.model.inventory import PARENT, Inventory
from provisioner.model.provider import Provider, Row, nameless

REFUSALS = (NoSuchApi, NotFound, Unauthorized, Invalid)
"""Errors with which a server refuses a list for good. Any other error stops the run."""


def always_listed(bindings: Mapping[str, Binding]) -> list[str]:
    """Return the kinds that every inventory lists: their objects have marks and no parent."""
    return [
        kind for kind, binding in bindings.items() if binding.mark_location and not binding.parent
    ]


def list_all(
    provider: Provider,
    bindings: Mapping[str, Binding],
    declared: set[str],
    pool: Executor,
    *,
    ahead: Mapping[str, Callable[[], list[Row]]],
) -> Inventory:
    """Return every row of every kind that has a mark, and why other kinds could not be read.

    Files are listed only if a File is declared. A list is refused if the server does not have the
    collection, or if the key may not read it. A refusal is an error only if a resource of the kind
    is declared, or if every list is refused. `ahead` has functions that wait for the rows of lists
    that were already started, by kind.
    """
    always = always_listed(bindings)
    kinds = [
        kind
        for kind, binding in bindings.items()
        if kind in always or (kind in declared and not binding.parent)
    ]
    # All lists are requested at the same time, because a plan mostly waits for their answers.
    pending = {
        kind: pool.submit(ahead.get(kind) or partial(provider.list, bindings[kind].collection))
        for kind in kinds
    }
    rows: dict[str, tuple[Row, ...]] = {}
    without_id: dict[str, tuple[Row, ...]] = {}
    unread: dict[str, Diagnostic] = {}
    closed: list[ProviderError] = []
    for kind, future in pending.items():
        try:
            found = future.result()
            rows[kind] = tuple(found)
            if nameless(found):
                without_id[kind] = nameless(found)
        except REFUSALS as error:
            if kind in declared:
                raise
            unread[kind] = error.diagnostics[0]
            # A server without the collection has no object of the kind. A refused key proves
            # nothing.
            if isinstance(error, NoSuchApi):
                rows[kind] = ()
            else:
                closed.append(error)
    # If every list is refused, the key or the address is wrong, and the account must not be
    # reported as empty.
    if closed and not rows:
        raise closed[0]
    listed = {kind: rows.get(kind, ()) for kind in kinds}
    return Inventory(listed, nameless=without_id, unread=unread)


def list_inner(
    provider: Provider, binding: Binding, parents: Iterable[str], pool: Executor
) -> tuple[Row, ...]:
    """Return the rows inside of each of these objects.

    It sends one list request for each object.
    """
    listed = pool.map(partial(inner_rows, provider, binding), parents)
    return tuple(row for inner in listed for row in inner)


def inner_rows(provider: Provider, binding: Binding, parent: str = "") -> list[Row]:
    """Return the rows of a collection. Each has its parent object's id under the key PARENT.

    There are no rows if that object was deleted meanwhile.
    """
    try:
        rows = provider.list(binding.collection, parent)
    except NotFound:
        # Without a parent, a 404 says that the collection is missing and not that an object is gone.
        if not parent:
            raise
        return []
    return [{**row, PARENT: parent} for row in rows] if parent else rows


def list_documents(
    provider: Provider, collection: str, holders: Sequence[str], pool: Executor
) -> dict[str, tuple[Row, ...] | None]:
    """Return the rows of the documents of each object, by the object's id.

    It sends one list request for each object. The value is None if the object no longer exists.
    """
    listed = pool.map(partial(_documents_in, provider, collection), holders)
    return dict(zip(holders, listed, strict=True))


def _documents_in(provider: Provider, collection: str, holder: str) -> tuple[Row, ...] | None:
    """Return the rows of the documents of one object, None if the object no longer exists."""
    try:
        return tuple(provider.list(collection, holder))
    except NotFound:
        return None
