"""Files of ours that were detached, and that the mark of an object still remembers by their ids.

Files carry no metadata: what one holds is said by the mark of the assistant that attaches it. An
edit on the live side may detach the file, and then the mark still has the tail of its id.
"""

from collections.abc import Iterable, Iterator

from provisioner.engine.marks import FILES
from provisioner.model.address import Address
from provisioner.model.provider import Row
from provisioner.model.remote import Claim, RemoteObject
from provisioner.model.resource import Desired, Document
from provisioner.model.value import digest

FILE = "file"


def detached(object_: RemoteObject, desired: Desired, rows: Iterable[Row]) -> Iterator[Claim]:
    """Files that the mark remembers, that the manifests still declare, and that hang nowhere."""
    known = {claim.address for claim in object_.claims}
    entries = object_.mark.settings.get(FILES) if object_.mark else None
    if not isinstance(entries, list):
        return
    whole = {f"~{digest(a.name)}": a.name for a in desired if a.kind == FILE}
    for short, sha256, tail in map(_parts, entries):
        name = whole.get(short, short)
        document = _document(desired, name)
        if document is None or not tail or Address(FILE, name) in known:
            continue
        stem = document.name.partition(".")[0]
        for row in rows:
            if str(row["id"]).endswith(tail) and str(row.get("filename", "")).startswith(stem):
                yield Claim(str(row["id"]), Address(FILE, name), sha256)
                break


def _parts(entry: object) -> tuple[str, str, str]:
    name, sha256, tail = ([*str(entry).split(":"), "", ""])[:3]
    return name, sha256, tail


def _document(desired: Desired, name: str) -> Document | None:
    resource = desired.get(Address(FILE, name))
    return next(iter(resource.documents.values()), None) if resource else None
