"""The top of a long plan: one line for each change that a reviewer has to see first."""

from collections.abc import Iterator, Sequence
from typing import Final

from provisioner.model.address import Address
from provisioner.model.plan import Since
from provisioner.policy import reach
from provisioner.policy.risks import FAMILIES, Risk, risks
from provisioner.render.palette import Palette, Style
from provisioner.render.values import plural
from provisioner.render.view import View
from provisioner.render.visible import visible
from provisioner.render.widths import columns, head, tail

SCREEN: Final = 40
"""A plan with at most so many rows is read as a whole and needs no such list."""
_NAMED: Final = 3
"""The addresses that one line names before it counts the others."""
_TOLD: Final = 60
"""The columns for the description of a risk."""
_SHORTEST: Final = 24
"""The fewest columns to which a path is shortened."""
MOST: Final = 40
"""Lines of the list that are shown before the rest is counted only."""


def look_first_text(plan: View, paint: Palette, width: int, *, everything: bool = False) -> str:
    """Return the list, without a line break at its end; '' if no change is risky.

    Changes with the same risk share a line. Tools that no manifest sets are included.
    """
    return "\n".join(_lines(risky(plan), paint, width, None if everything else MOST))


def risky(plan: View) -> list[tuple[Risk, list[Address]]]:
    """Return the risks of a plan, the gravest first, each with the addresses that have it."""
    found: dict[Risk, list[Address]] = {}
    for change in plan.changes:
        for risk in risks(change):
            found.setdefault(risk, []).append(change.address)
    for value in plan.undeclared:
        if value.path.startswith("tools[") and value.since is not Since.ACCEPTED:
            risk = Risk(FAMILIES.index(reach), value.path, "on the live side, and in no manifest")
            found.setdefault(risk, []).append(value.address)
    # Several risks may have the same path and address. Those keep the order of the plan.
    return sorted(found.items(), key=lambda item: item[0].family)


def _lines(
    ordered: Sequence[tuple[Risk, Sequence[Address]]],
    paint: Palette,
    width: int,
    most: int | None,
) -> Iterator[str]:
    if not ordered:
        return
    yield paint(Style.STRONG, f"Look first: {counted(ordered)}")
    for risk, addresses in ordered[:most]:
        yield f"{paint(Style.YELLOW, '!')} {risk_line(risk, addresses, width - len('! '))}"
    rest = len(ordered[most:]) if most is not None else 0
    if rest:
        yield paint(Style.YELLOW, f"  … and {rest:,} more (--all)")


def counted(found: Sequence[tuple[Risk, Sequence[Address]]]) -> str:
    """Return how many risks there are, and on how many resources: `3 lines on 2 resources`."""
    resources = len({address for _, addresses in found for address in addresses})
    return f"{plural(len(found), 'line')} on {plural(resources, 'resource')}"


def risk_line(risk: Risk, addresses: Sequence[Address], width: int) -> str:
    """Return one line with addresses, path and risk. A long path is cut at its beginning."""
    more = f" and {len(addresses) - _NAMED:,} more" if addresses[_NAMED:] else ""
    who = visible(", ".join(map(str, addresses[:_NAMED])) + more)
    told = head(visible(risk.told), _TOLD)
    room = max(width - columns(who) - columns(told) - len("  : "), _SHORTEST)
    return f"{who}  {tail(visible(risk.path), room)}: {told}"
