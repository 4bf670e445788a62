"""Cursor pagination: one page of a collection as JSON text, in the platform's envelope.

Order is (created_at, seq), never created_at alone: objects made within one second would otherwise
be skipped and repeated.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import ApiError, invalid_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.emulator.core.store import Json, Session

ASSISTANT_LIMITS = (20, 100)
FILE_LIMITS = (10_000, 10_000)

MEMBERS = " AND id IN (SELECT value FROM json_each(?))"


def page(
    db: Session,
    query: Mapping[str, str],
    kind: str,
    parent: str = "",
    *,
    limits: tuple[int, int] = ASSISTANT_LIMITS,
    tag: str | None = None,
    only: list[str] | None = None,
) -> str:
    """Return the page that `limit`, `order`, `after` and `before` ask for. `tag` and `only` narrow it."""
    limit = limit_of(query, limits)
    descending = order_of(query) == "desc"
    after, before = query.get("after"), query.get("before")
    # Reading backwards from `before` gives the page that ends there, not the first page of all.
    backwards = before is not None and after is None
    where, values = "kind = ? AND parent = ?", [kind, parent]
    if tag is not None:
        where, values = where + " AND tag = ?", [*values, tag]
    if only is not None:
        where, values = where + MEMBERS, [*values, json.dumps(only)]
    bounds: list[int] = []
    for name, cursor, later in (("after", after, not descending), ("before", before, descending)):
        if cursor:
            where += f" AND (created_at, seq) {'>' if later else '<'} (?, ?)"
            bounds += _position(db, kind, parent, name, cursor)
    direction = "DESC" if descending != backwards else "ASC"
    # Only the fixed words above are spliced into the statement; every value is bound.
    statement = (
        f"SELECT id, body FROM objects WHERE {where}"  # noqa: S608
        f" ORDER BY created_at {direction}, seq {direction} LIMIT ?"
    )
    rows = db.run(statement, [*values, *bounds, limit + 1]).fetchall()
    has_more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    return envelope([row[1] for row in rows], [row[0] for row in rows], has_more=has_more)


def envelope(bodies: list[str], ids: list[str], *, has_more: bool) -> str:
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return (
        f'{{"object":"list","data":[{",".join(bodies)}],"first_id":{json.dumps(first)},'
        f'"last_id":{json.dumps(last)},"has_more":{"true" if has_more else "false"}}}'
    )


def page_of(items: list[Json], query: Mapping[str, str]) -> Json:
    """Return a page of items that are no rows of their own. They are given oldest first."""
    limit, descending = limit_of(query), order_of(query) == "desc"
    ordered = items[::-1] if descending else items
    after = query.get("after")
    if after:
        ids = [item["id"] for item in ordered]
        if after not in ids:
            raise no_such_cursor("after", after)
        ordered = ordered[ids.index(after) + 1 :]
    shown = ordered[:limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(ordered) > limit,
    }


def no_such_cursor(name: str, cursor: str) -> ApiError:
    return invalid_value(f"Invalid '{name}': no object found with id '{cursor}'.", name)


def limit_of(query: Mapping[str, str], limits: tuple[int, int] = ASSISTANT_LIMITS) -> int:
    default, largest = limits
    given = query.get("limit")
    if given is None:
        return default
    try:
        limit = int(given)
    except ValueError:
        raise ApiError(
            f"Invalid type for 'limit': expected an integer, but got '{given}' instead.",
            param="limit",
            code="invalid_type",
        ) from None
    if limit < 1:
        raise ApiError(
            "Invalid 'limit': integer below minimum value. "
            f"Expected a value >= 1, but got {limit} instead.",
            param="limit",
            code="integer_below_min_value",
        )
    if limit > largest:
        raise ApiError(
            "Invalid 'limit': integer above maximum value. "
            f"Expected a value <= {largest}, but got {limit} instead.",
            param="limit",
            code="integer_above_max_value",
        )
    return limit


def order_of(query: Mapping[str, str]) -> str:
    order = query.get("order") or "desc"
    if order not in {"asc", "desc"}:
        raise invalid_value(
            f"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.", "order"
        )
    return order


def _position(db: Session, kind: str, parent: str, name: str, cursor: str) -> tuple[Any, Any]:
    found = db.run(
        "SELECT created_at, seq FROM objects WHERE kind = ? AND parent = ? AND id = ?",
        (kind, parent, cursor),
    ).fetchone()
    if found is None:
        raise no_such_cursor(name, cursor)
    return found[0], found[1]
