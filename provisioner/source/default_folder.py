"""Choose the folder of manifests when the command line names none."""

import re
from pathlib import Path
from typing import Final

from provisioner.source.read import SUFFIXES

_STACK: Final = re.compile(rb"""^[ \t{]*["']?kind["']?[ \t]*:[ \t]*["']?Stack\b""", re.MULTILINE)
_MOST_BYTES: Final = 1 << 20
"""The most bytes of one file that are searched for `kind: Stack`. A Stack is much shorter."""


def default_folder(usual: Path) -> Path:
    """Return the folder of manifests to use when the command line names none.

    That is `usual` if it exists, else `.` if a file directly in it declares a Stack, else `usual`,
    so that the caller reports the missing folder under the name that users know.
    """
    if usual.exists() or not any(map(_declares_stack, _manifests())):
        return usual
    return Path()


def _manifests() -> list[Path]:
    """Return the YAML files directly in the current folder, except hidden ones."""
    return [
        file
        for file in sorted(Path().iterdir())
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    ]


def _declares_stack(file: Path) -> bool:
    try:
        if not file.is_file():  # opening a pipe would wait for its writer
            return False
        with file.open("rb") as opened:
            return bool(_STACK.search(opened.read(_MOST_BYTES)))
    except OSError:
        return False
