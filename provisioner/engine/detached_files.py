"""Files of ours that were detached, and that the mark of an object still remembers by their ids.

Files carry no metadata: what one holds is said by the mark of the assistant that attaches it. An
edit on the live side may detach the file, and then the mark still has the tail of its id.
"""

from collections.abc import Iterable, Iterator

from provisioner.engine.marks import FILES
from provisioner.model.address import Address
from provisioner.model.provider import Row
from provisioner.model.remote import FileProvenance, RemoteObject
from provisioner.model.resource import Desired, Document
from provisioner.model.value import digest

FILE = "file"


def detached(
    object_: RemoteObject, desired: Desired, rows: Iterable[Row]
) -> Iterator[FileProvenance]:
    """Files that the mark remembers, that the manifests still declare, and that hang nowhere."""
    known = {provenance.address for provenance in object_.file_provenance}
    entries = object_.mark.settings.get(FILES) if object_.mark else None
    if not isinstance(entries, list):
        return
    whole = names_of_files(desired)
    for short, sha256, tail in map(_parts, entries):
        name = whole.get(short, short)
        document = _document(desired, name)
        if document is None or not tail or Address(FILE, name) in known:
            continue
        stem = document.name.partition(".")[0]
        for row in rows:
            if str(row["id"]).endswith(tail) and str(row.get("filename", "")).startswith(stem):
                yield FileProvenance(str(row["id"]), Address(FILE, name), sha256)
                break


def names_of_files(desired: Desired) -> dict[str, str]:
    """The name of each File by what a mark may call it: a digest of the name, where room was short.

    A File that was renamed is known by its former names too; the name is the one of today then.
    """
    files = {address: resource for address, resource in desired.items() if address.kind == FILE}
    former = {old.name: a.name for a, r in files.items() for old in r.formerly if old not in files}
    whole = former | {address.name: address.name for address in files}
    return former | {f"~{digest(name)}": today for name, today in whole.items()}


def _parts(entry: object) -> tuple[str, str, str]:
    name, sha256, tail = ([*str(entry).split(":"), "", ""])[:3]
    return name, sha256, tail


def _document(desired: Desired, name: str) -> Document | None:
    resource = desired.get(Address(FILE, name))
    return next(iter(resource.documents.values()), None) if resource else None
