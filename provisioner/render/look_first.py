"""The top of a plan: one line for each change that a reviewer has to see first, with its code."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from provisioner.model.address import Address
from provisioner.model.code import Severity
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action
from provisioner.model.risk import Meaning, Risk
from provisioner.render.palette import Palette, Style
from provisioner.render.values import plural
from provisioner.render.view import View
from provisioner.render.visible import visible
from provisioner.render.widths import columns, head, tail

_NAMED: Final = 3
"""The addresses that one line names before it counts the others."""
_TOLD: Final = 84
"""The columns for the description of a risk."""
_SHORTEST: Final = 24
"""The fewest columns to which a path is shortened."""
MOST: Final = 40
"""Lines of the list that are shown before the rest is counted only."""


@frozen
class RiskLine:
    """One line of the list, without the addresses that share it. `rank` sorts the gravest first."""

    rank: tuple[int, int]
    path: str
    told: str


def look_first_text(
    plan: View, paint: Palette, width: int | None, *, everything: bool = False
) -> str:
    """Return the list, without a line break at its end; '' if no change is risky.

    Changes with the same risks share a line. A `width` of None shortens no line.
    """
    return "\n".join(_lines(risky(plan), paint, width, None if everything else MOST))


def risky(plan: View) -> list[tuple[RiskLine, list[Address]]]:
    """Return the lines of the risks of a plan, the gravest first, each with the addresses that have it."""
    by_field: dict[tuple[Address, str], list[Risk]] = {}
    for risk in listed(plan):
        if risk.path:
            by_field.setdefault((risk.address, risk.path), []).append(risk)
    found: dict[RiskLine, list[Address]] = {}
    for (address, path), risks in by_field.items():
        line = RiskLine(min(risk.rank for risk in risks), path, _told(risks))
        found.setdefault(line, []).append(address)
    # Several risks may have the same path and address. Those keep the order of the plan.
    return sorted(found.items(), key=lambda item: item[0].rank)


def listed(plan: View) -> Iterator[Risk]:
    """Yield the risks that a reviewer has to see first.

    What is only phrased or sampled otherwise is not among them, and neither is what a manifest allows.
    A create is one line of the plan that nobody can miss, so its risks are left out.
    """
    makes = {True: set[Address](), False: set[Address]()}
    for change in plan.changes:
        makes[change.action is Action.CREATE].add(change.address)
    made = makes[True] - makes[False]
    for risk in plan.risks:
        is_grave = risk.severity is Severity.WARNING or risk.meaning is Meaning.CONTRACT
        if is_grave and not risk.allowed and risk.address not in made:
            yield risk


def _told(risks: Iterable[Risk]) -> str:
    codes = ", ".join(dict.fromkeys(risk.code.name for risk in risks))
    return f"{'; '.join(dict.fromkeys(risk.told for risk in risks))} [{codes}]"


def _lines(
    ordered: Sequence[tuple[RiskLine, Sequence[Address]]],
    paint: Palette,
    width: int | None,
    most: int | None,
) -> Iterator[str]:
    if not ordered:
        return
    yield paint(Style.STRONG, f"Look first: {counted(ordered)}")
    room = width if width is None else width - len("! ")
    for line, addresses in ordered[:most]:
        yield f"{paint(Style.YELLOW, '!')} {risk_line(line, addresses, room)}"
    rest = len(ordered[most:]) if most is not None else 0
    if rest:
        yield paint(Style.YELLOW, f"  … and {rest:,} more (--all)")


def counted(found: Sequence[tuple[RiskLine, Sequence[Address]]]) -> str:
    """Return how many lines there are, and on how many resources: `3 lines on 2 resources`."""
    resources = len({address for _, addresses in found for address in addresses})
    return f"{plural(len(found), 'line')} on {plural(resources, 'resource')}"


def risk_line(line: RiskLine, addresses: Sequence[Address], width: int | None) -> str:
    """Return one line with addresses, path and risk.

    Where there is a width, a long path is cut at its beginning, and a long risk at its end.
    """
    more = f" and {len(addresses) - _NAMED:,} more" if addresses[_NAMED:] else ""
    who = visible(", ".join(map(str, addresses[:_NAMED])) + more)
    if width is None:
        return f"{who}  {visible(line.path)}: {visible(line.told)}"
    told = head(visible(line.told), _TOLD)
    room = max(width - columns(who) - columns(told) - len("  : "), _SHORTEST)
    return f"{who}  {tail(visible(line.path), room)}: {told}"
