"""Sum up a plan or drift in a few lines, for the summary of a job or a message."""

from collections.abc import Iterator, Sequence
from typing import Any

from provisioner.model.drift import Drift
from provisioner.model.plan import Plan
from provisioner.model.risk import Meaning, Risk
from provisioner.render.drift import summary_told
from provisioner.render.format import Shape
from provisioner.render.markdown.plan import where
from provisioner.render.markdown.syntax import escaped
from provisioner.render.palette import Palette
from provisioner.render.tally import counts_told, nothing_told, overwritten_told
from provisioner.render.text import head_text
from provisioner.render.values import plural
from provisioner.render.view import View, view_of


def summary_of(shape: Shape, value: Any, *, is_markdown: bool) -> str:
    """Return the summary of a View or of a Drift, as text or as Markdown."""
    drift = value if shape is Shape.DRIFT else None
    plan: View = view_of(drift.plan) if drift else value
    title, *lines = _of_drift(drift, plan) if drift else _of_plan(plan)
    if is_markdown:
        listed = [f"- {escaped(line)}" for line in lines]
        return "\n".join([f"**{escaped(title)}** {where(plan)}", "", *listed]).rstrip() + "\n"
    return "\n".join([head_text(plan, Palette(False)), title, *lines]) + "\n"


def _of_plan(plan: View) -> Iterator[str]:
    """Yield the lines about a plan. The first is its title."""
    if plan.is_empty:
        yield f"No changes. {nothing_told(plan)}"
    else:
        yield f"Plan: {counts_told(plan, zeros=False)}."
    if plan.standing:
        names = ", ".join(dict.fromkeys(one.code.name for one in plan.standing))
        yield f"Refused: {plural(len(dict.fromkeys(plan.standing)), 'reason')} ({names})."
    if overwritten := overwritten_told(plan):
        yield f"Drift: {overwritten}"
    yield from _shared(plan)


def _of_drift(drift: Drift, plan: View) -> Iterator[str]:
    """Yield the lines about drift. The first is its title."""
    yield " ".join(summary_told(drift))
    yield from _shared(plan)


def _shared(plan: Plan) -> Iterator[str]:
    """Yield the lines that plans and drift share: risks by their meaning, undeclared values, warnings."""
    for meaning in Meaning:
        found = [risk for risk in plan.risks if risk.meaning is meaning and not risk.allowed]
        if found:
            yield f"{meaning.value.capitalize()}: {_risks(found)}."
    if plan.undeclared:
        yield f"Undeclared: {plural(len(plan.undeclared), 'value')} that no manifest sets."
    # A refusal may be a diagnostic too, and it is told above already.
    others = [one for one in plan.diagnostics if one not in plan.standing]
    if others:
        yield f"Warnings: {len(others):,} ({', '.join(dict.fromkeys(d.code.name for d in others))})."


def _risks(found: Sequence[Risk]) -> str:
    """Return the numbers of risks, such as `3 warnings on 2 resources (reach-widened, tool-added)`."""
    grades = [risk.severity for risk in found]
    counts = [plural(grades.count(grade), grade.value) for grade in dict.fromkeys(grades)]
    codes = ", ".join(dict.fromkeys(risk.code.name for risk in found))
    resources = plural(len({risk.address for risk in found}), "resource")
    return f"{', '.join(counts)} on {resources} ({codes})"
