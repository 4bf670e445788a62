"""`validate` and `--help` start fast: what they import is bounded."""

import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "manifests"
HEAVY = ("openai", "httpx2", "deepdiff", "rich", "sqlalchemy", "jsonschema")


def test_loading_right_manifests_imports_nothing_heavy() -> None:
    """Not even the validator: what certainly fits its schema is never handed to it."""
    code = (
        "import sys, pathlib; from provisioner.runtimes import RUNTIMES;"
        "from provisioner.source import load;"
        f"found = load(pathlib.Path({str(SAMPLES)!r}), environ={{}}, runtimes=RUNTIMES);"
        f"print(len(found.desired), *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *imported = done.stdout.split()
    assert int(count) > 5
    assert imported == []
