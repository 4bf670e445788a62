"""The output format `words`, which a test adds to a copy of the package: this file and one line."""

from typing import Any

from provisioner.render.format import Format, Layout, Shape
from provisioner.render.visible import visible


def plan(view: Any, _layout: Layout) -> str:
    return "".join(
        f"{change.action.word} {visible(str(change.address))}\n" for change in view.changes
    )


def drift(found: Any, _layout: Layout) -> str:
    return "".join(f"drifted {visible(str(change.address))}\n" for change in found.changes)


def outcome(report: Any, _layout: Layout) -> str:
    return "".join(f"{one.status.value} {visible(str(one.address))}\n" for one in report.outcomes)


def explanation(found: Any, _layout: Layout) -> str:
    return f"{type(found).__name__}\n"


FORMAT = Format(
    "words",
    {
        Shape.PLAN: plan,
        Shape.DRIFT: drift,
        Shape.OUTCOME: outcome,
        Shape.EXPLANATION: explanation,
    },
)
