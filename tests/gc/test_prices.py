"""The price of each object, and that all prices together are the bill of the account."""

import pytest

from provisioner.gc.prices import bytes_of, store_prices
from provisioner.policy.prices import GIB, PRICES
from tests.gc.build import account, judged, row, store


def test_the_prices_of_stores_add_up_to_the_bill_above_the_free_allowance() -> None:
    rows = [store("a", usage=3 * GIB), store("b", usage=GIB), store("c", usage=0)]

    found = store_prices(rows)

    assert sum(found.values()) == pytest.approx(0.30)
    assert found["a"] == pytest.approx(0.225)
    assert found["c"] == 0.0


def test_stores_within_the_free_allowance_cost_nothing() -> None:
    assert store_prices([store("a", usage=GIB)]) == {"a": 0.0}
    assert store_prices([]) == {}


@pytest.mark.parametrize(
    ("found", "price"),
    [
        (row("c", status="running"), 2.16),
        (row("c", status="running", memory_limit="4g"), 8.64),
        (row("c", status="expired", memory_limit="64g"), 0.0),
        (row("c", status="running", memory_limit="1t"), 0.0),
    ],
)
def test_a_container_costs_while_it_runs(found: dict[str, object], price: float) -> None:
    assert judged(account(container=[found]))["c"].price_per_day == pytest.approx(price)


def test_for_files_no_charge_is_known() -> None:
    assert judged(account(file=[row("file-1", bytes=GIB)]))["file-1"].price_per_day is None


@pytest.mark.parametrize(
    ("value", "said"), [(5, 5), (5.7, 5), (True, None), ("5", None), (-1, None)]
)
def test_bytes_of_an_odd_shape_are_not_known(value: object, said: int | None) -> None:
    assert bytes_of({"bytes": value}) == said


def test_the_table_has_a_date() -> None:
    assert PRICES.day == "2026-09-30"
