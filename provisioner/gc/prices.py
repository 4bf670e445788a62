"""Computes the price of each object of an account from the dated table of `policy.prices`."""

from collections.abc import Iterable
from typing import Any, Final

from provisioner.model.leaks import Listable
from provisioner.model.provider import Row
from provisioner.policy.prices import GIB, PRICES, Prices

SESSIONS_A_DAY: Final = 72
"""The number of sessions of twenty minutes in a day."""


def bytes_of(row: Row) -> int | None:
    """Return the size in bytes that a row reports, None if it does not report one."""
    for name in ("usage_bytes", "bytes"):
        value: Any = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(value)
    return None


def store_prices(stores: Iterable[Row], prices: Prices = PRICES) -> dict[str, float]:
    """Return the price of each store for a day, in US dollars, by id.

    The free allowance is divided among all stores of the account by their size, so that the sum of
    the prices is the bill of the account.
    """
    sizes = {str(row["id"]): bytes_of(row) or 0 for row in stores}
    # The vendor counts the allowance once for the account, not once for each store.
    total = sum(sizes.values())
    charged = max(0, total - prices.store_free_bytes)
    bill = charged / GIB * prices.store_gib_day
    return {id: bill * size / total if total else 0.0 for id, size in sizes.items()}


def memory_price(listable: Listable, row: Row, prices: Prices = PRICES) -> float:
    """Return the price for one day of an object whose memory is charged, in US dollars.

    It is 0 if the object, such as a container, has ended.
    """
    if listable.is_over(row):
        return 0.0
    # A row may lack the size. 1 GB is the smallest size, so the price is then not exaggerated.
    size = str(row.get(listable.memory_field) or "1g")
    return prices.container_session.get(size, 0.0) * SESSIONS_A_DAY
