"""The folder of manifests where the command line names none."""

import re
from pathlib import Path
from typing import Final

from provisioner.source.read import SUFFIXES

_STACK: Final = re.compile(rb"""^[ \t{]*["']?kind["']?[ \t]*:[ \t]*["']?Stack\b""", re.MULTILINE)
_MOST_BYTES: Final = 1 << 20


def default_folder(usual: Path) -> Path:
    """Return `usual` if it is there, else `.` if a file directly in it declares a Stack.

    Where neither is so, it returns `usual`, whose absence is then the error.
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
