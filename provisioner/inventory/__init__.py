"""Reads all rows of a target that a plan needs, without deciding what they mean.

It sends one list request for each kind, for each object that contains other objects, and for each
store whose documents are needed. It sends no GET for single objects, so that a plan of a thousand
objects stays fast. `engine.classify` decides which rows are ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from time import time

from provisioner.engine.further_reads import holders_of, parents_of, speaks_of_files
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
    """Read everything that a plan needs from one target.

    `desired` says which kinds must exist there: a list that answers 404 is an error only for these
    kinds. Documents and inner objects are read only for the objects of `owner`. `ahead` has lists
    that were already started, by kind: calling the function waits for its rows. `began` is when the
    first of them was started, in unix seconds. Raises ProviderError.
    """
    began = time() if began is None else began
    declared = {address.kind for address in (*desired, *borrowed)}
    with _pool(parallelism) as pool:
        # The kinds are listed first: their rows tell which objects need a list of their own.
        listed = list_all(provider, bindings, declared, pool, ahead=ahead or {})
        rows = dict(listed.rows)
        for kind, binding in bindings.items():
            # Only objects of this owner are asked, because each list costs a request.
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
    # The list of all uploads of an account may be very long, so it is read only if it is needed.
    files = upload_kind(bindings)
    if files and files not in rows and speaks_of_files(inventory, bindings, owner):
        uploads = tuple(provider.list(bindings[files].collection))
        inventory = replace(inventory, rows={**rows, files: uploads})
    return inventory


@contextmanager
def _pool(parallelism: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads.

    After an error or Ctrl-C the block ends at once, without waiting for running threads.
    """
    pool = ThreadPoolExecutor(max_workers=parallelism)
    try:
        yield pool
    finally:
        # A request that hangs would otherwise keep the user from leaving until its deadline.
        pool.shutdown(wait=False, cancel_futures=True)
