"""Make a release, and use wheel, sdist, locks, Containerfile and hooks outside of the repository."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.packaging import component, containerfile, hooks, installed
from tests.release.__main__ import make


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / "dist").mkdir()
        tools = make(root / "dist", root / "release")
        unpacked = installed.unpacked(root / "dist", root / "sdist")
        (wheel,) = (root / "dist").glob("*.whl")
        installed.from_sdist(unpacked)
        say("The README's first command works in the unpacked sdist.")
        installed.from_wheel(wheel, unpacked, root / "wheel")
        say("It works with the wheel, in a folder that has the manifests alone.")
        installed.from_lock(wheel, unpacked, root / "locked")
        say("So does the wheel with the locked dependencies, of which every file has its hash.")
        count = containerfile.followed(tools, unpacked, root / "container")
        say(f"The Containerfile is well-formed, and its {count} commands for pip work.")
        source = root / "source"
        shutil.copytree(unpacked, source, ignore=shutil.ignore_patterns(".venv", ".provisioner"))
        commit = hooks.repository(source)
        component.run(source, commit, root / "component")
        say("The component for GitLab installs the program from the repository, by its hashes.")
        hooks.run(tools, source, commit, root / "hooks")
        say("pre-commit runs the hooks: they pass over the samples, and stop a broken one.")


if __name__ == "__main__":
    main()
