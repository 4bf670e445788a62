"""`validate` and `--help` start fast: what they import is bounded."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["openai", "httpx2", "deepdiff", "rich", "sqlalchemy"])
def test_loading_manifests_never_imports(module: str, tmp_path: object) -> None:
    code = (
        "import sys, pathlib, provisioner.source as s;"
        f"s.load(pathlib.Path({str(tmp_path)!r}), runtimes={{}});"
        f"sys.exit({module!r} in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_room_does_not_import_jsonschema() -> None:
    code = "import sys, provisioner.source; sys.exit('jsonschema' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
