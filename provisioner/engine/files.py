"""Makes a RemoteObject of each of our uploads.

An upload has no metadata. So the marks of the objects that attach it record its owner and the File
from which it was made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine.detached_files import FileNames, detached
from provisioner.engine.proof import proven
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import FileProvenance, RemoteDocument, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.timestamps import seconds
from provisioner.model.value import RemoteId, digest


def with_whole_names(object_: RemoteObject, names: FileNames) -> RemoteObject:
    """Return the object with the present names of the Files from which its uploads were made.

    The mark of the object may have a digest of a name for which it had no room, or the earlier name
    of a File that was renamed. A name that no manifest has stays as it is.
    """
    files = object_.file_provenance
    if names.today.keys().isdisjoint(provenance.address.name for provenance in files):
        return object_
    ids = frozenset(provenance.file_id for provenance in files)
    return replace(
        object_,
        spec=_renamed(object_.spec, names, ids),
        file_provenance=tuple(_under_today(provenance, names) for provenance in files),
    )


def _under_today(provenance: FileProvenance, names: FileNames) -> FileProvenance:
    """Return the record with the File's present address, and with its earlier one after a renaming."""
    before, today = provenance.address, names.address(provenance.address.name)
    is_former = today != before and before.name != f"~{digest(today.name)}"
    return replace(provenance, address=today, formerly=before if is_former else None)


def _renamed(value: Any, names: FileNames, ids: frozenset[str]) -> Any:
    """Return a spec in which the key of each of these uploads is the present name of its File."""
    if not isinstance(value, Mapping):
        return value
    return {
        names.today.get(key, key)
        if isinstance(item, RemoteId) and item.id in ids
        else key: _renamed(item, names, ids)
        for key, item in value.items()
    }


def with_detached(
    object_: RemoteObject, desired: Desired, names: FileNames, rows: Sequence[Row]
) -> RemoteObject:
    """Return the object with a record of each File whose upload somebody detached from it."""
    found = tuple(detached(object_, desired, names, rows))
    return (
        replace(object_, file_provenance=(*object_.file_provenance, *found)) if found else object_
    )


def live_files(
    ours: Iterable[RemoteObject],
    before: Iterable[RemoteObject],
    rows: Iterable[Row],
    owner: Owner,
) -> list[RemoteObject]:
    """Return an object for each upload that the mark of one of our objects names as a File.

    `before` are our releases. An upload to which only a release refers, and no current object, has
    `former` set. An upload has `proven` false if nothing proves that we uploaded it.
    """
    ours, before, rows = [*ours], [*before], [*rows]
    file_provenance = _file_provenance(ours)
    # Running applications may still use the uploads of older releases, so these are found too.
    former = {
        id: provenance
        for id, provenance in _file_provenance(before).items()
        if id not in file_provenance
    }
    names = {str(row["id"]): str(row.get("filename") or "") for row in rows}
    sure = proven([*ours, *before], names, owner)
    found = [*_files(file_provenance, rows, owner), *_files(former, rows, owner, former=True)]
    return [one if one.id in sure else replace(one, proven=False) for one in found]


def _file_provenance(objects: Iterable[RemoteObject]) -> dict[str, FileProvenance]:
    """Return the record of each upload's File, by the upload's id.

    If several objects attach an upload, the record with the longest digest is returned.
    """
    file_provenance: dict[str, FileProvenance] = {}
    for said in (provenance for object_ in objects for provenance in object_.file_provenance):
        known = file_provenance.get(said.file_id)
        # Attributes of a document have the whole digest, a mark only its first 12 or 8 characters.
        if known is None or len(said.sha256) > len(known.sha256):
            file_provenance[said.file_id] = said
    return file_provenance


def _files(
    file_provenance: Mapping[str, FileProvenance],
    rows: Iterable[Row],
    owner: Owner,
    *,
    former: bool = False,
) -> list[RemoteObject]:
    return [
        RemoteObject(
            kind=provenance.address.kind,
            id=str(row["id"]),
            name=str(row.get("filename") or ""),
            spec={},
            mark=Mark(owner, provenance.address),
            # An upload is itself a document. It has no path of its own, so the key is empty.
            documents={"": RemoteDocument(str(row["id"]), "", provenance.sha256)},
            created_at=seconds(row.get("created_at")),
            former=former,
        )
        for row in rows
        for provenance in [file_provenance.get(str(row["id"]))]
        if provenance is not None
    ]
