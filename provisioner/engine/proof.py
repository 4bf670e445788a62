"""Proves that an upload is ours, by a mark on something else of the account or by two witnesses.

An upload has no metadata. The attributes of a document in a store, and the mark of an assistant,
stand on objects of the account: they prove whose it is. A release is a file that others can write:
alone it proves nothing, and a sealed one proves it together with a marked name of the upload. What
is not proven may be used again, and is never deleted: it is left for gc.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from provisioner.engine.file_names import read_name
from provisioner.model.codes.registries import UPLOADS_LEFT
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.mark import Owner
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired


def proven(speakers: Iterable[RemoteObject], names: Mapping[str, str], owner: Owner) -> set[str]:
    """Return the ids of the files that are ours for certain, of those that `speakers` say are.

    `speakers` are objects of ours, current and former releases among them; `names` are the names
    of all files of the account, by id.
    """
    return {
        provenance.file_id
        for speaker in speakers
        for provenance in speaker.file_provenance
        if speaker.published is None
        or (
            speaker.published.sealed
            and _says(names.get(provenance.file_id, ""), owner, provenance.sha256)
        )
    }


def _says(name: str, owner: Owner, sha256: str) -> bool:
    """Return true if a marked name says that a file is this owner's, and has this content."""
    tag = read_name(name)
    if tag is None or not sha256 or not tag.is_of(owner):
        return False
    return tag.sha256.startswith(sha256) or sha256.startswith(tag.sha256)


def with_unproven_kept(live: Live, desired: Desired) -> Live:
    """Return `live` with every upload retained that is not proven to be ours.

    `left` has those of them that would go otherwise: no retained release names them, and they do
    not hold what a manifest declares.
    """

    def kept(found: RemoteObject) -> RemoteObject:
        return found if found.proven else replace(found, retained=True)

    left = {
        found.id
        for found in live.ours
        if not found.proven and not found.retained and not _is_wanted(found, live, desired)
    }
    return replace(
        live,
        objects={address: kept(found) for address, found in live.objects.items()},
        surplus=tuple(kept(found) for found in live.surplus),
        left=frozenset(left),
    )


def _is_wanted(found: RemoteObject, live: Live, desired: Desired) -> bool:
    address = found.address
    if address is None or address not in desired or address not in live.objects:
        return False
    return live.objects[address].id == found.id


def left_for_gc(ids: Collection[str]) -> list[Diagnostic]:
    """Return what is said of uploads that nothing uses any more and that nothing proves to be ours."""
    if not ids:
        return []
    detail = (
        f"Only releases say that these are ours, and none that is kept ({len(ids)}): "
        f"{', '.join(sorted(ids))}. A release is a file that others can write, so nothing is deleted "
        "on its word. With `file_names: marked` in the Stack the names of uploads prove it."
    )
    return [warning(UPLOADS_LEFT, detail)]
