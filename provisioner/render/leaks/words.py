"""Write sizes, ages and prices in words for people."""

from typing import Final

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
UNITS: Final = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
CENT: Final = 0.01
NOTHING: Final = "-"


def size(count: int | None) -> str:
    """Return a number of bytes as `2.1 GiB`; `-` if it is not known."""
    if count is None:
        return NOTHING
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


def age(seconds: float | None) -> str:
    """Return a number of seconds as `41 d`, `3 h` or `5 min`; `-` if it is not known."""
    if seconds is None:
        return NOTHING
    if seconds >= DAY:
        return f"{int(seconds / DAY)} d"
    if seconds >= HOUR:
        return f"{int(seconds / HOUR)} h"
    return f"{max(0, int(seconds / MINUTE))} min"


def price(dollars: float | None) -> str:
    """Return a price in US dollars; `-` if no charge is known."""
    if dollars is None:
        return NOTHING
    return f"${dollars:,.2f}" if dollars >= CENT / 2 or not dollars else "<$0.01"
