"""Reads lists page by page, and takes values out of answers, for all hosts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from provisioner.model.codes import pipelines as codes
from provisioner.model.errors import ProviderError
from provisioner.model.host_api import HostApi

PAGE: Final = 100
"""The largest number of rows in a page that both hosts send."""
MOST_PAGES: Final = 20
"""The largest number of pages that are read of one list."""


def rows(
    api: HostApi,
    path: str,
    query: Mapping[str, Any] | None = None,
    key: str = "",
    *,
    is_whole: bool = False,
) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a list, at most MOST_PAGES pages.

    `key` is the list's key in the body; empty if the body itself is the list.
    Raises ProviderError; with `is_whole`, also for a list that has more pages.
    """
    for page in range(1, MOST_PAGES + 1):
        asked = {**(query or {}), "per_page": PAGE, "page": page}
        body = api.send("GET", path, query=asked).body
        found = mapping(body).get(key) if key else body
        found = found if isinstance(found, list) else []
        yield from (row for row in found if isinstance(row, dict))
        # A page that is not full is the last one.
        if len(found) < PAGE:
            return
    if is_whole:
        detail = (
            f"GET {path} has {MOST_PAGES * PAGE:,} rows or more, and no more are read. A new"
            " proposal with a new commit has lists of its own."
        )
        raise ProviderError(codes.HOST_UNREACHABLE, detail)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def inner(value: Any, *keys: str) -> Any:
    """Return the value below these keys; None if one of them is missing."""
    for key in keys:
        value = mapping(value).get(key)
    return value


def text(value: Any, *keys: str) -> str:
    """Return the text below these keys, '' if there is none."""
    found = inner(value, *keys)
    return found if isinstance(found, str) else ""


def number(value: Any, *keys: str) -> int:
    """Return the whole number below these keys, 0 if there is none."""
    found = inner(value, *keys)
    return found if isinstance(found, int) else 0


def moment(value: Any) -> float:
    """Return a time of ISO 8601 in seconds since 1970. Raises ValueError."""
    return datetime.fromisoformat(str(value)).timestamp()
