"""Make a release in a folder, with tools from `locks/release.txt` and no others.

Exits with 1 where a lock is stale, where two builds of the same tree differ, or where the bill of
materials does not fit its schema.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests import locks
from tests.release.builds import ROOT, built_twice, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

SBOM: Final = "sbom.cdx.json"
SUMS: Final = "SHA256SUMS"


def locked_environment(folder: Path, lock: str) -> Path:
    """Make a virtual environment of what `lock` holds, hashes required. Returns its programs."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    command: list[str | Path] = [
        folder / "bin" / "pip",
        "install",
        "-q",
        "--require-hashes",
        "-r",
        f"locks/{lock}",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder / "bin"


def bill_of_materials(tools: Path) -> bytes:
    """Return the CycloneDX document of the runtime lock. It is the same on every machine and day."""
    command: list[str | Path] = [tools / "cyclonedx-py", "requirements", "locks/runtime.txt"]
    command += ["--validate", "--pyproject=pyproject.toml"]
    command += ["--output-reproducible", "--output-format=JSON"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def make(out: Path, work: Path) -> Path:
    """Make everything in `out`, which has to be empty. Returns the folder of the tools' programs."""
    tools = locked_environment(work / "tools", "release.txt")
    if locks.main(["--check", f"--uv={tools / 'uv'}"]):
        sys.exit(1)
    made = built_twice(tools / "python", work, out)
    bill = bill_of_materials(tools)
    if bill_of_materials(tools) != bill:
        sys.exit("Two bills of materials of one lock differ.")
    (out / SBOM).write_bytes(bill)
    made[SBOM] = digest(out / SBOM)
    sums = "".join(f"{made[name]}  {name}\n" for name in sorted(made))
    (out / SUMS).write_text(sums, "utf-8")
    sys.stdout.write(sums)
    return tools


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.release", description=__doc__)
    parser.add_argument("out", type=Path, metavar="DIR")
    out = parser.parse_args(arguments).out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        parser.error(f"{out} is not empty")
    with tempfile.TemporaryDirectory() as work:
        make(out, Path(work))
    return 0


if __name__ == "__main__":
    sys.exit(main())
