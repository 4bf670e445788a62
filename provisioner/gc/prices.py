"""The price of each object of an account, by the dated table of `policy.prices`."""

from collections.abc import Iterable
from typing import Any, Final

from provisioner.model.leaks import Listable
from provisioner.model.provider import Row
from provisioner.policy.prices import GIB, PRICES, Prices

SESSIONS_A_DAY: Final = 72
"""The sessions of twenty minutes in a day."""


def bytes_of(row: Row) -> int | None:
    """Return the bytes that a row says it takes, None where it does not say it."""
    for name in ("usage_bytes", "bytes"):
        value: Any = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(value)
    return None


def store_prices(stores: Iterable[Row], prices: Prices = PRICES) -> dict[str, float]:
    """Return what each store costs a day, by id.

    The free allowance is shared by all stores of the account, by their sizes, so that the sum is the
    bill of the account.
    """
    sizes = {str(row["id"]): bytes_of(row) or 0 for row in stores}
    total = sum(sizes.values())
    charged = max(0, total - prices.store_free_bytes)
    bill = charged / GIB * prices.store_gib_day
    return {id: bill * size / total if total else 0.0 for id, size in sizes.items()}


def memory_price(listable: Listable, row: Row, prices: Prices = PRICES) -> float:
    """Return what an object with memory costs for a day in which it runs; 0 once it is over."""
    if listable.is_over(row):
        return 0.0
    size = str(row.get(listable.memory_field) or "1g")
    return prices.container_session.get(size, 0.0) * SESSIONS_A_DAY
