"""Render a comparison as a page: both sides, and each resource that differs."""

from collections.abc import Iterator

from provisioner.model.comparison import Comparison
from provisioner.model.plan import Action
from provisioner.render.comparison.text import alone_told, sum_told
from provisioner.render.html.fields import Tree
from provisioner.render.html.markup import Markup, code, table, tag
from provisioner.render.html.page import facts, page, told
from provisioner.render.html.plan import FEW, anchor
from provisioner.render.values import Values


def comparison_html(found: Comparison) -> str:
    """Return the comparison as one HTML document."""
    alone = [
        (code(change.address), alone_told(change, found))
        for change in found.changes
        if change.action is not Action.UPDATE
    ]
    listed = table(("Resource", "Where"), alone, "Resources that one side has")
    return page(
        sum_told(found).removesuffix("."),
        facts({"First": found.first.told, "Second": found.second.told}),
        {
            "changes": ("Different", [*_changes(found)]),
            "alone": ("Only on one side", [listed] if alone else []),
            "warnings": ("Warnings", told(found.diagnostics)),
        },
    )


def _changes(found: Comparison) -> Iterator[Markup]:
    changes = [change for change in found.changes if change.action is Action.UPDATE]
    sides = (found.first.name, found.second.name)
    for place, change in enumerate(changes):
        inside = tag("div", Tree(Values(), sides).change(change), class_="inside", id=anchor(place))
        summary = tag("summary", code(change.address))
        yield tag("details", summary, inside, open=len(changes) <= FEW)
