"""Find the path at which a document is read: it always lies inside of the manifest folder.

Manifests were checked when they were read; a plan file may have been written by others, and a
symbolic link may have been put there since. So the path is judged again where it is opened.
"""

from pathlib import Path, PurePosixPath

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.spelling import on_disk


def inside(root: Path, name: str) -> Path:
    """Return the file called `name`, relative to `root`.

    Raises PlanRefused where the path, or a symbolic link on it, leads out of `root`.
    """
    parts = PurePosixPath(name)
    path = on_disk(root / name)
    leaves = parts.is_absolute() or Path(name).is_absolute() or ".." in parts.parts or "\0" in name
    if leaves or not path.resolve().is_relative_to(root.resolve()):
        raise PlanRefused(
            Diagnostic(
                codes.DOCUMENT_OUTSIDE,
                f"Everything that is applied stands in {root}, and symbolic links that lead out of "
                "it are not followed. Nothing of it was read. Plan again.",
                subject=name,
            )
        )
    return path
