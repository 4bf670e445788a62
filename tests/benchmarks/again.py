"""A second apply that has nothing to do, in a process of its own, on a target with a static key."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from provisioner.emulator import create_app
from tests.benchmarks.account import documents
from tests.benchmarks.line import Line
from tests.benchmarks.measures import imported
from tests.benchmarks.processes import FLOOR, in_turn, provisioner, python, taken
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 20
STORES, EACH = 2, 1
TRIES = 9
GOAL = 0.55
"""CPU seconds of the process."""
KEY = "BENCHMARK_KEY"
APPLY = ("apply", "--yes")


def a_second_apply() -> Iterator[Line]:
    """CPU seconds, user and system, of the whole process. The server runs in this one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(create_app()) as base_url,
    ):
        _written(Path(folder), base_url)
        environ = {KEY: "any"}
        taken(provisioner(*APPLY), Path(folder), environ)
        commands = [provisioner(*APPLY), python(FLOOR)]
        ours, theirs = in_turn(commands, Path(folder), environ, tries=TRIES)
        what = f"re-apply of {COUNT}, nothing to do, CPU"
        yield Line(what, ours.cpu, f'python -c "{FLOOR}"', theirs.cpu, bound=3)
        yield Line(what, ours.cpu, "the goal, on a quiet core", GOAL, bound=1)
        loaded = imported([*APPLY, "--manifests", str(Path(folder, "manifests"))], {KEY: "any"})
        found = [name for name in loaded if name != "httpx2"]
        yield Line(f"re-apply of {COUNT}: heavy imports", len(found), "httpx2 alone", 0, "")


def _written(folder: Path, base_url: str) -> None:
    """The manifests of the other measures, for a target at `base_url`."""
    for name, content in documents(COUNT, STORES, EACH).items():
        path = folder / "manifests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for document in content:
            if document["kind"] == "Stack":
                live = {"runtime": "assistants", "base_url": base_url, "api_key_env": KEY}
                document["spec"] = {"default_target": "live", "targets": {"live": live}}
        path.write_text(yaml.safe_dump_all(content, sort_keys=False), encoding="utf-8")
    for number in range(STORES):
        path = folder / f"manifests/docs/{number}-0.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"Document of library {number}.\n", encoding="utf-8")
