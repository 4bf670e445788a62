"""Measure each part of a plan without a server: `python -m tests.benchmarks.parts [--count N]`.

Every part is printed beside a floor that was measured in the same run: the cost of the least work
on the same data (libyaml's tree, one `json.loads` of the rows). The figures are CPU seconds of this
process, so that a busy machine matters little. Compare only ratios, and figures of one run.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from provisioner.engine.classify import classify
from provisioner.engine.plan import PlanContext, make_plan
from provisioner.kinds import KINDS
from provisioner.model.inventory import Inventory
from provisioner.render.document import plan_document, to_json
from provisioner.render.text import plan_text
from provisioner.render.view import view_of
from provisioner.runtimes import RUNTIMES
from provisioner.verbs._shared.session import RunOptions, read
from tests.benchmarks.folder import KEY, URL, edited, rows_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.model.plan import Plan
    from provisioner.model.remote import Live
    from provisioner.model.resource import Desired


@dataclass(frozen=True)
class Part:
    """CPU seconds of one part, and of its floor; `against` says what that is."""

    what: str
    ours: float
    against: str
    floor: float


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds that `work` takes, with what it returns."""
    gc.collect()
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def parts(folder: Path) -> Iterator[Part]:
    files = sorted(folder.rglob("*.yaml"))
    composed = cpu(
        lambda: [len(list(yaml.compose_all(f.read_bytes(), yaml.CSafeLoader))) for f in files]
    )[0]
    taken, loaded = cpu(
        lambda: read(RunOptions(folder, environ={URL: "http://any/v1", KEY: "any"}))
    )
    yield Part("read the folder", taken, "libyaml's trees", composed)
    assert loaded.stack is not None, loaded.diagnostics
    stack, bindings = loaded.stack, RUNTIMES["assistants"].bindings
    context = PlanContext(stack, KINDS, bindings)
    desired = loaded.desired
    as_text = {
        name: json.dumps(rows)
        for name, rows in (
            ("nothing to do", rows_of(desired, stack)),
            ("all changed", edited(rows_of(desired, stack))),
        )
    }
    for name, text in as_text.items():
        parsed, rows = cpu(partial(json.loads, text))
        inventory = Inventory({kind: tuple(found) for kind, found in rows.items()}, read_at=1.8e9)
        sort = partial(classify, inventory, bindings, stack.owner, desired, retire_after=86400)
        taken, live = cpu(sort)
        yield Part(f"{name}: classify", taken, "json.loads of the rows", parsed)
        yield from _of_plan(name, context, desired, live, parsed)
    yield from _of_plan("all new", context, desired, replace(live, objects={}), parsed)


def _of_plan(
    name: str, context: PlanContext, desired: Desired, live: Live, floor: float
) -> Iterator[Part]:
    against = "json.loads of the rows"
    taken, plan = cpu(lambda: make_plan(context, desired, live))
    yield Part(f"{name}: plan", taken, against, floor)
    expected = 0 if name == "nothing to do" else len(plan.changes)
    assert len(plan.changes) == expected, [str(c.address) for c in plan.changes[:3]]
    yield from _of_view(name, plan, against, floor)


def _of_view(name: str, plan: Plan, against: str, floor: float) -> Iterator[Part]:
    taken, view = cpu(lambda: view_of(plan))
    yield Part(f"{name}: view", taken, against, floor)
    taken, _ = cpu(lambda: plan_text(view))
    yield Part(f"{name}: text", taken, against, floor)
    taken, _ = cpu(lambda: to_json(plan_document(view)))
    yield Part(f"{name}: JSON", taken, against, floor)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.parts")
    parser.add_argument("--count", type=int, default=1000, help="assistants in the folder")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "manifests")
        write(folder, count)
        sys.stdout.write(f"{count} assistants; CPU seconds\n\n")
        for part in parts(folder):
            ratio = part.ours / part.floor if part.floor else 0
            sys.stdout.write(
                f"{part.what:26} {part.ours:8.3f}  {part.against:24} {part.floor:8.3f}  {ratio:6.2f}\n"
            )
            sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"peak memory {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
