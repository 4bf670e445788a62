"""Build the wheel and the sdist twice, under other names, times and rights, and compare the bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
COMMITTED: Final = {
    *(".ci", ".dockerignore", ".gitattributes", ".github", ".gitignore"),
    ".pre-commit-hooks.yaml",
}
"""The hidden names of the repository. Others are those of virtual environments and caches."""


def tree(folder: Path) -> Path:
    """Copy what is committed or would be to `folder`, with modification times of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    # A copy without a repository, such as an unpacked sdist, is taken as it stands.
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else _all_names()
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def _all_names() -> list[str]:
    """Return the files of a tree without a repository, without what tools and runs left in it."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [str(path) for path in found if not any(map(_is_left, path.parts))]


def _is_left(name: str) -> bool:
    return name == "__pycache__" or (name.startswith(".") and name not in COMMITTED)


def built(python: Path, source: Path, out: Path, umask: int) -> dict[str, str]:
    """Build both distributions in `out`, and return the digest of each by its name."""
    before = os.umask(umask)
    try:
        subprocess.run(
            [python, "-m", "build", "-q", "--no-isolation", "--outdir", out],
            cwd=source,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "TZ": f"Etc/GMT-{umask % 12}"},
        )
    finally:
        os.umask(before)
    return {path.name: digest(path) for path in out.iterdir()}


def built_twice(python: Path, work: Path, out: Path) -> dict[str, str]:
    """Build both distributions in `out`, and return the digest of each by its name.

    Ends the process where a second build gives other bytes.
    """
    first = built(python, tree(work / "a"), out, 0o022)
    second = built(python, tree(work / "b"), work / "second", 0o077)
    if first != second:
        sys.exit(f"Two builds of one tree differ: {first} and {second}")
    return first


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
