"""Programs that we print, run in this process: starting another one would load the SDK again."""

from __future__ import annotations

import gc
import io
import runpy
import warnings
from contextlib import chdir, redirect_stdout
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run_here(code: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Run a Python program in `folder`, whatever it warns of. Returns what it printed."""
    out, file = io.StringIO(), folder / "ask.py"
    file.write_text(code, encoding="utf-8")
    with (
        warnings.catch_warnings(action="ignore"),
        chdir(folder),
        patch.dict("os.environ", environ, clear=True),
        redirect_stdout(out),
    ):
        runpy.run_path(str(file), run_name="__main__")
        gc.collect()  # what the program leaves open is closed here, where nobody is warned of it
    return out.getvalue()
