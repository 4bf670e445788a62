"""Files of ours: a file has no metadata, so what one holds is said by the objects that name it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine.detached_files import detached, names_of_files
from provisioner.engine.proof import proven
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import FileProvenance, RemoteDocument, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.timestamps import seconds
from provisioner.model.value import RemoteId, digest

FILE = "file"


def with_whole_names(object_: RemoteObject, desired: Desired) -> RemoteObject:
    """An object with its files under the names that the manifests have for them today.

    Its mark may have had no room for the names, or have been written before a File was renamed. A
    name that no manifest knows any more stays as it is.
    """
    if not object_.file_provenance:
        return object_
    names = names_of_files(desired)
    if names.keys().isdisjoint(provenance.address.name for provenance in object_.file_provenance):
        return object_
    file_provenance = tuple(_under(provenance, names) for provenance in object_.file_provenance)
    return replace(object_, spec=_renamed(object_.spec, names), file_provenance=file_provenance)


def _under(provenance: FileProvenance, names: Mapping[str, str]) -> FileProvenance:
    """A claim of a mark under the name of today."""
    name = provenance.address.name
    today = names.get(name, name)
    is_former = today != name and name != f"~{digest(today)}"
    former = Address(FILE, name) if is_former else None
    return replace(provenance, address=Address(FILE, today), formerly=former)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        names.get(key, key) if _is_file(item) else key: _renamed(item, names)
        for key, item in value.items()
    }


def _is_file(item: Any) -> bool:
    return isinstance(item, RemoteId) and item.kind == FILE


def with_detached(object_: RemoteObject, desired: Desired, rows: Sequence[Row]) -> RemoteObject:
    """An object that speaks also for the files that an edit has detached from it."""
    found = tuple(detached(object_, desired, rows))
    return (
        replace(object_, file_provenance=(*object_.file_provenance, *found)) if found else object_
    )


def live_files(
    ours: Iterable[RemoteObject],
    before: Iterable[RemoteObject],
    rows: Iterable[Row],
    owner: Owner,
) -> list[RemoteObject]:
    """File objects: a live file that something of ours claims to hold a File's content.

    Those of which only what was published `before` speaks are former ones.
    """
    ours, before, rows = [*ours], [*before], [*rows]
    file_provenance = _file_provenance(ours)
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
    """What is said of each file, by the one who says most of it."""
    file_provenance: dict[str, FileProvenance] = {}
    for said in (provenance for object_ in objects for provenance in object_.file_provenance):
        known = file_provenance.get(said.file_id)
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
            kind=FILE,
            id=str(row["id"]),
            name=str(row.get("filename") or ""),
            spec={},
            mark=Mark(owner, provenance.address),
            documents={"": RemoteDocument(str(row["id"]), "", provenance.sha256)},
            created_at=seconds(row.get("created_at")),
            former=former,
        )
        for row in rows
        for provenance in [file_provenance.get(str(row["id"]))]
        if provenance is not None and provenance.address.kind == FILE
    ]
