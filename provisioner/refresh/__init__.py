"""The live side: what exists, and what of it is ours.

One list per kind, one per store of ours for its documents, and no request per object. Rows that do
not carry our mark are only counted as foreign: their content is nobody's business here.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from time import time

from provisioner.engine.primary import primary, resolver
from provisioner.engine.retired import with_everything_retained, with_retained
from provisioner.model.kind import Form
from provisioner.model.mark import Owner
from provisioner.model.provider import Provider
from provisioner.model.remote import Live
from provisioner.model.resource import Desired
from provisioner.model.value import walk
from provisioner.refresh import files, history
from provisioner.refresh.documents import with_documents
from provisioner.refresh.recognised import recognised
from provisioner.refresh.rows import list_all, list_inner, sorted_out

FILE = files.FILE


def refresh(
    provider: Provider,
    forms: Mapping[str, Form],
    owner: Owner,
    desired: Desired,
    *,
    parallelism: int = 8,
    retire_after: float | None = None,
) -> Live:
    """Read everything a plan needs to know of one target.

    `desired` says which kinds must exist there (a list that answers 404 is an error only then) and
    which names a lost mark might hide behind. What was replaced within `retire_after` seconds, or a
    retained release names, is retained where its form says so; nothing is where that is None.
    Raises ProviderError.
    """
    declared = {address.kind for address in desired}
    with _pool(parallelism) as pool:
        rows = list_all(provider, forms, declared, pool)
        rows |= list_inner(provider, forms, owner, desired, rows, pool=pool)
        found = sorted_out(rows, forms, owner)
        found.ours = [files.with_whole_names(object_, desired) for object_ in found.ours]
        found = recognised(found, forms, owner, desired, provider)
        ours = with_documents(found.ours, provider, pool)
    published = history.published_before(provider, forms)
    before = [files.with_whole_names(object_, desired) for object_ in published.of(owner)]
    claims = (claim for object_ in (*ours, *before) for claim in object_.claims)
    if FILE not in rows and any(claim.address.kind == FILE for claim in claims):
        rows[FILE] = provider.list(forms[FILE].collection)
    ours = [files.known_again(object_, desired, rows.get(FILE, [])) for object_ in ours]
    ours += files.claimed(ours, before, rows.get(FILE, []), owner)
    objects, surplus = primary(ours, desired)
    existing = {str(row["id"]) for kind_rows in rows.values() for row in kind_rows}
    resolve = resolver(objects, surplus, existing)
    live = Live(
        objects={a: replace(o, spec=walk(o.spec, resolve)) for a, o in objects.items()},
        surplus=tuple(replace(o, spec=walk(o.spec, resolve)) for o in surplus),
        foreign=tuple(found.foreign),
        others={holder: frozenset(held) for holder, held in found.others.items()},
        file_names={str(r["id"]): str(r.get("filename", "")) for r in rows.get(FILE, [])},
    )
    if retire_after is None:
        return live
    live = with_retained(live, forms, published.named, time() - retire_after)
    there = published.objects or not published.kept  # a tombstone, or a stranger's, is enough
    return live if there else with_everything_retained(live, forms)


@contextmanager
def _pool(parallelism: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that nobody waits for once one list has failed, or somebody pressed Ctrl-C."""
    pool = ThreadPoolExecutor(max_workers=parallelism)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
