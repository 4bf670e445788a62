"""Plan every checkout of one commit with every interpreter that is named, and compare the plans.

Exits with 1 where two plans differ in one byte. The dependencies have to be installed in each of
the interpreters; the program itself is taken from this folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tests.everywhere.checkouts import CHECKOUTS, TARGETS, plans

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]


def digests() -> dict[str, str]:
    """The digest of every plan, by checkout and command, as this interpreter makes it."""
    with tempfile.TemporaryDirectory() as name:
        return {
            f"{checkout.name} {command}": sha256(text.encode()).hexdigest()
            for checkout in CHECKOUTS
            for target in TARGETS
            for command, text in plans(checkout, target, Path(name, checkout.name)).items()
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.everywhere", description=__doc__)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", default=[sys.executable])
    parser.add_argument("--digests", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.digests:
        print(json.dumps(digests()))  # noqa: T201 - what the other interpreter reads
        return 0
    found: dict[str, set[str]] = {}
    for python in chosen.pythons:
        command = [python, "-W", "error", "-m", "tests.everywhere", "--digests"]
        answer = json.loads(subprocess.check_output(command, cwd=ROOT, text=True))
        for name, digest in answer.items():
            found.setdefault(name.partition(" ")[2], set()).add(digest)
        version = subprocess.check_output([python, "--version"], text=True).strip()
        print(f"{version}: {len(answer)} plans of {len(CHECKOUTS)} checkouts")  # noqa: T201 - a program of its own
    differing = sorted(command for command, each in found.items() if len(each) > 1)
    told = f"differ: {', '.join(differing)}" if differing else "all the same, byte for byte"
    print(f"{len(found)} commands: {told}")  # noqa: T201 - a program of its own
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
