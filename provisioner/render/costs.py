"""Find the lines about cost that stand at a change, and not in the list of what to look at first.

Only what has a number is among them: a price, tokens or bytes. That a price is another one, and nobody
knows which, is told by the change of the model itself.
"""

from collections.abc import Iterable
from typing import Final

from provisioner.model.address import Address
from provisioner.model.codes import risks as codes
from provisioner.model.risk import Risk

_TOLD: Final = frozenset(
    {codes.PRICE_LOWERED, codes.PROMPT_LONGER, codes.TOOL_CHARGED, codes.STORAGE_GREW}
)


def costs_of(risks: Iterable[Risk]) -> dict[Address, tuple[str, ...]]:
    """Return, by address, a line for each known cost of its changes that is no warning."""
    found: dict[Address, tuple[str, ...]] = {}
    for risk in risks:
        if risk.code in _TOLD and not risk.allowed:
            told = f"cost of {risk.path}: {risk.told}"
            found[risk.address] = (*found.get(risk.address, ()), told)
    return found
