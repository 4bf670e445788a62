"""Finds the file of a path on a disk that spells its name in another Unicode form.

Some systems store `ö` in a file name as one character, others as two. Paths are recorded and
compared in NFC. Only to open a file, its name must be spelled as on the disk.
"""

import os
from pathlib import Path

from provisioner.model.digests import nfc


def on_disk(path: Path) -> Path:
    """Return the path with each name spelled as on the disk, unchanged if there is no such file."""
    # An ASCII name has only one form, and an existing path needs no search.
    if str(path).isascii() or os.path.lexists(path):
        return path
    found = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        found /= part if part.isascii() else _spelled(found, part)
    return found


def real(path: Path) -> Path:
    """Return the path with every symbolic link followed. A link to itself is not followed.

    `Path.resolve` raises RuntimeError for such a link on some versions of Python.
    """
    return Path(os.path.realpath(path))


def _spelled(folder: Path, name: str) -> str:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - no path is wanted of each name
    except OSError:
        return name
    if name in names:
        return name
    return next((other for other in names if nfc(other) == nfc(name)), name)
