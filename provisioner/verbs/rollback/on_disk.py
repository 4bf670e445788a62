"""Measure files in the Stack's folder, to find those with the content of a deleted document."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from provisioner.model.digests import PIECE, Measured, measured
from provisioner.model.errors import PlanRefused
from provisioner.model.inside import inside


def measures(root: Path, paths: Iterable[str]) -> dict[str, Measured]:
    """Return the digests and size of each file below `root` that can be read, by its path."""
    found = {}
    for path in dict.fromkeys(paths):
        try:
            with inside(root, path).open("rb") as file:
                found[path] = measured(iter(partial(file.read, PIECE), b""))
        except (OSError, PlanRefused):
            continue
    return found
