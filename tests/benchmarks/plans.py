"""Whole plans and applies of many objects, as processes, beside scripts that do the least of it."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from provisioner.emulator import create_app
from tests.benchmarks.folder import KEY, URL, write
from tests.benchmarks.line import Line
from tests.benchmarks.processes import (
    FLOOR,
    Taken,
    embedded,
    in_turn,
    provisioner,
    python,
    served,
    taken,
)
from tests.support.servers import Wrapper, serving
from tests.support.stories import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from werkzeug.wrappers import Request, Response

FEW, MANY = 1_000, 10_000
GOALS = {FEW: 1.3, MANY: 9.0}
"""CPU seconds of a plan that changes nothing, by the number of assistants."""
LATENCY = 0.05
"""Seconds that a server far away takes for each request."""
SAMPLE = 100
"""Objects that the script asks for at that server; its time for all of them is reckoned from it."""
SCRIPT = """
import itertools, sys, openai
client = openai.OpenAI()
rows = list(client.beta.assistants.list(limit=100))
for row in rows[:int(sys.argv[1])]:
    client.beta.assistants.retrieve(row.id)
"""
LEAST = """
import time, json
def told(name):
    global began
    now = time.process_time()
    parts[name], began = now - began, now
parts, began = {}, 0.0
import click, yaml, httpx2, os
from pathlib import Path
told("start")
for file in sorted(Path("manifests").rglob("*.yaml")):
    list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))
told("libyaml")
with httpx2.Client() as client:
    for kind in ("assistants", "vector_stores"):
        after, more = {}, True
        while more:
            query = {"limit": 100, **after}
            page = json.loads(client.get(f"{os.environ['BENCHMARK_URL']}/{kind}", params=query).content)
            more, after = page["has_more"], {"after": page["last_id"]}
told("pages")
print(json.dumps(parts))
"""
"""The least that a plan has to do: import, parse the manifests, fetch and parse the pages."""


def plans(count: int, *, tries: int) -> Iterator[Line]:
    """A plan that changes nothing, over HTTP, of so many assistants."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "manifests", count)
        with served(folder / "manifests") as url:
            environ = _environ(url)
            commands = [provisioner("plan"), [*python(SCRIPT), str(count)], python(LEAST)]
            taken(commands[0], folder, environ)
            ours, script, least = in_turn(commands, folder, environ, tries=tries)
        yield from _beside(count, ours, script, least)
        with served(folder / "manifests", "--latency", str(LATENCY)) as url:
            yield _far_away(count, folder, _environ(url))


def _beside(count: int, ours: Taken, script: Taken, least: Taken) -> Iterator[Line]:
    what = f"plan of {count:,}, nothing to do"
    bound = 1 / 3 if count < MANY else 1 / 2.5
    yield Line(f"{what}, CPU", ours.cpu, "typed list and a GET an object", script.cpu, bound=bound)
    if count in GOALS:
        yield Line(f"{what}, CPU", ours.cpu, "the goal, on a quiet core", GOALS[count], bound=1)
    most = 2.5 if count >= MANY else None
    yield Line(f"{what}, CPU", ours.cpu, "the sum of its floors", least.cpu, bound=most)
    for name, part in json.loads(least.out).items():
        yield Line(f"  of these floors: {name}", part, "the whole plan", ours.cpu)
    yield Line("  the rest: check, classify, compare", ours.cpu - least.cpu, "the whole", ours.cpu)
    yield Line(f"{what}, memory", ours.peak, "300 MB", 300, "MB", bound=1)
    yield Line(f"{what}, memory", ours.peak, "that script", script.peak, "MB")


def _far_away(count: int, folder: Path, environ: Mapping[str, str]) -> Line:
    ours = taken(provisioner("plan"), folder, environ)
    few, more = (
        taken([*python(SCRIPT), str(number)], folder, environ).wall for number in (0, SAMPLE)
    )
    script = few + (more - few) / SAMPLE * count
    what = f"plan of {count:,}, {LATENCY * 1000:.0f} ms a request"
    return Line(
        what,
        ours.wall,
        f"that script, from {SAMPLE} GETs",
        script,
        bound=1 / 40 if count < MANY else 1 / 50,
    )


def growth(few: float, many: float, start: float) -> Line:
    """CPU milliseconds an object, without the start, at 10,000 and at 1,000."""
    ours, theirs = ((many - start) / MANY, (few - start) / FEW)
    return Line("ms an object at 10,000", ours * 1000, "at 1,000", theirs * 1000, "ms", bound=1.2)


def changed(count: int) -> Iterator[Line]:
    """A plan in which every assistant was edited by hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "manifests", count)
        with served(folder / "manifests", "--changed") as url:
            for words, what in (((), "text"), (("--format", "json"), "JSON")):
                ours = taken(provisioner("plan", *words), folder, _environ(url))
                told = f"plan of {count:,}, all changed, {what}, CPU"
                yield Line(told, ours.cpu, "the goal", 6, bound=1)


def first_apply(counts: Sequence[int]) -> Iterator[Line]:
    """First applies to the embedded server, whose own time does not count."""
    each: list[float] = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder / "manifests", count)
            with embedded(folder / "data.sqlite") as (url, _):
                ours = taken(provisioner("apply", "--yes"), folder, _environ(url))
                if count == FEW:
                    gone = taken(provisioner("destroy", "--yes"), folder, _environ(url))
        each.append((ours.cpu - start(Path.cwd())) / count * 1000)
        if count == FEW:
            yield Line(f"first apply of {count:,}, CPU", ours.cpu, "the goal", 6, bound=1)
            yield Line(f"destroy of {count:,}, CPU", gone.cpu, "its first apply", ours.cpu)
    if len(each) > 1:
        yield Line("first apply, ms an object at 10,000", each[1], "at 1,000", each[0], "ms", 1.2)


def a_store(count: int, latency: float) -> Iterator[Line]:
    """A first apply of one store with so many documents, at a server that takes its time."""

    class Slow(Wrapper):
        def answer(self, request: Request) -> Response:
            time.sleep(latency)
            return self.forward(request)

    with tempfile.TemporaryDirectory() as name, serving(Slow(create_app())) as url:
        folder = Path(name)
        write(folder / "manifests", 0)
        for number in range(count):
            text = f"Document {number} of the library.\n"
            (folder / f"manifests/{number}.md").write_text(text, encoding="utf-8")
        store = manifest("VectorStore", "library", files=[{"glob": "*.md"}])
        (folder / "manifests/store.yaml").write_text(yaml.safe_dump(store), encoding="utf-8")
        words = ("apply", "--yes", "--select", "vector_store.library")
        ours = taken(provisioner(*words), folder, _environ(url)).wall
    what = f"a store of {count} documents, {latency:g} s a request"
    yield Line(what, ours, "their uploads one by one", count * latency, bound=0.5)


def start(folder: Path) -> float:
    """CPU seconds of what every command imports."""
    return in_turn([python(FLOOR)], folder, tries=5)[0].cpu


def _environ(url: str) -> dict[str, str]:
    return {URL: url, KEY: "any", "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "any"}
