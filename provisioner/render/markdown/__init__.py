"""Render results as Markdown, for comments of pull requests and for summaries of jobs.

A comment on GitHub has at most 65,536 characters. No text that is made here has more characters or
bytes: `render.markdown.room` cuts it, and says what was cut.
"""

from typing import Any, Final

from provisioner.render.format import Format, Layout, Shape


def _plan(view: Any, layout: Layout) -> str:
    from provisioner.render.markdown.plan import plan_markdown

    return plan_markdown(view, layout)


def _drift(drift: Any, layout: Layout) -> str:
    from provisioner.render.markdown.drift import drift_markdown

    return drift_markdown(drift, layout)


def _outcome(report: Any, _layout: Layout) -> str:
    from provisioner.render.markdown.outcome import outcome_markdown

    return outcome_markdown(report)


def _migration(migration: Any, _layout: Layout) -> str:
    from provisioner.render.markdown.migration import migration_markdown

    return migration_markdown(migration)


def _move(view: Any, layout: Layout) -> str:
    from provisioner.render.markdown.migration import move_markdown

    return move_markdown(view, layout)


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.markdown.validation import validation_markdown

    return validation_markdown(validation)


def _comparison(found: Any, layout: Layout) -> str:
    from provisioner.render.comparison.markdown import comparison_markdown

    return comparison_markdown(found, layout)


def _leaks(view: Any, _layout: Layout) -> str:
    from provisioner.render.leaks.markdown import leaks_markdown

    return leaks_markdown(view)


def _checks(report: Any, _layout: Layout) -> str:
    from provisioner.render.checks import checks_markdown

    return checks_markdown(report)


FORMAT: Final = Format(
    "markdown",
    {
        Shape.PLAN: _plan,
        Shape.DRIFT: _drift,
        Shape.OUTCOME: _outcome,
        Shape.MIGRATION: _migration,
        Shape.MOVE: _move,
        Shape.VALIDATION: _validation,
        Shape.COMPARISON: _comparison,
        Shape.LEAKS: _leaks,
        Shape.CHECKS: _checks,
    },
)
