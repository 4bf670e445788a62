"""Renders plans for tests, as text and as a JSON document."""

from typing import Any

from provisioner.model.plan import Plan
from provisioner.render import document, text
from provisioner.render.view import view_of


def plan_text(plan: Plan, **options: Any) -> str:
    """Return a plan as a terminal shows it."""
    return text.plan_text(view_of(plan), **options)


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return a plan as `--format json` prints it."""
    return {**document.plan_document(view_of(plan))}
