"""Defines rules about cost: limits, prices of models and tools, longer prompts and larger stores.

Prices are reported only for the vendor's own hosts (`Seen.vendor`), with the date of the price
table. Estimates are called estimates.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import risks as codes
from provisioner.model.plan import UNSET, Action, DocumentAction, FieldChange, Reason
from provisioner.model.risk import Meaning
from provisioner.model.value import Placeholder
from provisioner.policy.knowledge import BYTES_A_TOKEN, FILES, size
from provisioner.policy.prices import GIB, PRICES, ModelPrice, models, tools
from provisioner.policy.security import added_tools, type_of
from provisioner.policy.seen import Rule, Seen, Told, each_field
from provisioner.policy.steps import is_number, schema_begins, steps

_MOST: Final = re.compile(
    r"max|limit|budget|spend|tokens|count|timeout|ttl|minutes|hours", re.IGNORECASE
)
"""The pattern of the names of fields that are limits."""
_PRICED: Final = frozenset({"service_tier", "reasoning_effort", "quality"})
"""The fields, beside the model, by whose value an answer is charged."""
_MODEL: Final = "model"
_PROMPT: Final = "instructions"
_FEWEST_TOKENS: Final = 50
"""The smallest number of tokens by which a prompt must grow to be reported."""
_LEAST_A_DAY: Final = 0.01
"""The lowest price for a day, in US dollars, for which the growth of a store is reported."""


def raised(change: FieldChange) -> Iterator[str]:
    """Report that a limit is raised or removed.

    Limits in a JSON Schema belong to the contract instead.
    """
    keys = steps(change)
    live, desired = change.live, change.desired
    if not _MOST.search(keys[-1]) or not is_number(live) or schema_begins(keys):
        return
    if desired is UNSET or desired is None:
        yield f"the limit of {live:,} is taken away"
    elif is_number(desired) and desired > live:
        yield f"raised from {live:,} to {desired:,}"


def dearer(seen: Seen) -> Iterator[Told]:
    """Report that a model changes to one of which at least one price is higher."""
    for change in _models(seen):
        if (both := _both_prices(change, seen)) and _is_dearer(*both):
            yield change.path, _prices_told(*both)


def cheaper(seen: Seen) -> Iterator[Told]:
    """Report that a model changes to one of which no price is higher."""
    for change in _models(seen):
        if (both := _both_prices(change, seen)) and not _is_dearer(*both):
            yield change.path, _prices_told(*both)


def priced(seen: Seen) -> Iterator[Told]:
    """Report that a model changes, unless the prices of both models are known.

    A change of the service tier, the reasoning effort or the quality is reported too.
    """
    for change in _models(seen):
        # `dearer` and `cheaper` report the models whose prices are known.
        if not _both_prices(change, seen):
            told = f"charged as {change.desired}, and not as {change.live}"
            yield change.path, f"{told}{_unknown(change, seen)}"
    for change in seen.fields if seen.stays else ():
        keys = steps(change)
        if keys[-1] in _PRICED and not schema_begins(keys):
            yield change.path, f"charged as {change.desired}, and not as {change.live}"


def lengthened(seen: Seen) -> Iterator[Told]:
    """Report that a prompt gets longer, with the number of input tokens that each answer costs more."""
    for change in seen.fields if seen.stays else ():
        if steps(change) != (_PROMPT,):
            continue
        live, desired = _length(change.live), _length(change.desired)
        more = 0 if live is None or desired is None else (desired - live) // BYTES_A_TOKEN
        if more >= _FEWEST_TOKENS:
            told = f"about {more:,} more input tokens in each answer (estimated: characters / {BYTES_A_TOKEN})"
            yield change.path, f"{told}{_charged(more, seen)}"


def charged(seen: Seen) -> Iterator[Told]:
    """Report a new tool whose calls or containers have a price of their own."""
    for path, tool, _ in added_tools(seen) if seen.vendor else ():
        if price := tools().get(type_of(tool)):
            told = f"{_usd(price.price)} USD for {price.unit}"
            yield path, f"{type_of(tool)} has a price of its own: {told} (dated {price.day})"


def stored(seen: Seen) -> Iterator[Told]:
    """Report the price of the documents that a store gets, above the free allowance of the account.

    Only added documents count, because the size of the live text of a changed document is not
    known.
    """
    if seen.action in (Action.CREATE, Action.REPLACE):
        paths = [*seen.declared]
    else:
        paths = [one.path for one in seen.documents if one.action is DocumentAction.ADD]
    volume = sum(seen.declared[path].size for path in paths if path in seen.declared)
    a_day = volume / GIB * PRICES.store_gib_day
    if seen.vendor and a_day >= _LEAST_A_DAY:
        how = (
            f"estimated: bytes of the files, above {PRICES.store_free_bytes // GIB} GiB an account; "
            f"prices of {PRICES.day}"
        )
        yield FILES, f"{size(volume)} more are stored: about {_usd(a_day)} USD a day ({how})"


def _models(seen: Seen) -> Iterator[FieldChange]:
    """Yield the changes of models that somebody made. Changes by the server are left out."""
    for change in seen.fields if seen.stays else ():
        keys = steps(change)
        # A property of a JSON Schema may be named `model` too.
        if keys[-1] == _MODEL and change.cause is not Reason.SERVER and not schema_begins(keys):
            yield change


def _both_prices(change: FieldChange, seen: Seen) -> tuple[ModelPrice, ModelPrice] | None:
    live, desired = (_price(side) for side in (change.live, change.desired))
    return (live, desired) if seen.vendor and live and desired else None


def _price(model: Any) -> ModelPrice | None:
    return models().get(model) if isinstance(model, str) else None


def _is_dearer(live: ModelPrice, desired: ModelPrice) -> bool:
    # One higher price is enough, because the shares of the kinds of tokens are not known here.
    return any(after > before for before, after in _pairs(live, desired).values())


def _pairs(live: ModelPrice, desired: ModelPrice) -> dict[str, tuple[float, float]]:
    """Return the prices before and after, by name. A price that one side lacks is left out."""
    pairs = {"input": (live.input, desired.input)}
    if live.cached_input is not None and desired.cached_input is not None:
        pairs["cached input"] = (live.cached_input, desired.cached_input)
    return {**pairs, "output": (live.output, desired.output)}


def _prices_told(live: ModelPrice, desired: ModelPrice) -> str:
    told = [
        f"{name} price {_usd(before)} → {_usd(after)}"
        if before != after
        else f"{name} price {_usd(after)} as before"
        for name, (before, after) in _pairs(live, desired).items()
    ]
    days = " and ".join(sorted({live.day, desired.day}))
    return f"{', '.join(told)} USD per million tokens (standard prices, dated {days})"


def _unknown(change: FieldChange, seen: Seen) -> str:
    """Return a clause that names the models of the vendor that have no known price."""
    sides = [side for side in (change.live, change.desired) if isinstance(side, str)]
    names = [side for side in dict.fromkeys(sides) if _price(side) is None]
    return f"; no price of {' and '.join(names)} is known here" if seen.vendor and names else ""


def _charged(tokens: int, seen: Seen) -> str:
    """Return a clause with the price of this many input tokens, '' if it is not known."""
    price = _price(seen.after.get(_MODEL)) if seen.vendor else None
    if price is None:
        return ""
    return (
        f", {tokens * price.input / 1000:,.2f} USD for 1,000 answers at {_usd(price.input)} USD "
        f"per million (dated {price.day})"
    )


def _length(side: Any) -> int | None:
    """Return the number of characters of one side of a text, None if the text is not known."""
    if side is UNSET or side is None:
        return 0
    return len(side) if isinstance(side, str) and not isinstance(side, Placeholder) else None


def _usd(amount: float) -> str:
    """Return an amount with two decimals, or with up to four if it is below a cent."""
    whole, _, decimals = f"{amount:.4f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


MEANING: Final = Meaning.COST
RULES: Final[tuple[tuple[Code, Rule], ...]] = (
    (codes.LIMIT_RAISED, each_field(raised)),
    (codes.PRICE_RAISED, dearer),
    (codes.PRICE_LOWERED, cheaper),
    (codes.PRICE_CHANGED, priced),
    (codes.PROMPT_LONGER, lengthened),
    (codes.TOOL_CHARGED, charged),
    (codes.STORAGE_GREW, stored),
)
