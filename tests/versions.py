"""Run the quick part of the suite with other versions of Python and of the dependencies.

    python -m tests.versions python3.11 python3.15             the newest dependencies there are
    python -m tests.versions --pinned python3.11               those of constraints.txt
    python -m tests.versions python3.15 -- tests/stories       other tests

Each interpreter gets a virtual environment of its own, so the package index is needed. Where a
dependency has no wheel for an interpreter, pip builds it, which needs a compiler.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = (
    *("model", "engine", "inventory", "apply", "policy", "gc", "kinds", "runtimes", "source"),
    *("render", "pipelines", "providers", "emulator", "verbs"),
)
QUICK: Final = (
    *(f"tests/{room}" for room in ROOMS if (ROOT / "tests" / room).is_dir()),
    "tests/stories/test_samples.py",
)
SHOWN: Final = (
    "import sys, openai; print(sys.version.split()[0], 'with openai', openai.__version__)"
)


def tested(python: str, tests: Sequence[str], *, is_pinned: bool, folder: Path) -> bool:
    """Install everything for one interpreter and run `tests` with it. Returns true if all passed."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    program = folder / "bin" / "python"
    versions = ("-c", "constraints.txt") if is_pinned else ("-U",)
    install = [program, "-m", "pip", "install", "-q", *versions, "-e", ".[dev]"]
    subprocess.run(install, cwd=ROOT, check=True)
    named = subprocess.check_output([program, "-c", SHOWN], text=True).strip()
    sys.stdout.write(f"== Python {named}\n")
    # pytest writes to the same output from another process, and must not come first.
    sys.stdout.flush()
    done = subprocess.run([program, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False)
    return done.returncode == 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.versions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pythons", nargs="+", metavar="PYTHON")
    parser.add_argument("--pinned", action="store_true", help="the versions of constraints.txt")
    given = list(sys.argv[1:] if arguments is None else arguments)
    split = given.index("--") if "--" in given else len(given)
    chosen, tests = parser.parse_args(given[:split]), given[split + 1 :] or QUICK
    failed = []
    for python in chosen.pythons:
        with tempfile.TemporaryDirectory() as folder:
            if not tested(python, tests, is_pinned=chosen.pinned, folder=Path(folder)):
                failed.append(python)
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "all passed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
