"""Render a plan as a page: its risks, drift, every change, and its references."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from provisioner.engine.keeping import named
from provisioner.model.address import Address
from provisioner.model.diagnostic import Severity
from provisioner.model.plan import NOT_KNOWN, Action, Change, Reason
from provisioner.render.alike import Group, grouped
from provisioner.render.dropped import dropped_text
from provisioner.render.html.fields import Tree
from provisioner.render.html.markup import Markup, code, joined, table, tag
from provisioner.render.html.page import (
    Sections,
    facts_of,
    lines,
    linked,
    page,
    told,
    undeclared,
)
from provisioner.render.look_first import listed
from provisioner.render.palette import Palette
from provisioner.render.ranking import gravest, sorted_groups
from provisioner.render.shared_edits import shared_edits
from provisioner.render.tally import counts_told, nothing_told, overwritten_told
from provisioner.render.text import reason_told
from provisioner.render.undeclared import foreign_text, unshown_text
from provisioner.render.values import Values, plural
from provisioner.render.view import View

FEW: Final = 3
"""The most changes that are all unfolded at first. With more, only those with risks are."""
WIDTH: Final = 200
"""The most columns of a value in a table. A longer value is folded or cut."""
_PLAIN: Final = Palette(False)


def plan_html(plan: View) -> str:
    """Return a plan as one HTML document."""
    title = "Plan" if plan.verb == "apply" else f"Plan of {plan.verb}"
    return page(f"{title}: {sum_told(plan)}", facts_of(plan), plan_sections(plan))


def sum_told(plan: View) -> str:
    """Return the number of changes by action, such as `1 to create`, or `no changes`."""
    return counts_told(plan, zeros=False) if plan.changes else "no changes"


def plan_sections(plan: View, place: str = "", prefix: str = "") -> Sections:
    """Return the sections of a plan.

    A page with several plans gives each a `place` for the titles, such as `First, on openai`, and a
    `prefix` for the ids.
    """
    groups = sorted_groups(grouped(plan.changes), plan)
    anchors = anchors_of(groups, prefix)
    warnings = [one for one in plan.diagnostics if one.severity is not Severity.ERROR]
    sections: Sections = {
        "refused": ("Why this plan cannot be applied", told(dict.fromkeys(plan.standing))),
        "risks": ("Look first", _risks(plan, anchors)),
        "drift": ("Drift that would be overwritten", _drift(plan, anchors)),
        "changes": ("Changes", [*_changes(groups, plan, prefix)]),
        "undeclared": ("Undeclared values", undeclared(plan.undeclared, anchors)),
        "references": ("References", _references(plan, anchors)),
        "warnings": ("Warnings", told(warnings)),
        "notes": ("Notes", _notes(plan)),
    }
    return {
        f"{prefix}{id}": (f"{place}: {title.lower()}" if place else title, content)
        for id, (title, content) in sections.items()
    }


def anchors_of(groups: Sequence[Group], prefix: str = "") -> dict[Address, str]:
    """Return, by address, the anchor of its first change on the page, for links to it."""
    found: dict[Address, str] = {}
    # Every address of a group links to the one block that shows the group.
    for place, group in enumerate(groups):
        for change in group.changes:
            found.setdefault(change.address, anchor(place, prefix))
    return found


def anchor(place: int, prefix: str = "") -> str:
    """Return the anchor of a group by its place on the page, counted from 0."""
    return f"{prefix}change-{place}"


def _risks(plan: View, anchors: Mapping[Address, str]) -> list[Markup]:
    """Return a table of the risks, the gravest first."""
    rows = [
        (
            linked(risk.address, anchors),
            code(risk.path) if risk.path else "",
            risk.told,
            joined([risk.severity.value, ", ", risk.meaning.value]),
            code(risk.code.name),
        )
        for risk in listed(plan)
    ]
    headers = ("Resource", "Field", "What happens", "Severity", "Code")
    return [table(headers, rows, "Risks of this plan, the gravest first")] if rows else []


def _drift(plan: View, anchors: Mapping[Address, str]) -> list[Markup]:
    """Return a table of the changes on the live side that this plan would overwrite."""
    rows = []
    for change in plan.changes:
        for field in change.fields:
            if field.cause in (Reason.DRIFT, Reason.BOTH):
                was = "" if field.was is NOT_KNOWN else code(Values().line(field.was, WIDTH))
                sides = [code(Values().line(side, WIDTH)) for side in (field.live, field.desired)]
                rows.append((linked(change.address, anchors), code(field.path), was, *sides))
    headers = ("Resource", "Field", "Last applied", "Live", "Desired")
    if not rows:
        return []
    return [*lines(overwritten_told(plan)), table(headers, rows, "Drift")]


def _changes(groups: Sequence[Group], plan: View, prefix: str) -> Iterator[Markup]:
    """Yield a block that unfolds for each group of changes."""
    if plan.is_empty:
        yield from lines(nothing_told(plan))
    worst = gravest(plan)
    tree = Tree(Values(plan.made.keys()), edits=shared_edits(groups))
    for place, group in enumerate(groups):
        is_risky = any(change.address in worst for change in group.changes)
        # What a reviewer must not miss is unfolded from the beginning.
        is_open = len(groups) <= FEW or is_risky or bool(group.first.blocked)
        yield _change(group, plan, tree, anchor(place, prefix), is_open=is_open)


def _change(group: Group, plan: View, tree: Tree, id: str, *, is_open: bool) -> Markup:
    """Return the block of one group of changes."""
    change = group.first
    reason = reason_told(change, plan)
    more = f" and {plural(len(group.others), 'other')}, alike" if group.others else ""
    more += " but for the values of their rows" if group.by_row else ""
    summary = joined(
        [
            tag("strong", change.action.word),
            " ",
            code(change.address),
            more,
            f" ({reason})" if reason else "",
            f": {_sum(change)}" if _sum(change) else "",
        ]
    )
    inside = [*_about(change, plan)]
    if change.action not in (Action.DELETE, Action.FORGET):
        inside.append(tree.change(change))
    if group.others:
        names = joined([code(one.address) for one in group.others], ", ")
        inside.append(tag("p", "The same in ", names, "."))
    if elsewhere := tree.edits.others.get(change.address):
        names = joined(map(code, elsewhere), ", ")
        inside.append(tag("p", "Some of these edits are also in ", names, "."))
    content = tag("div", *inside, class_="inside", id=id)
    return tag("details", tag("summary", summary), content, open=is_open)


def _sum(change: Change) -> str:
    """Return the numbers of changed fields and documents; empty for a delete and a forget."""
    if change.action in (Action.DELETE, Action.FORGET):
        return ""
    parts = [plural(len(change.fields), "field")] if change.fields else []
    parts += [plural(len(change.documents), "document")] if change.documents else []
    return ", ".join(parts)


def _about(change: Change, plan: View) -> Iterator[Markup]:
    """Yield paragraphs about a change: its object, its declaration, its costs, and what blocks it."""
    facts = []
    if change.live:
        facts += ["live object ", code(change.live.id)]
    if change.desired and change.desired.origin:
        facts += [", " if facts else "", "declared at ", code(change.desired.origin)]
    if facts:
        yield tag("p", *facts)
    yield from (
        tag("p", f"{cost[:1].upper()}{cost[1:]}.") for cost in plan.costs.get(change.address, ())
    )
    if change.referrers:
        yield tag("p", f"Kept, because {named(change.referrers)}.")
    if change.blocked:
        yield tag("div", f"Cannot be applied: {change.blocked}", class_="stop")


def _references(plan: View, anchors: Mapping[Address, str]) -> list[Markup]:
    """Return a table of references from and to each changed resource."""
    forward = {c.address: sorted(c.desired.references) for c in plan.changes if c.desired}
    backward: dict[Address, list[Address]] = {}
    for source, targets in forward.items():
        for target in targets:
            backward.setdefault(target, []).append(source)
    rows = [
        (
            linked(address, anchors),
            joined([linked(one, anchors) for one in forward.get(address, ())], ", "),
            joined([linked(one, anchors) for one in backward.get(address, ())], ", "),
        )
        for address in sorted(forward.keys() | backward.keys())
        if forward.get(address) or backward.get(address)
    ]
    headers = ("Resource", "Refers to", "Is referred to by")
    return [table(headers, rows, "References of the resources that change")] if rows else []


def _notes(plan: View) -> list[Markup]:
    """Return paragraphs about foreign objects, dropped fields, and values that the server does not show."""
    foreign = [
        plural(count, kind.replace("_", " ")) for kind, count in sorted(plan.foreign.items())
    ]
    return lines(
        f"Foreign, left alone: {', '.join(foreign)}." if foreign else "",
        foreign_text(plan.foreign_documents, _PLAIN),
        dropped_text(plan, _PLAIN, WIDTH, everything=True),
        unshown_text(plan.unshown, _PLAIN),
    )
