"""Write a set of new files, whole or not at all."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError


def write_new(folder: Path, files: Mapping[Path, str]) -> None:
    """Write files without replacing any. `folder` is named if the system names no file.

    Raises ProvisionerError if one cannot be written, such as on a full disk. The files that were
    already written are removed then: a part of a folder would be taken for manifests, and would
    keep the same command from writing the next time.
    """
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as new:
                written.append(path)
                new.write(text.encode())
    except OSError as error:
        for path in written:
            with suppress(OSError):
                path.unlink()
        detail = f"{error.filename or folder}: {error.strerror}."
        raise ProvisionerError(Diagnostic(codes.FOLDER_NOT_WRITTEN, detail)) from error
