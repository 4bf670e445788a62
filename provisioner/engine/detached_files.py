"""Finds files of ours that somebody detached from an assistant whose mark still names them.

A file has no metadata, so only the mark of the assistant that attaches it records its File. After
somebody has detached the file, that mark still has the end of the file's id.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from provisioner.engine.marks import FILES
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row
from provisioner.model.remote import FileProvenance, RemoteObject
from provisioner.model.resource import Desired, Document
from provisioner.model.value import digest


@frozen
class FileNames:
    """The names of the Files that the manifests declare. `kind` is the kind of their addresses.

    `today` maps other names that a mark may have for a File to its current name. They are the
    earlier name of a renamed File, and the digest that replaces a name for which the mark had no
    room.
    """

    kind: str
    today: Mapping[str, str]

    @classmethod
    def of(cls, desired: Desired, kind: str) -> Self:
        """Collect the names of all resources of the kind whose objects are uploads."""
        files = {address: resource for address, resource in desired.items() if address.kind == kind}
        former = {
            old.name: a.name for a, r in files.items() for old in r.formerly if old not in files
        }
        whole = former | {address.name: address.name for address in files}
        return cls(kind, former | {f"~{digest(name)}": today for name, today in whole.items()})

    def address(self, name: str) -> Address:
        """Return the current address of the File that has this name in a mark."""
        return Address(self.kind, self.today.get(name, name))


def detached(
    object_: RemoteObject, desired: Desired, names: FileNames, rows: Iterable[Row]
) -> Iterator[FileProvenance]:
    """Yield a record of each declared File that the object's mark names and the object does not attach."""
    known = {provenance.address for provenance in object_.file_provenance}
    entries = object_.mark.settings.get(FILES) if object_.mark else None
    if not isinstance(entries, list):
        return
    for short, sha256, tail in map(_parts, entries):
        address = names.address(short)
        document = _document(desired, address)
        if document is None or not tail or address in known:
            continue
        # The end of an id could match another file by chance, so the file name must match too.
        # Only the part before the first dot is compared: a marked name has its tag after the stem.
        stem = document.name.partition(".")[0]
        for row in rows:
            if str(row["id"]).endswith(tail) and str(row.get("filename", "")).startswith(stem):
                yield FileProvenance(str(row["id"]), address, sha256)
                break


def _parts(entry: object) -> tuple[str, str, str]:
    name, sha256, tail = ([*str(entry).split(":"), "", ""])[:3]
    return name, sha256, tail


def _document(desired: Desired, address: Address) -> Document | None:
    resource = desired.get(address)
    return next(iter(resource.documents.values()), None) if resource else None
