"""Commands in processes of their own: what they take, measured by the operating system."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FLOOR = "import click, yaml, httpx2"
"""The modules that every command imports that speaks to a server."""


WATCH = """
import json, os, sys, time
began = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, code, used = os.wait4(pid, 0)
wall = time.perf_counter() - began
told = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": used.ru_maxrss}
sys.stderr.write("\\n" + json.dumps({**told, "status": os.waitstatus_to_exitcode(code)}))
"""
"""A small process that runs the command: the peak of a child counts from the size of its parent."""


@dataclass(frozen=True)
class Taken:
    """CPU seconds (user and system), seconds on the clock, and the peak of memory in MB."""

    cpu: float
    wall: float
    peak: float
    out: str = ""


def environment() -> dict[str, str]:
    """The environment of every command: byte code is written and used, as for an installed program.

    A machine that forbids it (PYTHONDONTWRITEBYTECODE) would compile our modules in every run, and
    those that pip installed in none.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _CACHE.name}


_CACHE = tempfile.TemporaryDirectory(prefix="bytecode-")


def taken(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    *,
    status: int = 0,
) -> Taken:
    """Measure a command, which has to end with that status."""
    whole = {**environment(), **(environ or {})}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", WATCH, *command],
        cwd=folder,
        env=whole,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stderr.rpartition("\n")[2])
    if found["status"] != status:
        raise SystemExit(f"{' '.join(command)[:80]}: {done.stderr[-2000:]}")
    return Taken(found["cpu"], found["wall"], found["peak"] / 1024, done.stdout)


def best(runs: Sequence[Taken]) -> Taken:
    """The least of each figure: what it takes when nobody disturbs it."""
    return Taken(
        min((run.cpu for run in runs), default=math.inf),
        min((run.wall for run in runs), default=math.inf),
        min((run.peak for run in runs), default=math.inf),
        runs[-1].out,
    )


def in_turn(
    commands: Sequence[Sequence[str]],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    *,
    tries: int,
) -> list[Taken]:
    """The best of some runs of each command, run in turn, so that a busy moment meets them all."""
    runs: list[list[Taken]] = [[] for _ in commands]
    for _ in range(tries):
        for command, found in zip(commands, runs, strict=True):
            found.append(taken(command, folder, environ))
    return [best(found) for found in runs]


def provisioner(*words: str) -> list[str]:
    return [sys.executable, "-m", "provisioner", *words]


def python(code: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", code]


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The objects of a folder of manifests on a server in a process of its own. Gives its base_url."""
    command = [sys.executable, "-m", "tests.benchmarks.server", str(folder), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


@contextmanager
def embedded(data: Path) -> Iterator[tuple[str, int]]:
    """`provisioner serve` in a process of its own, with an account of nothing.

    Gives its base_url, and the id of the process.
    """
    command = provisioner("serve", "--port", "0", "--data", str(data))
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        url = next(word for line in lines for word in line.split() if word.startswith("http"))
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(data, ignore_errors=True)
