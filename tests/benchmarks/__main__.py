"""Make accounts, measure, print the table: `python -m tests.benchmarks [--count N] [--quick]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import large, measures, peers, plans
from tests.benchmarks.account import build
from tests.benchmarks.again import a_second_apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.benchmarks.line import Line

STORES, EACH = 10, 3
DOCUMENTS, SLOW = 63, 0.3
TRIES = {plans.FEW: 5, plans.MANY: 2}


TITLES = ("what", "ours", "beside", "theirs", "ratio", "goal")
COLUMNS = "{:40} {:>8}  {:34} {:>9}  {:>7}  {:>6}\n"
MARKS = {True: "✓", False: "✗", None: ""}


def shown(line: Line) -> str:
    number = "{:.3f}" if line.unit in ("s", "ms") else "{:.0f}"
    ours, theirs = number.format(line.ours), number.format(line.theirs)
    ratio = f"{line.ratio:.3g}" if line.theirs else line.unit
    allowed = f"{line.bound:.3g}" if line.bound else ""
    row = COLUMNS.format(line.what, ours, line.against, theirs, ratio, allowed).rstrip("\n")
    return f"{row} {MARKS[line.is_kept]}".rstrip()


def verdict(found: Sequence[Line]) -> Iterator[str]:
    """Yield which goals are met and which are missed, and who wins against each peer."""
    goals = [line for line in found if line.is_kept is not None]
    missed = [line for line in goals if not line.is_kept]
    yield f"{len(goals) - len(missed)} of {len(goals)} goals are met."
    for line in missed:
        yield f"Missed: {line.what}, {line.ratio:.3g} of {line.against}, where {line.bound:.3g} is the goal."
    for line in found:
        if line.is_peer:
            winner, by = ("ours", 1 / line.ratio) if line.ratio < 1 else (line.against, line.ratio)
            yield f"{line.what}, ours and {line.against}: {winner} wins, {by:.1f} times cheaper."


def lines(count: int, *, quick: bool) -> Iterator[Line]:
    """Every line, the everyday ones first."""
    counts = (plans.FEW,) if quick else (plans.FEW, plans.MANY)
    yield from a_second_apply()
    yield from measures.requests_of_an_inventory(count, STORES, EACH)
    yield from measures.plan_that_changes_nothing()
    yield from measures.a_page()
    yield from measures.a_folder()
    yield from measures.start()
    yield from measures.a_release(Path("releases"))
    yield from plans.changed(plans.FEW)
    yield from plans.first_apply(counts)
    yield from plans.a_store(DOCUMENTS, SLOW)
    yield from large.documents()
    whole = {}
    for number in counts:
        found = list(plans.plans(number, tries=TRIES[number]))
        whole[number] = found[0].ours
        yield from found
    if not quick:
        yield plans.growth(whole[plans.FEW], whole[plans.MANY], plans.start(Path.cwd()))
    yield from peers.octodns(counts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--count", type=int, default=1000, help="assistants on the account")
    parser.add_argument("--quick", action="store_true", help="leave 10,000 assistants out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), given.count, STORES, EACH)
        sys.stdout.write(COLUMNS.format(*TITLES))
        found = []
        for line in lines(given.count, quick=given.quick):
            found.append(line)
            sys.stdout.write(shown(line) + "\n")
            sys.stdout.flush()
    sys.stdout.write("\n" + "\n".join(verdict(found)) + "\n")


if __name__ == "__main__":
    main()
