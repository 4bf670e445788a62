"""Decides which uploads are proven to be ours. An upload without proof is never deleted.

An upload has no metadata, so other objects must prove it. The attributes of a document in a store
and the mark of an assistant are proof, because only somebody with access to the account can write
them. A release is a file that others may be able to write, so a release alone is no proof. A sealed
release is proof if the upload also has a marked name that agrees. An upload without proof may be
used again, and is left for gc.
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
    """Return the ids of files that `speakers` name as ours and that are proven to be ours.

    `speakers` are our objects, including present and earlier releases. `names` has the name of each
    file of the account, by its id.
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
    """Return true if a file name is marked with this owner and with this digest of the content."""
    tag = read_name(name)
    if tag is None or not sha256 or not tag.is_of(owner):
        return False
    # A file name has 12 characters of the digest, a mark 12 or 8, and attributes have all of it.
    return tag.sha256.startswith(sha256) or sha256.startswith(tag.sha256)


def with_unproven_kept(live: Live, desired: Desired) -> Live:
    """Return `live` with `retained` set on every upload that is not proven to be ours.

    `unproven_uploads` of the result has the ids of those uploads that a plan would otherwise
    delete: no kept release refers to them, and they are not the current upload of a declared File.
    """

    def kept(found: RemoteObject) -> RemoteObject:
        return found if found.proven else replace(found, retained=True)

    # The upload of a declared File stays in use, so it is not left for anybody.
    left = {
        found.id
        for found in live.ours
        if not found.proven and not found.retained and not _is_wanted(found, live, desired)
    }
    return replace(
        live,
        objects={address: kept(found) for address, found in live.objects.items()},
        surplus=tuple(kept(found) for found in live.surplus),
        unproven_uploads=frozenset(left),
    )


def _is_wanted(found: RemoteObject, live: Live, desired: Desired) -> bool:
    address = found.address
    if address is None or address not in desired or address not in live.objects:
        return False
    return live.objects[address].id == found.id


def left_for_gc(ids: Collection[str]) -> list[Diagnostic]:
    """Return a warning about unused uploads that nothing proves to be ours, if there are any."""
    if not ids:
        return []
    these = "this upload is" if len(ids) == 1 else f"these {len(ids)} uploads are"
    detail = (
        f"Only releases that are no longer kept say that {these} ours: "
        f"{', '.join(sorted(ids))}. A release is a file that others may write, which is no proof, "
        "so nothing is deleted. With `file_names: marked` in the Stack, the names of uploads "
        "prove it."
    )
    return [warning(UPLOADS_LEFT, detail)]
