"""Render the survey of `gc` as text for a terminal."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from provisioner.model.leaks import Judgement
from provisioner.model.mark import CANDIDATE
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.format import Layout
from provisioner.render.leaks.view import LeakGroup, LeaksView, kinds_told
from provisioner.render.leaks.words import age, price, size
from provisioner.render.palette import Palette, Style
from provisioner.render.values import plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns, padded

MOST: Final = 20
"""The most objects of one condition that are listed, unless everything is to be shown."""
HEADERS: Final = ("KIND", "ID", "WHOSE", "USED", "SIZE", "A DAY", "NAME")


def leaks_text(view: LeaksView, layout: Layout) -> str:
    """Return a table for each condition with the proof of each object, and the sums at the end."""
    paint = Palette(layout.colour)
    # Objects that are needed may be thousands, and `gc` is asked for those that are not.
    groups = [one for one in view.groups if layout.everything or one.condition not in view.quiet]
    sections = [
        _head(view, paint),
        *("\n".join(_group(one, view, paint, everything=layout.everything)) for one in groups),
        diagnostics_text(view.diagnostics, colour=layout.colour),
        "\n".join(_summary(view, paint)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _head(view: LeaksView, paint: Palette) -> str:
    """Return the lines about the account and the stack."""
    project = f"project {view.project}" if view.project else ""
    account = " · ".join(filter(None, [view.host, project]))
    whose = view.owner or "none: no object can be recognised as ours"
    rows = (("Account", account), ("Stack  ", whose))
    return "\n".join(f"{paint(Style.STRONG, name)}  {visible(text)}" for name, text in rows)


def _group(group: LeakGroup, view: LeaksView, paint: Palette, *, everything: bool) -> Iterator[str]:
    """Yield the lines about the objects of one condition."""
    style = Style.YELLOW if group.condition.is_leak else Style.STRONG
    cost = f", {price(group.price_per_day)} a day" if group.price_per_day else ""
    told = f"{plural(len(group.objects), 'object')}{cost}"
    yield f"{paint(style, group.condition.value)}  {paint(Style.DIM, told)}"
    shown = group.objects if everything else group.objects[:MOST]
    rows = [_cells(one, view) for one in shown]
    widths = [max(map(columns, column)) for column in zip_longest(HEADERS, *rows, fillvalue="")]
    yield paint(Style.DIM, _row(HEADERS, widths))
    proof = ""
    for one, cells in zip(shown, rows, strict=True):
        # Many neighbours have the same proof, which is then printed only below the first of them.
        yield _row(cells, widths)
        if one.proof != proof:
            yield f"    {paint(Style.DIM, visible(one.proof))}"
        proof = one.proof
    if rest := len(group.objects) - len(shown):
        yield paint(Style.DIM, f"  … and {rest:,} more (--all)")


def _cells(one: Judgement, view: LeaksView) -> tuple[str, ...]:
    """Return the cells of the row of one object, in the order of HEADERS."""
    used = None if one.active_at is None else view.taken_at - one.active_at
    cells = (
        one.kind,
        one.id,
        one.owner or one.whose.value,
        age(used),
        size(one.bytes),
        price(one.price_per_day),
        one.name,
    )
    return tuple(visible(cell) for cell in cells)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row of cells, each padded to the width of its column."""
    each = (padded(cell, width) for cell, width in zip(cells, widths, strict=True))
    return f"  {'  '.join(each)}".rstrip()


def _summary(view: LeaksView, paint: Palette) -> Iterator[str]:
    """Yield the last lines: what is needed, what leaked, and what it costs."""
    quiet = [one for group in view.groups if group.condition in view.quiet for one in group.objects]
    if quiet:
        yield paint(Style.DIM, f"Needed, as far as can be read: {kinds_told(quiet)}.")
    leaks = [one for one in view.objects if one.condition.is_leak]
    if not view.objects:
        of = "with these conditions and this age" if view.is_narrowed else "that can be listed"
        yield f"{paint(Style.STRONG, 'No object')} {of} was found."
    elif not leaks:
        yield f"{paint(Style.STRONG, 'No leaks')} among {plural(len(view.objects), 'object')}."
    else:
        many = plural(len(leaks), "leak")
        yield f"{paint(Style.STRONG, f'{many}:')} {kinds_told(leaks)}."
    beside = f"{view.owner}{CANDIDATE}"
    waiting = [one for one in leaks if not one.deletable and one.owner.startswith(beside)]
    if waiting:
        which = plural(len(waiting), "of these was", "of these were")
        yield f"{which} made by a test, and can be deleted here a day after that."
    if fixed := sum(not one.deletable for one in leaks) - len(waiting):
        which = plural(fixed, "of these is", "of these are")
        yield f"{which} never deleted here: objects of another owner, or objects that the API cannot delete."
    yield (
        f"The account is charged {price(view.bill)} a day for stores and containers, of which"
        f" {price(view.leaked)} for leaks (prices of {view.prices_of}; for files no charge is"
        " known)."
    )
