"""Soak tracked threads: `python -m tests.soak [--tracked N] [--retire N] [--database NAME] …`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.ledger.location import location
from provisioner.ledger.opening import ledger_to_read
from tests.soak.steps import Soak, server, tracked
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def soak(given: argparse.Namespace, database: str) -> Iterator[tuple[str, str]]:
    """Yield what was done and what it took. Raises AssertionError where anything is wrong."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        url = str(folder / "ledger.db")
        if database == POSTGRESQL:
            url = opened.enter_context(postgres.database(opened.enter_context(postgres.server())))
        words = (given.retire, given.errors, given.refusals, given.seed)
        port, process = opened.enter_context(server(folder, words))
        run = Soak(folder, url, port, given.parallelism)
        each, slowest = tracked(folder, min(given.tracked, 10_000))
        yield "provisioner.track, on average and at most", f"{each:.0f} µs, {slowest:.1f} ms"
        began = time.perf_counter()
        imported = run.import_(run.lines(given.tracked, given.retire))
        yield f"threads import of {given.tracked:,}", taken(began, imported.cpu, imported.peak)
        seconds, count = run.select()
        assert count == given.retire, count
        yield f"select among {given.tracked:,}", f"{seconds:.2f} s, {count:,} expired"
        began = time.perf_counter()
        reports = run.in_turns(given.retire, given.workers)
        workers = run.ended[1:]
        cpu, peak = sum(one.cpu for one in workers), max(one.peak for one in workers)
        yield f"retire {given.retire:,} with {given.workers}", taken(began, cpu, peak)
        yield "CPU of the server", f"{cpu_of(process.pid):.0f} s"
        yield from looked(run, given, reports)


def looked(
    run: Soak, given: argparse.Namespace, reports: list[dict[str, object]]
) -> Iterator[tuple[str, str]]:
    """Yield what is there in the end, and raise AssertionError where it is not what it has to be."""
    counted = run.counted()
    assert counted["deleted"] == given.retire, counted
    assert counted["twice"] == [], counted
    where = location(run.url, run.folder)
    assert where is not None
    with ledger_to_read(where) as opened:
        [count] = [one for one in opened.tracked.counts() if one.account == run.account]
    assert count.retired + count.gone == given.retire, count
    assert count.tracked == given.tracked - given.retire, count
    assert (count.expired, count.failed) == (0, 0), count
    # What a killed worker had deleted and not written down yet is found gone by the next one.
    assert count.gone <= given.parallelism * 16, count
    yield "deleted once each, by the server's count", f"{counted['deleted']:,}"
    yield "by the ledger", f"{count.retired:,} retired, {count.gone} found gone"
    shares = ", ".join(f"{report['deleted']:,}" for report in reports)
    yield "by worker (the killed one does not tell)", shares
    yield "answers of the server", ", ".join(f"{k}: {v:,}" for k, v in counted["answers"].items())


def taken(began: float, cpu: float, peak: float) -> str:
    return f"{time.perf_counter() - began:.0f} s, {cpu:.0f} s of CPU, {peak:.0f} MB"


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process that still runs; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--tracked", type=int, default=1_000_000, help="threads in the ledger")
    parser.add_argument("--retire", type=int, default=100_000, help="of these, past their time")
    parser.add_argument("--workers", type=int, default=3, help="processes that retire")
    parser.add_argument("--parallelism", type=int, default=8, help="requests of each at once")
    parser.add_argument("--errors", type=float, default=0.05, help="share of answers with an error")
    parser.add_argument("--refusals", type=float, default=0.01, help="share of answers with 429")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), action="append")
    given = parser.parse_args()
    for database in given.database or (SQLITE, POSTGRESQL):
        sys.stdout.write(f"{database}\n")
        for what, told in soak(given, database):
            sys.stdout.write(f"  {what:44} {told}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
