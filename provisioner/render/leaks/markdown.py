"""Render the survey of `gc` as Markdown, for the summary of a pipeline's job."""

from collections.abc import Iterator

from provisioner.model.leaks import Judgement
from provisioner.render.leaks.view import LeakGroup, LeaksView, kinds_told
from provisioner.render.leaks.words import age, price, size
from provisioner.render.markdown.room import Piece, fitted
from provisioner.render.markdown.syntax import code, escaped
from provisioner.render.values import plural

MOST = 100
"""The most objects of one condition that a table lists."""


def leaks_markdown(view: LeaksView) -> str:
    """Return a table for each condition, the most expensive objects first."""
    where = " · ".join(code(part) for part in (view.host, view.project, view.owner) if part)
    leaks = [one for one in view.objects if one.condition.is_leak]
    told = f"{plural(len(leaks), 'leak')}: {kinds_told(leaks)}." if leaks else "No leaks."
    cost = (
        f"The account is charged {price(view.bill)} a day for stores and containers, of which "
        f"{price(view.leaked)} for leaks (prices of {view.prices_of})."
    )
    # GitHub reads two dollar signs in a line as a formula.
    head = ["### Leaks", "", where, "", f"**{told}** {cost}".replace("$", "&#36;"), ""]
    groups = [one for one in view.groups if one.condition not in view.quiet]
    pieces = [Piece(_counted(one), tuple(_table(one, view)), len(one.objects)) for one in groups]
    quiet = [one for group in view.groups if group.condition in view.quiet for one in group.objects]
    tail = ["", f"Needed, as far as can be read: {kinds_told(quiet)}."] if quiet else []
    tail += [f"- {escaped(one.told)}: {escaped(one.detail)}" for one in view.diagnostics]
    return fitted(head, pieces, tail)


def _counted(group: LeakGroup) -> str:
    """Return the line with the number of objects of one condition."""
    return f"- **{group.condition.value}**: {plural(len(group.objects), 'object')}"


def _table(group: LeakGroup, view: LeaksView) -> Iterator[str]:
    """Yield the table of the objects of one condition."""
    yield f"#### {group.condition.value}: {plural(len(group.objects), 'object')}"
    yield ""
    yield "| kind | id | whose | used | size | a day | name | proof |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for one in group.objects[:MOST]:
        yield f"| {' | '.join(_cells(one, view))} |"
    yield ""
    rest = len(group.objects) - MOST
    if rest > 0:
        yield f"… and {rest:,} more."
        yield ""


def _cells(one: Judgement, view: LeaksView) -> Iterator[str]:
    """Yield the cells of the row of one object."""
    used = None if one.active_at is None else view.taken_at - one.active_at
    yield one.kind
    yield code(one.id)
    yield escaped(one.owner or one.whose.value)
    yield age(used)
    yield size(one.bytes)
    yield price(one.price_per_day).replace("$", "&#36;").replace("<", "&#60;")
    yield code(one.name) if one.name else ""
    yield escaped(one.proof)
