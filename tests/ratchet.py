"""Branch coverage of the rooms that guard data, held by a ratchet.

    python -m tests.ratchet [--raise]

Runs the tests of each room alone, measures which branches of the room they take, and compares with
`tests/ratchet.json`. A number there may only rise: the command exits with 1 where a room has less,
and `--raise` writes down what a room has more. A room's number counts its own tests alone, because
a fault of a room has to be caught there.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = Path(__file__).with_suffix(".json")
SLACK = 0.3
"""Per cent by which a room may differ from run to run: threads do not always take the same branches."""
ROOMS = ("apply", "engine", "inventory", "model", "policy", "gc")
"""The rooms that are measured, the one with the slowest tests first."""


def measured(room: str, folder: Path) -> tuple[float, str]:
    """Return (per cent, failure) for the tests of one room.

    The first is the share of the room's lines and branches that its own tests take. The second is
    the output of tests that failed, or ''.
    """
    environment = {**os.environ, "COVERAGE_FILE": str(folder / room)}
    run = [sys.executable, "-m", "coverage"]
    tests = ["-m", "pytest", "-q", "-n", "0", f"tests/{room}"]
    done = subprocess.run(
        [*run, "run", "--branch", f"--source=provisioner/{room}", *tests],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return 0.0, done.stdout[-3000:] + done.stderr[-1000:]
    told = folder / f"{room}.json"
    subprocess.run(
        [*run, "json", "-q", "-o", str(told)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    percent: float = json.loads(told.read_text())["totals"]["percent_covered"]
    # Rounded down: a number that was rounded up could never be reached again.
    return math.floor(percent * 10) / 10, ""


def main(*, upwards: bool) -> int:
    kept: dict[str, float] = json.loads(KEPT.read_text())
    rooms = [room for room in ROOMS if (ROOT / "provisioner" / room).is_dir()]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(rooms, pool.map(lambda r: measured(r, Path(folder)), rooms), strict=True))
    code = 0
    for room, (percent, failed) in sorted(found.items()):
        least = kept.get(room, 0.0)
        says = "at least"
        if failed:
            says, code = f"its tests failed:\n{failed}\nat least", 1
        elif percent < least - SLACK:
            says, code = "TOO LOW: its own tests have to take at least", 1
        elif percent > least + SLACK:
            says = "risen, write it down with --raise; at least"
        sys.stdout.write(f"{room:10} {percent:5.1f} %  ({says} {least:.1f} %)\n")
    if upwards:
        raised = {room: max(percent, kept.get(room, 0.0)) for room, (percent, _) in found.items()}
        KEPT.write_text(json.dumps(dict(sorted({**kept, **raised}.items())), indent=2) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(upwards="--raise" in sys.argv[1:]))
