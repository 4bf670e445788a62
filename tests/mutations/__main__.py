"""Make each fault in a copy of the tree, and see whether the tests of its room notice.

    python -m tests.mutations [--jobs N] [WORD …]

With words, only the faults whose names hold one of them. Prints one line a fault: caught or missed,
seconds, and the test that failed. Exits with 1 where one was missed, took longer than a minute, or
could not be made because the code has moved on.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutations.cases import CASES
from tests.mutations.faults import FAULTS, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
COPIED = ("provisioner", "tests", "manifests", "schemas", "docs", "pyproject.toml", "README.md")
MINUTE = 60.0
LIMIT = 600.0
"""Seconds after which a run of tests is given up."""
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run of tests: its duration, and the tests that failed."""

    seconds: float
    failed: tuple[str, ...]


def copied(folder: Path) -> Path:
    """A copy of the tree as it stands, without what was compiled."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored, symlinks=True)
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def run(tree: Path, tests: Iterable[str], *flags: str) -> Result:
    """Run tests in a tree."""
    began = time.monotonic()
    paths = [f"tests/{name}" for name in tests]
    options = [*flags, "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *paths],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    failed = tuple(FAILED.findall(done.stdout))
    if done.returncode and not failed:
        failed = (f"exit code {done.returncode}: {done.stderr[-500:]}",)
    return Result(time.monotonic() - began, failed)


def tried(fault: Fault, red: Iterable[str]) -> tuple[str, Result]:
    """Make one fault and run the tests of its room: `caught`, `missed`, `slow` or `not made`.

    `red` are tests that fail without any fault, and so catch nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder))
        file = tree / "provisioner" / fault.file
        text = file.read_text("utf-8") if file.exists() else ""
        if text.count(fault.before) != 1:
            return "not made", Result(0, ())
        file.write_text(text.replace(fault.before, fault.after), "utf-8")
        result = run(tree, fault.tests, "-x", *(f"--deselect={test}" for test in red))
    if not result.failed:
        return "MISSED", result
    return ("caught" if result.seconds <= MINUTE else "slow"), result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("words", nargs="*")
    given = parser.parse_args()
    chosen = [
        f for f in (*FAULTS, *CASES) if not given.words or any(w in f.name for w in given.words)
    ]
    rooms = sorted({fault.tests for fault in chosen})
    bad = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        whole = dict(zip(rooms, pool.map(lambda room: run(ROOT, room).failed, rooms), strict=True))
        for room, red in whole.items():
            for test in red:
                bad += 1
                sys.stdout.write(f"red without any fault: {'+'.join(room)}: {test}\n")
        found = pool.map(lambda fault: tried(fault, whole[fault.tests]), chosen)
        for fault, (word, result) in zip(chosen, found, strict=True):
            bad += word != "caught"
            by = f"  {result.failed[0]}" if result.failed else ""
            sys.stdout.write(
                f"{word:8} {result.seconds:5.1f} s  {fault.name}  [{fault.file}]{by}\n"
            )
            sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
