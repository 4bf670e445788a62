"""An output format: a name for `--format`, and a renderer for each shape that it can show.

A renderer is a function from a value and a Layout to a text.

- It must be pure: the same value and the same layout give the same text. It must not do I/O, look
  at a clock, or change what it is given.
- It must show only what it is given. Plans come as a View, in which secrets are replaced already.
- It must make every text of users and servers harmless for whoever reads its output: a terminal, a
  pipeline that obeys lines (`render.visible`), or the syntax of the format itself.
- It must end its text with a line break, and may use any lines and columns below `layout.width`.
- It may leave out what its format has no place for, but must not say that nothing is there.
- It must not print colours unless `layout.colour` is true.

A new format is a file that ends in `FORMAT = Format(…)`, and a line in `render.formats`. It may have
a renderer for any shape but OBJECTS and REPORT. Imports that cost time belong in the renderers,
because the table is read for `--help` as well.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

from provisioner.model.frozen import frozen


class Shape(StrEnum):
    """The kinds of values that commands print. Each says which type its renderers are given."""

    PLAN = "plan"
    """A `render.view.View`."""
    DRIFT = "drift"
    """A `model.drift.Drift`. `render.view.view_of` makes a view of its plan."""
    OUTCOME = "outcome"
    """A `model.outcome.Report`."""
    MIGRATION = "migration"
    """A `model.migration.Migration`."""
    MOVE = "move"
    """A `render.migration_reading.MigrationView`: a migration with its plans. The commands render
    it as text and JSON."""
    VALIDATION = "validation"
    """A `model.validation.Validation`."""
    COMPARISON = "comparison"
    """A `model.comparison.Comparison`, without secrets."""
    GRAPH = "graph"
    """An `engine.graph.Graph`."""
    EXPLANATION = "explanation"
    """A `model.explanation.Explanation`."""
    LEAKS = "leaks"
    """A `render.leaks.view.LeaksView`."""
    CHECKS = "checks"
    """A `model.checks.ChecksReport`."""
    OBJECTS = "objects"
    """The rows and objects of `show`, which the command renders."""
    REPORT = "report"
    """The report of a single command, which that command renders."""


OWN: Final = frozenset({Shape.OBJECTS, Shape.REPORT, Shape.MOVE})
"""Shapes that the commands themselves render as text and JSON."""

SUMMED: Final = frozenset({Shape.PLAN, Shape.DRIFT})
"""Shapes that have a summary, which `Layout.summary` asks for."""


@frozen
class Layout:
    """The width of the output, and the amount of detail that is wanted.

    `width` is in columns. `whole_texts` shows long texts in full, and `everything` long lists as
    well. `brief` leaves out the changes of a long plan, because each is printed later, when it is
    made. `summary` asks for one line for each kind of change, risk and drift in place of the whole;
    only formats for people have it.
    """

    colour: bool = False
    width: int = 100
    everything: bool = False
    whole_texts: bool = True
    brief: bool = False
    summary: bool = False


Renderer: TypeAlias = Callable[[Any, Layout], str]


@frozen
class Format:
    """A format: its name for `--format`, its renderers, and shapes of OWN that it offers too."""

    name: str
    renderers: Mapping[Shape, Renderer]
    own: frozenset[Shape] = frozenset()

    @property
    def shapes(self) -> frozenset[Shape]:
        """Every shape that the format can show."""
        # Commands refuse a format by this set, before they send a request (decision 0044).
        return self.own | self.renderers.keys()
