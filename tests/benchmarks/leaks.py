"""Measure `gc` on large accounts: `python -m tests.benchmarks.leaks`.

It prints the requests of one inventory, the CPU seconds and the memory of judging 100,000 objects,
and the whole story of 5,000 objects with leaks of every condition (`tests/stories/test_gc.py` tells
a small one).
"""

from __future__ import annotations

import gc
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.emulator import create_app
from provisioner.gc.case import Case
from provisioner.gc.judge import judge
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.gc.survey import surveyed
from tests.benchmarks.__main__ import shown
from tests.benchmarks.line import Line
from tests.gc.build import MARKS, NOW, OTHER, account, assistant, marked, store
from tests.support.leaking import Leaking
from tests.support.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.model.inventory import Inventory

FILES, STORES, ASSISTANTS, FULL = 10_000, 1_000, 1_000, 600
"""The objects of the account whose requests are counted. FULL of the stores hold files."""
PAGES = {"file": 10_000}
"""The most rows of a page of a collection, where it is not 100."""
JUDGED = 100_000
MIB = 1 << 20
UNITS = 100


def requests_of_an_inventory() -> Iterator[Line]:
    """Count the requests of one table, without a Stack, over HTTP."""
    made = Leaking()
    files = [made.file() for _ in range(FILES)]
    stores = [made.store(files[n]) for n in range(FULL)]
    stores += [made.store(usage=0) for _ in range(STORES - FULL)]
    for number in range(ASSISTANTS):
        made.assistant(stores[number])
    server = create_app()
    made.write(server)
    counts = {"file": FILES, "vector_store": STORES, "assistant": ASSISTANTS}
    with serving(server) as url:
        options = RunOptions(environ={"KEY": "sk-any"}, ledger="none")
        with surveyed(options, Bare("responses", url, "KEY")) as found:
            sent = sum(found.session.provider.requests.values())
            kinds = [n for n in found.inventory.rows if n != "credential"]
    server.close()
    allowed = sum(math.ceil(counts.get(n, 0) / PAGES.get(n, 100)) + 1 for n in kinds) + FULL
    yield Line(
        "gc: requests of an inventory",
        sent,
        "ceil(N/page)+1 a kind, 1 a full store",
        allowed,
        "",
        1,
    )


def large() -> Inventory:
    """80,000 files, 10,000 stores with six of them each, 10,000 assistants with instructions."""
    files = [
        {"id": f"file-{n:024x}", "object": "file", "bytes": 500, "created_at": NOW - n,
         "filename": f"doc-{n}.md", "purpose": "assistants", "status": "processed"}
        for n in range(80_000)
    ]  # fmt: skip
    stores = [store(f"vs_{n:024x}") for n in range(10_000)]
    documents = {
        str(one["id"]): [str(files[(7 * n + i) % len(files)]["id"]) for i in range(6)]
        for n, one in enumerate(stores)
    }
    assistants: list[dict[str, Any]] = [
        {**assistant(f"asst_{n:024x}", *([stores[n]["id"]] if n % 2 else [])),
         "instructions": "You answer questions from the policy library. " * 40}
        for n in range(10_000)
    ]  # fmt: skip
    theirs = [marked(one, f"assistant.a{n}", OTHER) for n, one in enumerate(assistants[::3])]
    others = [one for n, one in enumerate(assistants) if n % 3]
    return account(documents, file=files, vector_store=stores, assistant=[*theirs, *others])


def judging() -> Iterator[Line]:
    """Judge 100,000 objects in this process, with the collector off, as every command has it."""
    inventory, best = large(), math.inf
    gc.disable()
    from provisioner.runtimes.account import ACCOUNT

    for _ in range(3):
        began = time.process_time()
        found = judge(inventory, Case(ACCOUNT, marks=MARKS))
        best = min(best, time.process_time() - began)
        if len(found) != JUDGED:
            raise SystemExit("every object should have been judged")
    gc.enable()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB
    yield Line("gc: judging 100,000 objects, CPU", best, "promised", 2.0, "s", 1)
    yield Line("gc: memory of that, inventory included", peak, "promised", 500, "MiB", 1)


def whole_story() -> Iterator[Line]:
    """Tell the story of the leaks at its full size: found, priced, deleted in two commands."""
    root = Path(__file__).parents[2]
    began = time.monotonic()
    words = ["-q", "-n", "0", "tests/stories/test_gc.py", "-k", "two_commands"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=root,
        env={**os.environ, "PROVISIONER_LEAKING_UNITS": str(UNITS)},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout)
    taken = time.monotonic() - began
    yield Line(f"gc: the story of {UNITS * 50:,} objects", taken, "no promise", 0, "s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for measure in (judging, requests_of_an_inventory, whole_story):
            for line in measure():
                sys.stdout.write(shown(line) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
