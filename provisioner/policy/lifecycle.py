"""Warns of models and APIs that are or will be switched off.

`retirements.json` has the dates that OpenAI had announced on the day that the file names. They are
used only for OpenAI's own hosts. Another host may offer a different model under the same name, so
only the dates in that host's own list of models are used for it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import policies as codes
from provisioner.model.diagnostic import Diagnostic, Position, Severity
from provisioner.model.frozen import frozen
from provisioner.model.provider import Row

NOTICE = timedelta(days=90)
"""The time before the end of a model from which on `models` warns of it."""

# A day that is never reached stands for none.
_NO_DATE = date.max


@frozen
class Retirement:
    """The day on which a model is switched off.

    `replacement` is named by the vendor, '' if none is.
    """

    day: date
    replacement: str = ""


@frozen
class Use:
    """A model that a resource uses. `sets` is true if a change is about to send it."""

    address: Address
    model: str
    position: Position | None = None
    sets: bool = False


@lru_cache(maxsize=1)
def announced() -> Mapping[str, Retirement]:
    """Return the models of OpenAI whose end was announced, by id."""
    return {
        model: Retirement(date.fromisoformat(row["shutdown"]), row.get("replacement", ""))
        for model, row in _table()["models"].items()
    }


def parameters() -> frozenset[str]:
    """Return the parameters that at least one allowed version of the SDK does not accept."""
    return frozenset(row["parameter"] for row in _table()["sdk"])


def as_of() -> date:
    """Return the day on which the table of announcements was last compared with the vendor's page."""
    return date.fromisoformat(_table()["as_of"])


def listed(rows: Iterable[Row]) -> dict[str, Retirement]:
    """Return the models of a host that have an end, from the rows of its own `GET /models`.

    A model whose date cannot be read counts as one without an end.
    """
    days = {str(row.get("id")): _day(row.get("shutdown_date")) for row in rows}
    return {model: Retirement(day) for model, day in days.items() if day is not _NO_DATE}


def models(
    uses: Iterable[Use],
    known: Mapping[str, Retirement],
    today: date,
    *,
    vendor: bool,
) -> Iterator[Diagnostic]:
    """Yield a warning for every model that is switched off, or will be within 90 days.

    It is an error if a change would send a model that is switched off to the vendor's own host: the
    vendor would refuse the model, or accept it and fail in every run.
    """
    for use in uses:
        retirement = known.get(use.model)
        if retirement is None or retirement.day > today + NOTICE:
            continue
        gone = retirement.day <= today
        # Another host may still offer the model. Without a change, nobody sends it.
        severity = Severity.ERROR if gone and use.sets and vendor else Severity.WARNING
        yield Diagnostic(
            codes.MODEL_GONE if gone else codes.MODEL_GOES,
            f"{use.model} {'ended' if gone else 'ends'} on {retirement.day}"
            f"{_source(vendor=vendor)}. {_way_out(retirement, gone=gone)}",
            use.position,
            severity,
            subject=str(use.address),
        )


def ending(runtime: str, server: str, today: date, *, vendor: bool) -> Iterator[Diagnostic]:
    """Yield a warning for a target whose whole API is switched off, or will be within half a year."""
    for row in _table()["apis"]:
        day = date.fromisoformat(row["ended"])
        is_meant = (row["runtime"], row["server"], row["vendor"]) == (runtime, server, vendor)
        if is_meant and day <= today + 2 * NOTICE:
            yield Diagnostic(
                codes.API_GONE if day <= today else codes.API_GOES,
                f"{row['api'][:1].upper()}{row['api'][1:]} {'ended' if day <= today else 'end'} on"
                f" {day}. To keep the assistants, add a target with `runtime: {row['replacement']}` "
                "to the Stack, and move them there with `migrate`.",
                severity=Severity.WARNING,
            )


def _source(*, vendor: bool) -> str:
    return f" (announced by OpenAI, as of {as_of()})" if vendor else ", says this host"


def _way_out(retirement: Retirement, *, gone: bool) -> str:
    if not retirement.replacement:
        return f"Choose another model{'' if gone else ' before that day'}."
    return f"OpenAI names {retirement.replacement} as its replacement."


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return _NO_DATE


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = files("provisioner.policy").joinpath("retirements.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table
