"""Render the list at the top of a plan: a line for each risk that a reviewer has to see first."""

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
"""The most addresses that one line names. The others are counted."""
_TOLD: Final = 84
"""The most columns of the description of a risk."""
_SHORTEST: Final = 24
"""The fewest columns to which a path is shortened."""
MOST: Final = 40
"""The most lines of the list of risks. The others are counted."""


@frozen
class RiskLine:
    """One line of the list, without the addresses that share it. The lowest `rank` is the gravest."""

    rank: tuple[int, int]
    path: str
    told: str


def look_first_text(
    plan: View, paint: Palette, width: int | None, *, everything: bool = False
) -> str:
    """Return the list of risks, without a line break at its end; empty if there is nothing to list.

    Changes with the same risks share a line. With a `width` of None, no line is shortened.
    """
    return "\n".join(_lines(risky(plan), paint, width, None if everything else MOST))


def risky(plan: View) -> list[tuple[RiskLine, list[Address]]]:
    """Return the lines of a plan's risks, the gravest first, each with the addresses that share it."""
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

    Risks that are only about wording or sampling are left out, and so are those that a manifest
    allows. The risks of a create are left out too, because a create is a line of its own that
    nobody can miss.
    """
    # An address can have a create and another change too, and then its risks are listed.
    makes = {True: set[Address](), False: set[Address]()}
    for change in plan.changes:
        makes[change.action is Action.CREATE].add(change.address)
    made = makes[True] - makes[False]
    for risk in plan.risks:
        is_grave = risk.severity is Severity.WARNING or risk.meaning is Meaning.CONTRACT
        if is_grave and not risk.allowed and risk.address not in made:
            yield risk


def _told(risks: Iterable[Risk]) -> str:
    """Return the descriptions of risks of one field, and their codes."""
    codes = ", ".join(dict.fromkeys(risk.code.name for risk in risks))
    return f"{'; '.join(dict.fromkeys(risk.told for risk in risks))} [{codes}]"


def _lines(
    ordered: Sequence[tuple[RiskLine, Sequence[Address]]],
    paint: Palette,
    width: int | None,
    most: int | None,
) -> Iterator[str]:
    """Yield the title and the lines of the list of risks."""
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
    """Return the numbers of lines and resources, such as `3 lines on 2 resources`."""
    resources = len({address for _, addresses in found for address in addresses})
    return f"{plural(len(found), 'line')} on {plural(resources, 'resource')}"


def risk_line(line: RiskLine, addresses: Sequence[Address], width: int | None) -> str:
    """Return one line with addresses, path and risk.

    With a width, a long path is shortened at its start, and a long risk at its end.
    """
    more = f" and {len(addresses) - _NAMED:,} more" if addresses[_NAMED:] else ""
    who = visible(", ".join(map(str, addresses[:_NAMED])) + more)
    if width is None:
        return f"{who}  {visible(line.path)}: {visible(line.told)}"
    told = head(visible(line.told), _TOLD)
    room = max(width - columns(who) - columns(told) - len("  : "), _SHORTEST)
    return f"{who}  {tail(visible(line.path), room)}: {told}"
