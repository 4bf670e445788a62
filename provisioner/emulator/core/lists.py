"""Cursor pagination: it returns one page of a collection as JSON text, in the platform's envelope.

Objects are ordered by (created_at, seq), where `seq` counts insertions. Ordered by created_at
alone, objects that were created within one second would be skipped or repeated at the end of a
page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.errors import ApiError, invalid_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.emulator.core.store import Json, Session

ASSISTANT_LIMITS = (20, 100)
"""The default and the largest value of `limit` for most lists."""
FILE_LIMITS = (10_000, 10_000)
"""The default and the largest value of `limit` for the list of files."""

MEMBERS = " AND id IN (SELECT value FROM json_each(?))"
"""A condition that keeps the objects whose ids are in a JSON array, which is bound to the `?`."""


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
    """Return the page that the query's `limit`, `order`, `after` and `before` ask for, as JSON text.

    `limits` are the default and the largest `limit`. `tag` keeps the objects with that tag, and
    `only` those with these ids. Raises ApiError for a wrong value in the query.
    """
    limit = limit_of(query, limits)
    descending = order_of(query) == "desc"
    after, before = query.get("after"), query.get("before")
    # Reading backwards from `before` gives the page that ends there, not the first page of all.
    backwards = before is not None and after is None
    where, values = "kind = ? AND parent = ?", [kind, parent]
    if tag is not None:
        where, values = where + " AND tag = ?", [*values, tag]
    if only is not None:
        # One bound value for all ids: SQLite limits the number of `?` in a statement.
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
    # One row more than the page has shows whether there are more.
    rows = db.run(statement, [*values, *bounds, limit + 1]).fetchall()
    has_more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    return envelope([row[1] for row in rows], [row[0] for row in rows], has_more=has_more)


def envelope(bodies: list[str], ids: list[str], *, has_more: bool) -> str:
    """Return a list answer as JSON text, given the JSON text and the id of each object."""
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return (
        f'{{"object":"list","data":[{",".join(bodies)}],"first_id":{json.dumps(first)},'
        f'"last_id":{json.dumps(last)},"has_more":{"true" if has_more else "false"}}}'
    )


def page_of(items: list[Json], query: Mapping[str, str]) -> Json:
    """Return a page of items that are not rows of the store, such as the events of a session.

    `items` are given oldest first. Raises ApiError for a wrong value in the query.
    """
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
    """Return the error for a cursor that is the id of no object in the list."""
    return invalid_value(f"Invalid '{name}': no object found with id '{cursor}'.", name)


def limit_of(query: Mapping[str, str], limits: tuple[int, int] = ASSISTANT_LIMITS) -> int:
    """Return the page size that a query asks for, or the default.

    Raises ApiError if that is no integer, less than 1, or more than the largest page.
    """
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
    """Return `asc` or `desc`, which is the default. Raises ApiError for any other order."""
    order = query.get("order") or "desc"
    if order not in {"asc", "desc"}:
        raise invalid_value(
            f"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.", "order"
        )
    return order


def _position(db: Session, kind: str, parent: str, name: str, cursor: str) -> tuple[Any, Any]:
    """Return (created_at, seq) of the object whose id is `cursor`.

    Raises ApiError if the list has no such object. `name` is the query parameter, for the message.
    """
    found = db.run(
        "SELECT created_at, seq FROM objects WHERE kind = ? AND parent = ? AND id = ?",
        (kind, parent, cursor),
    ).fetchone()
    if found is None:
        raise no_such_cursor(name, cursor)
    return found[0], found[1]
