"""Reads the dated tables of the vendor's prices: of stores, containers, models and calls of tools.

`prices.json` has the prices of models and tools, each with its source and the day on which the
source showed it. Prices are compared only for OpenAI's own hosts, because another host may charge
something else, or nothing. A model that is not in the table has no known price: the price of a
similar name is never used.
"""

import json
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from provisioner.model.frozen import frozen

GIB: Final = 1 << 30


@frozen
class Prices:
    """Prices in US dollars. `day` is the day on which the vendor's page showed them.

    `store_gib_day` is the price of one GiB in vector stores for one day, above the
    `store_free_bytes` that each account has. `container_session` is the price of twenty minutes of
    a container, by the size of its memory.
    """

    day: str
    store_gib_day: float
    store_free_bytes: int
    container_session: Mapping[str, float] = field(default_factory=dict)


PRICES: Final = Prices(
    day="2026-09-30",
    store_gib_day=0.10,
    store_free_bytes=GIB,
    container_session={"1g": 0.03, "4g": 0.12, "16g": 0.48, "64g": 1.92},
)


@frozen
class ModelPrice:
    """The standard prices of one model, in US dollars for a million tokens.

    `cached_input` is None if the source has no price for it. `day` is the day of the source.
    """

    input: float
    output: float
    cached_input: float | None
    day: str


@frozen
class ToolPrice:
    """The price of a tool in US dollars, for one `unit`."""

    price: float
    unit: str
    day: str


@lru_cache(maxsize=1)
def models() -> Mapping[str, ModelPrice]:
    """Return the prices of models, by the id that requests contain."""
    return {
        name: ModelPrice(row["input"], row["output"], row["cached_input"], row["as_of"])
        for name, row in _table()["models"].items()
    }


@lru_cache(maxsize=1)
def tools() -> Mapping[str, ToolPrice]:
    """Return the prices of tools by their type."""
    return {
        name: ToolPrice(row["price"], row["unit"], row["as_of"])
        for name, row in _table()["tools"].items()
    }


@lru_cache(maxsize=1)
def _table() -> Any:
    # Read when a rule first asks for a price, because most commands need none.
    text = files("provisioner.policy").joinpath("prices.json").read_text(encoding="utf-8")
    return json.loads(text)
