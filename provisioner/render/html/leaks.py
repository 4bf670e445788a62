"""Render the leaks in an account as a page: what they cost, and each object with its proof."""

from collections.abc import Iterable
from typing import TypeVar

from provisioner.model.leaks import Judgement
from provisioner.render.html.markup import Markup, code, table, tag
from provisioner.render.html.page import facts, page, told
from provisioner.render.leaks.view import LeakGroup, LeaksView, kinds_told
from provisioner.render.leaks.words import age, price, size
from provisioner.render.values import plural

Number = TypeVar("Number", int, float)

_HEADERS = ("Object", "Kind", "Whose", "Last used", "Size", "A day", "Name", "Proof")
"""The headings of the columns of a table of objects."""


def leaks_html(view: LeaksView) -> str:
    """Return the survey of an account as one HTML document, the most expensive objects first."""
    leaks = [one for one in view.objects if one.condition.is_leak]
    title = f"{plural(len(leaks), 'leak')}: {kinds_told(leaks)}" if leaks else "No leaks"
    tables = {
        # By number, because the name of a condition has spaces and an id of HTML must not.
        f"condition-{place}": (group.condition.value.capitalize(), [_group(group, view)])
        for place, group in enumerate(view.groups)
    }
    return page(
        title,
        _facts(view),
        {
            "costs": ("Costs", _costs(view)),
            **tables,
            "warnings": ("Warnings", told(view.diagnostics)),
        },
    )


def _facts(view: LeaksView) -> Markup:
    """Return the account and the stack of the survey."""
    return facts({"Host": view.host, "Project": view.project, "Stack": view.owner})


def _costs(view: LeaksView) -> list[Markup]:
    """Return the cost of each condition for one day, and the sum."""
    rows = [
        (
            group.condition.value,
            f"{len(group.objects):,}",
            size(_sum(one.bytes for one in group.objects)),
            price(_sum(one.price_per_day for one in group.objects)),
            "a leak" if group.condition.is_leak else "",
        )
        for group in view.groups
    ]
    sums = (
        f"The account is charged {price(view.bill)} a day for stores and containers, of which "
        f"{price(view.leaked)} for leaks (prices of {view.prices_of})."
    )
    headers = ("Condition", "Objects", "Size", "A day", "Leak")
    return [tag("p", sums), *([table(headers, rows, "Costs by condition")] if rows else [])]


def _sum(numbers: Iterable[Number | None]) -> Number | None:
    """Return the sum of the numbers that are known; None if none is known."""
    known = [number for number in numbers if number is not None]
    # Not 0: a price that nobody knows is not free.
    return sum(known[1:], known[0]) if known else None


def _group(group: LeakGroup, view: LeaksView) -> Markup:
    """Return the table of the objects of one condition."""
    rows = [_cells(one, view) for one in group.objects]
    return table(_HEADERS, rows, f"{group.condition.value}: {plural(len(rows), 'object')}")


def _cells(one: Judgement, view: LeaksView) -> tuple[str, ...]:
    """Return the cells of the row of one object, in the order of `_HEADERS`."""
    used = None if one.active_at is None else view.taken_at - one.active_at
    return (
        code(one.id),
        one.kind.replace("_", " "),
        one.owner or one.whose.value,
        age(used),
        size(one.bytes),
        price(one.price_per_day),
        one.name,
        one.proof,
    )
