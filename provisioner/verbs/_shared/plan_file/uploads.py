"""Find the files of a saved plan on disk. The plan has only their digests, and not their bytes."""

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.digests import PIECE, measured
from provisioner.model.errors import PlanRefused
from provisioner.model.inside import inside
from provisioner.model.resource import Desired, Resource
from provisioner.model.value import Content, walk


def with_files(root: Path, desired: Desired) -> Desired:
    """Return a plan's resources with the digests and the size that each file has on disk now.

    Line endings may differ from those when the plan was made. Raises PlanRefused if the content of a
    file has changed, and for a file outside of `root`.
    """
    found: list[Diagnostic] = []
    whole = {a: _with_files_of(root, resource, found) for a, resource in desired.items()}
    if found:
        raise PlanRefused(*found)
    return whole


def _with_files_of(root: Path, resource: Resource, found: list[Diagnostic]) -> Resource:
    """Return one resource with the digests and sizes of its files. Problems are added to `found`."""

    def known(leaf: Any) -> Any:
        if not isinstance(leaf, Content):
            return leaf
        there = _measured(root, leaf.path, leaf.said, resource, found)
        return replace(leaf, **there)

    documents = {
        key: replace(document, **_measured(root, document.path, document.said, resource, found))
        for key, document in resource.documents.items()
    }
    return replace(resource, spec=walk(resource.spec, known), documents=documents)


def _measured(
    root: Path, name: str, said: str, resource: Resource, found: list[Diagnostic]
) -> dict[str, Any]:
    """Return the digests and the size of a file on disk, by the names of their fields.

    If the file's content has not the digest `said`, the problem is added to `found`, and the result
    is empty.
    """
    path = inside(root, name)
    if path.is_file():
        with path.open("rb") as file:
            there = measured(iter(partial(file.read, PIECE), b""))
        if there.content == said:
            return asdict(there)
    found.append(
        Diagnostic(
            codes.FILE_CHANGED,
            f"{resource.address} needs the content that the file had when the plan was made. Nothing was "
            "changed. Plan again.",
            resource.origin,
            subject=name,
        )
    )
    return {}
