"""Write the hashed locks in `locks/`, or say which of them is stale.

    python -m tests.locks           writes them anew; the index is asked
    python -m tests.locks --check   exits with 1 where one of them would change

`uv` resolves for every system and every Python that the project supports at once. Versions come
from `constraints.txt`; what that file does not name keeps the version and the hashes that its lock
has already. So a lock changes when a dependency or a constraint does, and not when somebody
publishes a new release of a package.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ROOT / "locks"
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "runtime.txt": ("pyproject.toml",),
    "container.txt": ("pyproject.toml", *("--extra=foundry", "--extra=postgres", "--extra=s3")),
    "build.txt": ("locks/build.in",),
    "release.txt": ("locks/release.in",),
}
"""The file that each lock is made from, with the extras of the project that the lock has."""
HEAD: Final = (
    "# Made from {source} by `python -m tests.locks`. Every file of every package has its hash.\n"
)
OLDEST: Final = "3.11"


def locked(name: str, folder: Path, uv: str) -> str:
    """Return the lock `name` as it would be written now. A copy of the present one is in `folder`."""
    made = folder / name
    # uv keeps the versions of an output file that exists, unless something requires others.
    if (LOCKS / name).is_file():
        shutil.copyfile(LOCKS / name, made)
    source, *extras = SOURCES[name]
    command = [uv, "pip", "compile", "--quiet", "--universal", f"--python-version={OLDEST}"]
    command += [
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--constraints=constraints.txt",
    ]
    subprocess.run([*command, *extras, f"--output-file={made}", source], cwd=ROOT, check=True)
    return HEAD.format(source=" ".join([source, *extras])) + made.read_text("utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.locks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--uv", default="uv", metavar="FILE", help="the program uv")
    chosen = parser.parse_args(arguments)
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            text = locked(name, Path(folder), chosen.uv)
            if not (LOCKS / name).is_file() or (LOCKS / name).read_text("utf-8") != text:
                stale.append(name)
                if not chosen.check:
                    (LOCKS / name).write_text(text, "utf-8")
    told = (
        f"stale: {', '.join(stale)}; python -m tests.locks writes them anew"
        if chosen.check
        else f"written: {', '.join(stale)}"
    )
    sys.stdout.write(f"{len(SOURCES)} locks, {told if stale else 'all fresh'}\n")
    return 1 if stale and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
