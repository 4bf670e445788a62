"""Files of ours: a file has no metadata, so what one holds is said by the objects that name it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.engine.claims import detached, names_of_files
from provisioner.engine.proof import proven
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.provider import Row
from provisioner.model.remote import Claim, RemoteDocument, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.timestamps import seconds
from provisioner.model.value import RemoteId, digest

FILE = "file"


def with_whole_names(object_: RemoteObject, desired: Desired) -> RemoteObject:
    """An object with its files under the names that the manifests have for them today.

    Its mark may have had no room for the names, or have been written before a File was renamed. A
    name that no manifest knows any more stays as it is.
    """
    if not object_.claims:
        return object_
    names = names_of_files(desired)
    if names.keys().isdisjoint(claim.address.name for claim in object_.claims):
        return object_
    claims = tuple(_under(claim, names) for claim in object_.claims)
    return replace(object_, spec=_renamed(object_.spec, names), claims=claims)


def _under(claim: Claim, names: Mapping[str, str]) -> Claim:
    """A claim of a mark under the name of today."""
    name = claim.address.name
    today = names.get(name, name)
    is_former = today != name and name != f"~{digest(today)}"
    former = Address(FILE, name) if is_former else None
    return replace(claim, address=Address(FILE, today), formerly=former)


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
    return replace(object_, claims=(*object_.claims, *found)) if found else object_


def claimed(
    ours: Iterable[RemoteObject],
    before: Iterable[RemoteObject],
    rows: Iterable[Row],
    owner: Owner,
) -> list[RemoteObject]:
    """File objects: a live file that something of ours claims to hold a File's content.

    Those of which only what was published `before` speaks are former ones.
    """
    ours, before, rows = [*ours], [*before], [*rows]
    claims = _claims(ours)
    former = {id: claim for id, claim in _claims(before).items() if id not in claims}
    names = {str(row["id"]): str(row.get("filename") or "") for row in rows}
    sure = proven([*ours, *before], names, owner)
    found = [*_files(claims, rows, owner), *_files(former, rows, owner, former=True)]
    return [one if one.id in sure else replace(one, proven=False) for one in found]


def _claims(objects: Iterable[RemoteObject]) -> dict[str, Claim]:
    """What is said of each file, by the one who says most of it."""
    claims: dict[str, Claim] = {}
    for said in (claim for object_ in objects for claim in object_.claims):
        known = claims.get(said.file_id)
        if known is None or len(said.sha256) > len(known.sha256):
            claims[said.file_id] = said
    return claims


def _files(
    claims: Mapping[str, Claim], rows: Iterable[Row], owner: Owner, *, former: bool = False
) -> list[RemoteObject]:
    return [
        RemoteObject(
            kind=FILE,
            id=str(row["id"]),
            name=str(row.get("filename") or ""),
            spec={},
            mark=Mark(owner, claim.address),
            documents={"": RemoteDocument(str(row["id"]), "", claim.sha256)},
            created_at=seconds(row.get("created_at")),
            former=former,
        )
        for row in rows
        for claim in [claims.get(str(row["id"]))]
        if claim is not None and claim.address.kind == FILE
    ]
