"""The one table of output formats, from which every command's `--format` is made.

`render.format` defines what a format is. The renderers are imported when they are needed, because
the table is read for `--help` too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from provisioner.render import dot, github, gitlab, html, junit, markdown, mermaid, sarif
from provisioner.render.format import OWN, SUMMED, Format, Layout, Shape


def _plan_text(view: Any, layout: Layout) -> str:
    from provisioner.render.text import plan_text

    return plan_text(
        view,
        colour=layout.colour,
        width=layout.width,
        all_documents=layout.everything,
        whole_texts=layout.whole_texts,
        brief=layout.brief,
    )


def _plan_json(view: Any, _layout: Layout) -> str:
    from provisioner.render.document import plan_document, to_json

    return to_json(plan_document(view))


def _drift_text(drift: Any, layout: Layout) -> str:
    from provisioner.render.drift import drift_text

    return drift_text(
        drift,
        colour=layout.colour,
        width=layout.width,
        everything=layout.everything,
        whole_texts=layout.whole_texts,
    )


def _drift_json(drift: Any, _layout: Layout) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.drift import drift_document

    return to_json(drift_document(drift))


def _outcome_text(report: Any, layout: Layout) -> str:
    from provisioner.render.report import report_text

    return report_text(report, colour=layout.colour)


def _outcome_json(report: Any, _layout: Layout) -> str:
    from provisioner.render.document import outcome_document, to_json

    return to_json(outcome_document(report))


def _migration_text(migration: Any, layout: Layout) -> str:
    from provisioner.render.migration import migration_text

    return migration_text(migration, colour=layout.colour, width=layout.width)


def _migration_json(migration: Any, _layout: Layout) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.migration_document import migration_document

    return to_json(migration_document(migration))


def _validation_text(validation: Any, layout: Layout) -> str:
    from provisioner.render.validation import validation_text

    return validation_text(validation, colour=layout.colour)


def _validation_json(validation: Any, _layout: Layout) -> str:
    from provisioner.render.document import to_json, validation_document

    return to_json(validation_document(validation))


def _explanation_text(explanation: Any, layout: Layout) -> str:
    from provisioner.render.explain import explanation_text

    return explanation_text(explanation, layout)


def _explanation_json(explanation: Any, _layout: Layout) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.explain_document import explanation_document

    return to_json(explanation_document(explanation))


def _comparison_text(found: Any, layout: Layout) -> str:
    from provisioner.render.comparison.text import comparison_text

    return comparison_text(found, layout)


def _comparison_json(found: Any, _layout: Layout) -> str:
    from provisioner.render.comparison.document import comparison_document
    from provisioner.render.document import to_json

    return to_json(comparison_document(found))


def _leaks_text(view: Any, layout: Layout) -> str:
    from provisioner.render.leaks.text import leaks_text

    return leaks_text(view, layout)


def _leaks_json(view: Any, _layout: Layout) -> str:
    from provisioner.render.document import to_json
    from provisioner.render.leaks.document import leaks_document

    return to_json(leaks_document(view))


def _leaks_csv(view: Any, _layout: Layout) -> str:
    from provisioner.render.leaks.document import leaks_csv

    return leaks_csv(view)


def _checks_text(report: Any, _layout: Layout) -> str:
    from provisioner.render.checks import checks_text

    return checks_text(report)


def _checks_json(report: Any, _layout: Layout) -> str:
    from provisioner.render.checks import checks_document
    from provisioner.render.document import to_json

    return to_json(checks_document(report))


TEXT: Final = Format(
    "text",
    {
        Shape.PLAN: _plan_text,
        Shape.DRIFT: _drift_text,
        Shape.OUTCOME: _outcome_text,
        Shape.MIGRATION: _migration_text,
        Shape.VALIDATION: _validation_text,
        Shape.COMPARISON: _comparison_text,
        Shape.EXPLANATION: _explanation_text,
        Shape.LEAKS: _leaks_text,
        Shape.CHECKS: _checks_text,
    },
    OWN,
)
JSON: Final = Format(
    "json",
    {
        Shape.PLAN: _plan_json,
        Shape.DRIFT: _drift_json,
        Shape.OUTCOME: _outcome_json,
        Shape.MIGRATION: _migration_json,
        Shape.VALIDATION: _validation_json,
        Shape.COMPARISON: _comparison_json,
        Shape.EXPLANATION: _explanation_json,
        Shape.LEAKS: _leaks_json,
        Shape.CHECKS: _checks_json,
    },
    OWN,
)
# `show` prints the lines of `env` itself, so the format has no renderer.
ENV: Final = Format("env", {}, frozenset({Shape.OBJECTS}))
CSV: Final = Format("csv", {Shape.LEAKS: _leaks_csv})

FORMATS: Final[Mapping[str, Format]] = {
    format.name: format
    for format in (
        TEXT,
        JSON,
        ENV,
        CSV,
        markdown.FORMAT,
        html.FORMAT,
        sarif.FORMAT,
        junit.FORMAT,
        github.FORMAT,
        gitlab.FORMAT,
        dot.FORMAT,
        mermaid.FORMAT,
    )
}
"""Every format, by its name. The first is the default."""


FOR_PEOPLE: Final = (TEXT.name, markdown.FORMAT.name)
"""The formats for people: they have a summary of a plan and of drift."""


def names_for(*shapes: Shape, beside: Iterable[Shape] = ()) -> tuple[str, ...]:
    """Return the names of the formats that show all of these shapes, the default first.

    Formats that show one of the shapes `beside` are included, even if they do not show the others.
    """
    others = frozenset(beside)
    return tuple(
        name
        for name, format in FORMATS.items()
        if format.shapes.issuperset(shapes) or not format.shapes.isdisjoint(others)
    )


def rendered(shape: Shape, value: Any, format: str, layout: Layout) -> str:
    """Return a value as text in the format with this name.

    A format that cannot show the shape is replaced by TEXT. If the layout asks for a summary of a
    plan or drift, the summary is returned.
    """
    if layout.summary and shape in SUMMED:
        from provisioner.render.summary import summary_of

        return summary_of(shape, value, is_markdown=format == markdown.FORMAT.name)
    renderer = FORMATS[format].renderers.get(shape) or TEXT.renderers[shape]
    return renderer(value, layout)
