"""Make the suite fast: temporary folders in memory, modules compiled once, cheap seals, no waiting.

Tests make and remove some forty thousand small files. On a disk, removing them takes longer than
most tests. A test that starts our program in a process of its own would compile every module again
where the environment says that compiled modules are not to be kept. A seal in a plan file is made to
be expensive, and hundreds of tests save plans. A schema for editors takes a twentieth of a second. An answer of the embedded server is there at the first
look, so hundreds of looks need not be fifths of a second apart.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from operator import is_
from pathlib import Path

import pytest

from provisioner.emulator.core import server
from provisioner.engine import sealing
from provisioner.kinds import KINDS
from provisioner.model.kind import Kind
from provisioner.runtimes.agents import sessions
from provisioner.runtimes.assistants import runs
from provisioner.source import schemas
from tests.support.browser import CHROMIUM

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it, for this user alone
ENOUGH = 1 << 30
"""Bytes that have to be free. A run takes less than a tenth of it."""


def in_memory() -> bool:
    """Return true if there is a folder in memory with enough room for the files of a run."""
    return (
        MEMORY.is_dir()
        and os.access(MEMORY, os.W_OK | os.X_OK)
        and shutil.disk_usage(MEMORY).free >= ENOUGH
    )


if in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
# Tests start our program in new processes, each of which would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_report_header() -> str:
    """Say in which browser pages are tested, or that they are not."""
    return f"browser: {CHROMIUM or 'none was found, so tests/browser is not collected'}"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage while tests are collected, for what is made then stays, and none of it later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def short_pauses() -> Iterator[None]:
    """Look for answers again, and for the end of a server, without a pause that is noticed."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (runs, sessions):
            patch.setattr(module, "PATIENCE", (0.005, 0.05))
        patch.setattr(server, "POLL_SECONDS", 0.01)
        yield


@pytest.fixture(scope="session", autouse=True)
def schemas_once() -> Iterator[None]:
    """Write the schema for editors once for the same kinds: it is the same for hundreds of folders."""
    made: list[tuple[tuple[Kind, ...], str]] = []
    write = schemas.of_any_kind

    def written() -> str:
        kinds = tuple(KINDS.values())
        for of, text in made:
            if len(of) == len(kinds) and all(map(is_, of, kinds)):
                return text
        made.append((kinds, write()))
        return made[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "of_any_kind", written)
        yield


@pytest.fixture(scope="session", autouse=True)
def cost_of_a_seal() -> Iterator[dict[str, int]]:
    """Make seals cheap. Yields the parameters of scrypt that are used outside of the tests."""
    real = dict(sealing.COST)
    sealing.COST["n"] = 2
    yield real
    sealing.COST.update(real)
