"""Runs programs that our commands print, in this process, because a new one would load the SDK again."""

from __future__ import annotations

import gc
import io
import runpy
import time
import warnings
from contextlib import chdir, redirect_stdout
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run_here(code: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Run a Python program in `folder`, with its warnings ignored. Returns what it printed.

    It sleeps only for a moment between two looks at what it waits for.
    """
    sleep = time.sleep
    out, file = io.StringIO(), folder / "ask.py"
    file.write_text(code, encoding="utf-8")
    with (
        warnings.catch_warnings(action="ignore"),
        chdir(folder),
        patch.dict("os.environ", environ, clear=True),
        redirect_stdout(out),
        patch("time.sleep", lambda seconds: sleep(min(seconds, 0.02))),
    ):
        runpy.run_path(str(file), run_name="__main__")
        gc.collect()  # closes what the program left open, while warnings are ignored
    return out.getvalue()
