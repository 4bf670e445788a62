"""The one table of output formats: what each can show, from which `--format` of commands is derived.

A new format is one row here and its renderers. The renderers are imported when they are asked for,
because the table is read for `--help` as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from provisioner.model.outcome import Report
    from provisioner.render.view import View


class Shape(StrEnum):
    """The kinds of things that commands print."""

    PLAN = "plan"
    OUTCOME = "outcome"
    OBJECTS = "objects"
    MIGRATION = "migration"
    REPORT = "report"


@frozen
class Layout:
    """How wide a terminal is, and how much of what is long is wanted.

    `whole_texts` unfolds long texts, `everything` long lists of documents as well.
    """

    colour: bool = False
    width: int = 100
    everything: bool = False
    whole_texts: bool = True


@frozen
class Format:
    """A name for `--format`, and the shapes that it can show."""

    name: str
    shapes: frozenset[Shape]
    plan: Callable[[View, Layout], str] | None = None
    outcome: Callable[[Report, Layout], str] | None = None


def _plan_text(view: View, layout: Layout) -> str:
    from provisioner.render.text import plan_text

    return plan_text(
        view,
        colour=layout.colour,
        width=layout.width,
        all_documents=layout.everything,
        whole_texts=layout.whole_texts,
    )


def _plan_json(view: View, _layout: Layout) -> str:
    from provisioner.render.document import plan_document, to_json

    return to_json(plan_document(view))


def _outcome_text(report: Report, layout: Layout) -> str:
    from provisioner.render.text import report_text

    return report_text(report, colour=layout.colour)


def _outcome_json(report: Report, _layout: Layout) -> str:
    from provisioner.render.document import outcome_document, to_json

    return to_json(outcome_document(report))


TEXT: Final = Format("text", frozenset(Shape), _plan_text, _outcome_text)
JSON: Final = Format("json", frozenset(Shape), _plan_json, _outcome_json)
ENV: Final = Format("env", frozenset({Shape.OBJECTS}))
MARKDOWN: Final = Format("markdown", frozenset({Shape.MIGRATION}))

FORMATS: Final[Mapping[str, Format]] = {
    format.name: format for format in (TEXT, JSON, ENV, MARKDOWN)
}
"""Every format, by its name; the first is the default."""


def names_for(shape: Shape) -> tuple[str, ...]:
    """The names of the formats that show this shape, the default first."""
    return tuple(name for name, format in FORMATS.items() if shape in format.shapes)
