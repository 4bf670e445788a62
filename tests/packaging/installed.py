"""Install what a release holds, and plan the samples with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, Final

from tests.release.__main__ import locked_environment
from tests.release.builds import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README_COMMAND: Final = re.compile(r"^\$ (python3 -m venv .+)$", re.MULTILINE)
LOCAL: Final = " -e ."
"""The part of the README's first command that installs the folder it is run in."""


def first_command() -> str:
    """Return the README's first command. Ends the process where it has none."""
    found = README_COMMAND.search((ROOT / "README.md").read_text(encoding="utf-8"))
    if found is None or LOCAL not in found[1]:
        sys.exit("README.md has lost its first command")
    return found[1]


def environ() -> dict[str, str]:
    """Return the environment without what belongs to the Python that runs this."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}


def done(command: list[str | Path], folder: Path, **more: str) -> str:
    """Run a command that has to succeed. Returns what it printed; ends the process if it fails."""
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**environ(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {ran.returncode}:\n{ran.stdout}")
    return ran.stdout


def unpacked(dist: Path, folder: Path) -> Path:
    """Unpack the sdist in `folder`. Returns its one folder."""
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (found,) = folder.iterdir()
    return found


def _used(folder: Path, command: str) -> None:
    """Run the README's first command in `folder`, and confirm that a second plan is empty."""
    done(["bash", "-ec", f"{command} && .venv/bin/provisioner plan --exit-code"], folder)


def from_sdist(tree: Path) -> None:
    _used(tree, first_command())


def from_wheel(wheel: Path, tree: Path, folder: Path) -> None:
    shutil.copytree(tree / "manifests", folder / "manifests")
    shutil.copyfile(tree / "constraints.txt", folder / "constraints.txt")
    _used(folder, first_command().replace(LOCAL, f" {wheel}"))


def from_lock(wheel: Path, tree: Path, folder: Path) -> None:
    """Install the runtime lock and the wheel, nothing else, and apply the samples."""
    shutil.copytree(tree / "manifests", folder / "manifests")
    programs = locked_environment(folder / ".venv", "runtime.txt")
    done([programs / "pip", "install", "-q", "--no-deps", "--no-index", wheel], folder)
    done([programs / "pip", "check"], folder)
    done([programs / "provisioner", "apply", "--yes"], folder)
    done([programs / "provisioner", "plan", "--exit-code"], folder)
