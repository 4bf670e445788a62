"""Render plans, drift, outcomes and other results as HTML: a file without scripts, which loads nothing.

It is for a browser, an artifact of a pipeline's job, or an e-mail. Every text in it is escaped
(`render.html.markup`), and its Content-Security-Policy allows only the style sheet inside of it. So
nothing that a manifest, a server or a model wrote can run.
"""

from typing import Any, Final

from provisioner.render.format import Format, Layout, Shape


def _plan(view: Any, _layout: Layout) -> str:
    from provisioner.render.html.plan import plan_html

    return plan_html(view)


def _drift(drift: Any, _layout: Layout) -> str:
    from provisioner.render.html.drift import drift_html

    return drift_html(drift)


def _leaks(view: Any, _layout: Layout) -> str:
    from provisioner.render.html.leaks import leaks_html

    return leaks_html(view)


def _outcome(report: Any, _layout: Layout) -> str:
    from provisioner.render.html.outcome import outcome_html

    return outcome_html(report)


def _migration(migration: Any, _layout: Layout) -> str:
    from provisioner.render.html.migration import migration_html

    return migration_html(migration)


def _move(view: Any, _layout: Layout) -> str:
    from provisioner.render.html.migration import move_html

    return move_html(view)


def _validation(validation: Any, _layout: Layout) -> str:
    from provisioner.render.html.validation import validation_html

    return validation_html(validation)


def _comparison(found: Any, _layout: Layout) -> str:
    from provisioner.render.html.comparison import comparison_html

    return comparison_html(found)


def _checks(report: Any, _layout: Layout) -> str:
    from provisioner.render.html.checks import checks_html

    return checks_html(report)


FORMAT: Final = Format(
    "html",
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
