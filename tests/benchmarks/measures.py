"""The measures: each gives rows of (what, ours, theirs, unit)."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import yaml

import provisioner
from provisioner.engine.plan import make_plan
from provisioner.providers.releases import Release, open_registry
from provisioner.verbs._shared.session import open_session, read
from provisioner.verbs.plan import planned
from tests.benchmarks.account import RUN_OPTIONS, TEXT, plain_client
from tests.benchmarks.line import Line
from tests.benchmarks.processes import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PAGE = 100
HEAVY = ("openai", "httpx2", "deepdiff", "rich", "sqlalchemy")


def seconds(work: Callable[[], object], tries: int = 3) -> float:
    """CPU seconds of this process and of those that it waited for: the best of some tries."""
    best = math.inf
    for _ in range(tries):
        began = _used()
        work()
        best = min(best, _used() - began)
    return best


def _used() -> float:
    both = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def requests_of_an_inventory(count: int, stores: int, each: int) -> Iterator[Line]:
    with open_session(RUN_OPTIONS) as session:
        session.live()
        sent = sum(session.provider.requests.values())
    allowed = sum(math.ceil(n / PAGE) + 1 for n in (count, stores, *[each] * stores))
    yield Line("requests of an inventory", sent, "ceil(N/page) + 1 for each list", allowed, "", 1)


def plan_that_changes_nothing() -> Iterator[Line]:
    def ours() -> None:
        with planned(RUN_OPTIONS) as found:
            if not found.plan.is_empty:
                raise SystemExit("the plan should be empty")

    def script() -> None:
        with plain_client() as client:
            for row in client.beta.assistants.list(limit=PAGE):
                client.beta.assistants.retrieve(row.id)

    whole = seconds(ours)
    yield Line("plan, nothing to do", whole, "typed list and a GET an object", seconds(script))
    yield Line("plan, nothing to do", whole, "the sum of its parts", sum(parts()), bound=1.25)


def parts() -> Iterator[float]:
    def begin() -> None:
        with open_session(RUN_OPTIONS):
            pass

    yield seconds(begin)
    with open_session(RUN_OPTIONS) as session:
        live = session.live()
        yield seconds(session.live)
        yield seconds(lambda: make_plan(session.context, session.desired, live))


def a_page() -> Iterator[Line]:
    """The same bytes through the SDK: raw and parsed once, and as typed models."""
    with plain_client() as client:
        raw = client.beta.assistants.with_raw_response.list(limit=PAGE).http_response.content
    answer = httpx2.Response(200, content=raw, headers={"content-type": "application/json"})
    mock = httpx2.MockTransport(
        lambda _request: httpx2.Response(200, content=answer.content, headers=answer.headers)
    )
    client = openai.OpenAI(
        base_url="http://page/v1", api_key="any", http_client=httpx2.Client(transport=mock)
    )
    listing = client.beta.assistants

    def once() -> object:
        return json.loads(listing.with_raw_response.list(limit=PAGE).http_response.content)

    def typed() -> object:
        return listing.list(limit=PAGE).data

    once()
    yield Line("a page of 100, raw", seconds(once, 9), "typed models", seconds(typed, 9), bound=0.5)


def a_folder() -> Iterator[Line]:
    files = sorted(Path("manifests").rglob("*.yaml"))

    def libyaml() -> None:
        for file in files:
            list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))

    ours = seconds(lambda: read(RUN_OPTIONS))
    yield Line("read, check and resolve the folder", ours, "libyaml alone", seconds(libyaml))


def start() -> Iterator[Line]:
    run = [sys.executable, "-m", "provisioner", "--help"]
    click = [sys.executable, "-c", "import click"]

    def process(command: list[str]) -> Callable[[], Any]:
        return lambda: subprocess.run(command, check=True, capture_output=True, env=environment())

    ours, theirs = (seconds(process(command), 7) for command in (run, click))
    yield Line("--help", ours, 'python -c "import click"', theirs, bound=3)
    for command in (["--help"], ["validate", "manifests"]):
        loaded = imported(command)
        yield Line(f"{command[0]}: heavy imports", len(loaded), "none of five", 0, " ".join(loaded))


def a_release(folder: Path) -> Iterator[Line]:
    """Measure a load in a new process, and in one that has imported everything."""
    params = {"model": "gpt-6.1-terra", "instructions": TEXT, "tools": [{"type": "web_search"}]}
    registry = open_registry(folder)
    registry.publish(Release("k3v9q0x7dp/prod/clerk", name="Clerk", params=params))
    (file,) = folder.rglob("*.json")
    call = f"provisioner.load('clerk', releases={str(folder)!r}, owner='k3v9q0x7dp/prod')"

    def process(code: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=environment())

    began = seconds(process("pass"), 15)
    whole = seconds(process(f"import provisioner; {call}"), 15)
    yield Line("load a release, from start to end", whole, 'python -c "pass"', began)
    used = "import json, re, hashlib, dataclasses, typing, pathlib"
    yield Line("load a release, without that start", whole - began, "the promise", 0.05, bound=1)
    of_python = seconds(process(used), 15) - began
    yield Line("load a release, without that start", whole - began, used[:25] + " …", of_python)

    def load() -> object:
        return provisioner.load("clerk", releases=folder, owner="k3v9q0x7dp/prod")

    def plain() -> object:
        return json.loads(file.read_bytes())

    yield Line("load(), all imported", seconds(load, 99), "json of that file", seconds(plain, 99))


def imported(arguments: list[str], environ: Mapping[str, str] | None = None) -> list[str]:
    """The heavy packages that a command loads, with `environ` added to its environment."""
    code = (
        "import sys, contextlib, os\n"
        "from provisioner.cli import main\n"
        f"sys.argv = ['provisioner', *{arguments!r}]\n"
        "with contextlib.suppress(SystemExit), open(os.devnull, 'w') as nowhere, "
        "contextlib.redirect_stdout(nowhere):\n    main()\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**environment(), **(environ or {})},
    )
    return done.stdout.split()
