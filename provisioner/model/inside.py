"""Finds the file of a document for reading, and refuses paths outside of the manifest folder.

The paths in manifests were checked when the manifests were read. But somebody else may have written
the plan file, or may have put a symbolic link into the folder since. So each path is checked again
just before the file is opened.
"""

from pathlib import Path, PurePosixPath

from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.spelling import on_disk, real


def inside(root: Path, name: str) -> Path:
    """Return the path of the file `name`, which is relative to `root`.

    Raises PlanRefused if the path, or a symbolic link in it, leads out of `root`.
    """
    parts = PurePosixPath(name)
    path = on_disk(root / name)
    # `Path` also finds an absolute path of Windows there. A NUL would make `real` raise ValueError.
    leaves = parts.is_absolute() or Path(name).is_absolute() or ".." in parts.parts or "\0" in name
    if leaves or not real(path).is_relative_to(real(root)):
        raise PlanRefused(
            Diagnostic(
                codes.DOCUMENT_OUTSIDE,
                f"Only files in {root} may be applied, and symbolic links to the outside are not "
                "followed. The file was not read. Plan again.",
                subject=name,
            )
        )
    return path
