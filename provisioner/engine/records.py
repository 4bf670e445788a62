"""Writes and reads the record of a resource: its desired side as JSON data.

Plan files and the ledger's records of runs contain such records. A record has files as paths and
digests, and no secret.
"""

from collections.abc import Callable, Mapping
from typing import Any

from provisioner.engine.sealing import Secrets
from provisioner.model.address import Address
from provisioner.model.diagnostic import Position
from provisioner.model.resource import Document, Lifecycle, Resource
from provisioner.model.value import walk


def to_record(resource: Resource, leaf: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a resource as JSON data, with files as paths and digests.

    `leaf` converts the values for which JSON has no type, secrets among them.
    """
    return {
        "spec": walk(resource.spec, leaf),
        **({"formerly": [*map(str, resource.formerly)]} if resource.formerly else {}),
        "lifecycle": {
            "prevent_destroy": resource.lifecycle.prevent_destroy,
            "ignore_changes": list(resource.lifecycle.ignore_changes),
        },
        "documents": [
            {
                "path": doc.path,
                "recorded": doc.recorded,
                "sha256": doc.said,
                "attributes": walk(doc.attributes, leaf),
                "source": str(doc.source) if doc.source else None,
            }
            for doc in resource.documents.values()
        ],
        "origin": [resource.origin.file, resource.origin.line, resource.origin.column]
        if resource.origin
        else None,
    }


def from_record(
    address: Address, data: Mapping[str, Any], held: Resource | None, secrets: Secrets
) -> Resource:
    """Return the resource that `to_record` wrote. `held` is the resource in the manifests on disk.

    The sizes of files are not known. Raises PlanRefused if `held` has no secret, or another one, at
    the same path.
    """
    known = {document.path: document for document in held.documents.values()} if held else {}
    documents = [
        Document(
            path=row["path"],
            recorded=row["recorded"],
            sha256=row["sha256"],
            size=0,
            attributes=secrets.restored(
                row["attributes"], known[row["path"]].attributes if row["path"] in known else None
            ),
            source=Address.parse(row["source"]) if row["source"] else None,
        )
        for row in data["documents"]
    ]
    lifecycle = data["lifecycle"]
    return Resource(
        address,
        secrets.restored(data["spec"], held.spec if held else None),
        Lifecycle(lifecycle["prevent_destroy"], tuple(lifecycle["ignore_changes"])),
        documents={document.key: document for document in documents},
        origin=Position(*data["origin"]) if data["origin"] else None,
        formerly=tuple(map(Address.parse, data.get("formerly", ()))),
    )
