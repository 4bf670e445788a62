"""Find the folder of manifests for a command line that names none."""

import re
from pathlib import Path
from typing import Final

from provisioner.source.read import SUFFIXES

_STACK: Final = re.compile(rb"""^[ \t{]*["']?kind["']?[ \t]*:[ \t]*["']?Stack\b""", re.MULTILINE)
_MOST_BYTES: Final = 1 << 20


def default_folder(usual: Path) -> Path:
    """Return `usual` if it exists, else `.` if a file directly in it declares a Stack.

    If neither is so, it returns `usual`. The caller then reports that this folder is missing.
    """
    if usual.exists() or not any(map(_declares_stack, _manifests())):
        return usual
    return Path()


def _manifests() -> list[Path]:
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
