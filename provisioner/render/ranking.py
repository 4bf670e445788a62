"""Sort the changes of a plan in the order in which a reviewer should read them: the riskiest first."""

from collections.abc import Iterable, Mapping
from typing import Final

from provisioner.model.address import Address
from provisioner.model.diagnostic import Severity
from provisioner.model.plan import Action, Change
from provisioner.render.alike import Group
from provisioner.render.look_first import listed
from provisioner.render.view import View

_BLOCKED: Final = (-2, 0)
_REMOVED: Final = (-1, 0)
_HARMLESS: Final = (len(Severity), 0)
"""The rank of a change without a listed risk: after all others."""
_ORDER: Final = {Action.REPLACE: 0, Action.UPDATE: 2, Action.CREATE: 3}
_DRIFTS: Final = 1


def gravest(plan: View) -> dict[Address, tuple[int, int]]:
    """Return the rank of the gravest listed risk of each address that has one. Lower is graver."""
    found: dict[Address, tuple[int, int]] = {}
    for risk in listed(plan):
        found[risk.address] = min(found.get(risk.address, risk.rank), risk.rank)
    return found


def sorted_groups(groups: Iterable[Group], plan: View) -> list[Group]:
    """Return the groups in the order of their ranks. Groups of equal rank keep their order."""
    worst = gravest(plan)
    return sorted(groups, key=lambda group: _rank(group.first, worst))


def _rank(change: Change, worst: Mapping[Address, tuple[int, int]]) -> tuple[int, ...]:
    """Return the sort key of a change: blocked changes first, then deletes, then by risk."""
    if change.blocked:
        return _BLOCKED
    if change.action in (Action.DELETE, Action.FORGET):
        return _REMOVED
    rank = worst.get(change.address, _HARMLESS)
    # An edit on the live side would be lost, so this is read before plain updates.
    return *rank, _DRIFTS if change.drifts else _ORDER[change.action]
