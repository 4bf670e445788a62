"""Render drift as a page: from the last applied value of each field to the live value."""

from collections.abc import Iterator

from provisioner.model.drift import Drift
from provisioner.model.plan import Change
from provisioner.render.alike import Group
from provisioner.render.drift import absent_told, moved, others_told, summary_told
from provisioner.render.html.fields import MOVED, Tree
from provisioner.render.html.markup import Markup, code, joined, table, tag
from provisioner.render.html.page import facts_of, lines, page, told, undeclared
from provisioner.render.html.plan import FEW, anchor, anchors_of
from provisioner.render.palette import Palette
from provisioner.render.text import REASONS
from provisioner.render.undeclared import foreign_text, unshown_text
from provisioner.render.values import Values
from provisioner.render.view import view_of


def drift_html(drift: Drift) -> str:
    """Return drift as one HTML document."""
    plan = view_of(drift.plan)
    anchors = anchors_of([Group((change,)) for change in plan.changes])
    absent = [(code(one.address), absent_told(one)) for one in drift.absent]
    missing = table(("Resource", "What is known"), absent, "Declared and not live")
    notes = (
        others_told(drift),
        foreign_text(plan.foreign_documents, Palette(False)),
        unshown_text(plan.unshown, Palette(False)),
    )
    return page(
        " ".join(summary_told(drift)),
        facts_of(plan),
        {
            "absent": ("Declared and not live", [missing] if absent else []),
            "changes": ("Changed on the live side", [*_changes(plan.changes)]),
            "undeclared": ("Undeclared values", undeclared(plan.undeclared, anchors)),
            "warnings": ("Warnings", told(plan.diagnostics)),
            "notes": ("Notes", lines(*notes)),
        },
    )


def _changes(changes: tuple[Change, ...]) -> Iterator[Markup]:
    """Yield a block that unfolds for each object that changed."""
    for place, change in enumerate(changes):
        reason = REASONS.get(change.reason, "")
        summary = joined([code(change.address), f" ({reason})" if reason else ""])
        tree = Tree(Values(), MOVED).change(moved(change))
        inside = tag("div", tree, class_="inside", id=anchor(place))
        yield tag("details", tag("summary", summary), inside, open=len(changes) <= FEW)
