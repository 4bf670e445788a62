"""Make an account, measure, print the table: `python -m tests.benchmarks [--count N]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import measures
from tests.benchmarks.account import build
from tests.benchmarks.again import a_second_apply

STORES, EACH = 10, 3


def shown(line: measures.Line) -> str:
    if line.theirs:
        number = "{:.4f}" if line.tracked == "s" else "{:.0f}"
        ours, theirs = number.format(line.ours), number.format(line.theirs)
        allowed = f"{line.bound:g}" if line.bound else ""
        return f"{line.what:36} {ours:>8}  {line.against:37} {theirs:>8}  {line.ratio:>6.2f}  {allowed:>5}"
    return f"{line.what:36} {line.ours:>8.0f}  {line.against:37} {'0':>8}  {line.tracked}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--count", type=int, default=1000, help="assistants on the account")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), count, STORES, EACH)
        sys.stdout.write(
            f"{count} assistants, {STORES} stores, {STORES * EACH} documents; best of some tries, "
            "seconds\n\n"
            f"{'ours':36} {'':>8}  {'against':37} {'':>8}  {'ratio':>6}  {'most':>5}\n"
        )
        lines = [
            *measures.requests_of_an_inventory(count, STORES, EACH),
            *measures.plan_that_changes_nothing(),
            *measures.a_page(),
            *measures.a_folder(),
            *measures.start(),
            *a_second_apply(),
            *measures.a_release(Path("releases")),
        ]
        for line in lines:
            sys.stdout.write(shown(line) + "\n")


if __name__ == "__main__":
    main()
