"""Reads the live side of a target: all rows, without any decision about them.

It sends one list request for each kind, for each object that holds other objects, and for each store
whose documents are needed. It sends no GET for single objects, so that a plan of a thousand objects
stays fast. `engine.classify` decides what the rows are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from time import time

from provisioner.engine.classify import holders_of, parents_of, speaks_of_files
from provisioner.engine.versions import ids_to_read
from provisioner.inventory.lists import list_all, list_documents, list_inner
from provisioner.model.address import Address
from provisioner.model.binding import Binding, upload_kind
from provisioner.model.inventory import Inventory
from provisioner.model.mark import Owner
from provisioner.model.provider import Provider, Row
from provisioner.model.resource import Desired


def read(
    provider: Provider,
    bindings: Mapping[str, Binding],
    owner: Owner,
    desired: Desired,
    *,
    parallelism: int = 8,
    borrowed: Iterable[Address] = (),
    ahead: Mapping[str, Callable[[], list[Row]]] | None = None,
    began: float | None = None,
) -> Inventory:
    """Read everything that a plan needs to know of one target.

    `desired` says which kinds must exist there: a list that answers 404 is an error only then. The
    objects of `owner` are those whose documents, and whose inner objects, are read. `ahead` are lists
    that are under way already, by kind: each function waits for the rows of one. The first of them was
    begun at `began`, in Unix seconds.
    Raises ProviderError.
    """
    began = time() if began is None else began
    declared = {address.kind for address in (*desired, *borrowed)}
    with _pool(parallelism) as pool:
        listed = list_all(provider, bindings, declared, pool, ahead=ahead or {})
        rows = dict(listed.rows)
        for kind, binding in bindings.items():
            if (outer := binding.parent) in bindings:
                parents = parents_of(rows.get(outer, ()), bindings[outer], owner)
                rows[kind] = list_inner(provider, binding, parents, pool)
        documents: dict[str, tuple[Mapping[str, object], ...] | None] = {}
        for kind, binding in bindings.items():
            if binding.documents:
                asked = holders_of(rows.get(kind, ()), binding, owner, desired)
                documents |= list_documents(provider, binding.documents.collection, asked, pool)
        versions: dict[str, tuple[Mapping[str, object], ...] | None] = {}
        for kind, binding in bindings.items():
            if binding.versions:
                names = {binding.live_name(r.spec) for a, r in desired.items() if a.kind == kind}
                ids = ids_to_read(rows.get(kind, ()), binding, owner, names)
                versions |= list_documents(provider, binding.versions.collection, ids, pool)
    history = {
        kind: tuple(provider.list(binding.history.collection))
        for kind, binding in bindings.items()
        if binding.history
    }
    inventory = Inventory(
        rows,
        documents,
        {id: found or () for id, found in versions.items()},
        history,
        nameless=listed.nameless,
        unread=listed.unread,
        read_at=began,
    )
    files = upload_kind(bindings)
    if files and files not in rows and speaks_of_files(inventory, bindings, owner):
        uploads = tuple(provider.list(bindings[files].collection))
        inventory = replace(inventory, rows={**rows, files: uploads})
    return inventory


@contextmanager
def _pool(parallelism: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads.

    After a failed list or Ctrl-C the block ends at once, without waiting for the running threads.
    """
    pool = ThreadPoolExecutor(max_workers=parallelism)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
