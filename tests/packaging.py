"""Build the wheel and the sdist twice, compare them, and use both outside of the repository.

    python -m tests.packaging

It installs into fresh virtual environments, so it needs the package index and half a minute. That is
why it is a step of `.ci/run` and no test.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parents[1]
README_COMMAND = re.compile(r"^\$ (python3 -m venv .+)$", re.MULTILINE)
LOCAL = " -e ."
"""The part of the README's first command that installs the folder it is run in."""

COMMITTED = {".ci", ".github", ".gitattributes", ".gitignore", ".pre-commit-hooks.yaml"}
"""The hidden names of the repository. Others are those of virtual environments and caches."""


def tree(folder: Path) -> Path:
    """Copy what is committed or would be to `folder`, with modification times of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HERE,
        capture_output=True,
        check=False,
    )
    # A copy without a repository, such as an unpacked sdist, is taken as it stands.
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else _all_names()
    for name in filter(None, names):
        if (HERE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / name, folder / name)
    return folder


def _all_names() -> list[str]:
    """Return the files of a tree without a repository, without what tools and runs left in it."""
    found = (path.relative_to(HERE) for path in HERE.rglob("*") if path.is_file())
    return [str(path) for path in found if not any(map(_is_left, path.parts))]


def _is_left(name: str) -> bool:
    return name == "__pycache__" or (name.startswith(".") and name not in COMMITTED)


def built(source: Path, out: Path, umask: int) -> dict[str, str]:
    """Build both distributions in `out`, and return the digest of each by its name."""
    before = os.umask(umask)
    try:
        subprocess.run(
            [sys.executable, "-m", "build", "-q", "--no-isolation", "--outdir", out],
            cwd=source,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "TZ": f"Etc/GMT-{umask % 12}"},
        )
    finally:
        os.umask(before)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def used(folder: Path, command: str) -> None:
    """Run the README's first command in `folder`, and confirm that a second plan is empty."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        ["bash", "-ec", f"{command} && .venv/bin/provisioner plan --exit-code"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    found = README_COMMAND.search((HERE / "README.md").read_text(encoding="utf-8"))
    if found is None or LOCAL not in found[1]:
        sys.exit("README.md has lost its first command")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        first, second = (
            built(tree(root / name / "tree"), root / name / "dist", umask)
            for name, umask in (("a", 0o022), ("b", 0o077))
        )
        if first != second:
            sys.exit(f"Two builds of one tree differ: {first} and {second}")
        for name, digest in sorted(first.items()):
            say(f"{digest}  {name}")
        (sdist,) = (root / "a" / "dist").glob("*.tar.gz")
        (wheel,) = (root / "a" / "dist").glob("*.whl")
        with tarfile.open(sdist) as archive:
            archive.extractall(root / "sdist", filter="data")
        (unpacked,) = (root / "sdist").iterdir()
        used(unpacked, found[1])
        say("The README's first command works in the unpacked sdist.")
        elsewhere = root / "wheel"
        shutil.copytree(unpacked / "manifests", elsewhere / "manifests")
        shutil.copyfile(unpacked / "constraints.txt", elsewhere / "constraints.txt")
        used(elsewhere, found[1].replace(LOCAL, f" {wheel}"))
        say("It works with the wheel, in a folder that has the manifests alone.")


if __name__ == "__main__":
    main()
