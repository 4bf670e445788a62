"""Find the costs that a plan shows at each change, such as tokens, bytes or a price.

Costs that are warnings are in the list "Look first" and not repeated. A change of model whose
prices are not known has no line here.
"""

from collections.abc import Iterable
from typing import Final

from provisioner.model.address import Address
from provisioner.model.codes import risks as codes
from provisioner.model.risk import Risk

_TOLD: Final = frozenset(
    {codes.PRICE_LOWERED, codes.PROMPT_LONGER, codes.TOOL_CHARGED, codes.STORAGE_GREW}
)
"""The codes of costs with a known number."""


def costs_of(risks: Iterable[Risk]) -> dict[Address, tuple[str, ...]]:
    """Return, by address, a line for each known cost of its changes that is no warning."""
    found: dict[Address, tuple[str, ...]] = {}
    for risk in risks:
        if risk.code in _TOLD and not risk.allowed:
            told = f"cost of {risk.path}: {risk.told}"
            found[risk.address] = (*found.get(risk.address, ()), told)
    return found
