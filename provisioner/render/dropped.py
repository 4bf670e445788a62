"""Render the fields that the target's `drop:` leaves out, as one line of a plan."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from provisioner.model.plan import Plan
from provisioner.render.palette import Palette, Style
from provisioner.render.values import plural
from provisioner.render.visible import visible
from provisioner.render.widths import columns

_INDENT = "    "


def dropped_text(plan: Plan, paint: Palette, width: int, *, everything: bool) -> str:
    """Return a line that counts the dropped fields, or with `everything` a line for each resource."""
    if everything:
        return "\n".join(_each(plan, paint, width))
    if not plan.dropped:
        return ""
    counts = Counter(path for paths in plan.dropped.values() for path in paths)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    if len(plan.dropped) == 1:
        (address,) = plan.dropped
        who, what = paint(Style.STRONG, f"{visible(str(address))}  "), "this target cannot hold:"
        used = columns(str(address)) + columns(what) + len("!   ")
        names = [visible(name) for name, _ in ordered]
    else:
        who, what = "", f"left out of {plural(len(plan.dropped), 'resource')}, as `drop` says:"
        used = columns(what) + len("! ")
        names = [f"{visible(name)} ({count:,})" for name, count in ordered]
    return f"{paint(Style.YELLOW, '!')} {who}{what} {_within(names, width - used - 1)}"


def _within(names: Sequence[str], room: int) -> str:
    """Return as many names as fit in `room` columns, at least one, and the number of the others."""
    shown = len(names)
    while shown > 1 and columns(_line(names, shown)) > room:
        shown -= 1
    return _line(names, shown)


def _line(names: Sequence[str], shown: int) -> str:
    """Return the first `shown` names, and the number of the others."""
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f", … and {rest} more (--all)" if rest else "")


def _each(plan: Plan, paint: Palette, width: int) -> Iterator[str]:
    """Yield the lines with every dropped field of every resource."""
    # An entry of `drop:` that is the name of a kind leaves out all resources of that kind.
    whole = [address for address, paths in plan.dropped.items() if paths == (address.kind,)]
    told = {"": sorted(map(str, whole))} if whole else {}
    told |= {
        str(address): [*paths]
        for address, paths in sorted(plan.dropped.items())
        if address not in whole
    }
    for address, names in told.items():
        who = paint(Style.STRONG, f"{visible(address)}  ") if address else ""
        what = "cannot hold" if address else "has no place for"
        start = f"! {address}  this target {what}:"
        rows = rows_of([visible(name) for name in names], columns(start), width)
        begun = f"{paint(Style.YELLOW, '!')} {who}this target {what}:"
        for index, row in enumerate(rows):
            comma = "," if row is not rows[-1] else ""
            yield f"{_INDENT if index else begun} {', '.join(row)}{comma}"


def rows_of(names: Iterable[str], used: int, width: int) -> list[list[str]]:
    """Return names in rows of at most `width` columns. In the first row, `used` columns are taken."""
    rows: list[list[str]] = [[]]
    for name in names:
        if rows[-1] and used + columns(name) + 2 > width:
            rows.append([])
            used = len(_INDENT)
        rows[-1].append(name)
        used += columns(name) + 2
    return rows
