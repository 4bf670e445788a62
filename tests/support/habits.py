"""Habits of servers that deviate from the API in the form of their lists, rows and errors.

They are pure functions for `Lists`, `Rows` and `Errors` of `tests.support.servers`. Each habit was
seen on a compatible server.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json: TypeAlias = "dict[str, Any]"
ListHabit: TypeAlias = "Callable[[list[Json], Mapping[str, str]], Response]"
"""A function from (all rows, oldest first; the query) to the answer."""
RowHabit: TypeAlias = "Callable[[Json], Json]"
"""A function from an object to the form in which the server shows it."""
ErrorHabit: TypeAlias = "Callable[[int, str], Response]"
"""A function from (status, message) to the answer."""


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    return Response(json.dumps(body), status, headers, content_type="application/json")


# Lists


def page(rows: list[Json], query: Mapping[str, str]) -> tuple[list[Json], bool]:
    """Return the rows of a correct page, and true if more follow."""
    rows = rows[::-1] if query.get("order") == "desc" else rows
    ids = [row["id"] for row in rows]
    start = ids.index(query["after"]) + 1 if query.get("after") else 0
    end = start + int(query.get("limit", 20))
    return rows[start:end], end < len(rows)


def honest(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Return the page as the platform does."""
    shown, more = page(rows, query)
    return reply({"object": "list", "data": shown, "has_more": more})


def all_at_once(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Ignore `limit` and `after`, and leave out `has_more`."""
    return reply({"object": "list", "data": rows})


def bare_array(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Return the rows as a plain array."""
    return reply(rows)


def null_list(_rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Return `null` instead of a list, as some servers do when they have no objects."""
    return reply({"object": "list", "data": None})


def without_has_more(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Return pages of 20 rows, whatever `limit` is, without `has_more`."""
    return reply({"data": page(rows, {**query, "limit": "20"})[0]})


def stops_early(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Return `has_more: false` on every page."""
    return reply({"data": page(rows, query)[0], "has_more": False})


def never_says_last(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Return `has_more: true` on every page, even after the last row."""
    return reply({"data": page(rows, query)[0], "has_more": True})


def first_page_only(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Ignore `after` and return `has_more: false`.

    Rows after the first `limit` are never returned.
    """
    return reply({"data": rows[: int(query.get("limit", 20))], "has_more": False})


def first_page_forever(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Ignore `after` and return `has_more: true`."""
    return reply({"data": rows[: int(query.get("limit", 20))], "has_more": True})


def starts_over(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Return the first page again after the last one."""
    shown, _ = page(rows, query)
    return reply({"data": shown or page(rows, {"limit": "100"})[0], "has_more": True})


def skips_within_a_second(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Treat `after` as "created in a later second than that row"."""
    moment = _moment(rows, query.get("after"))
    later = [row for row in rows if moment is None or row["created_at"] > moment]
    limit = int(query.get("limit", 20))
    return reply({"data": later[:limit], "has_more": len(later) > limit})


def repeats_within_a_second(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Treat `after` as "created in the same second as that row, or later"."""
    moment = _moment(rows, query.get("after"))
    later = [row for row in rows if moment is None or row["created_at"] >= moment]
    limit = int(query.get("limit", 20))
    return reply({"data": later[:limit], "has_more": len(later) > limit})


def _moment(rows: list[Json], after: str | None) -> Any:
    return next((row["created_at"] for row in rows if row["id"] == after), None)


def refuses_cursors(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Answer `after` with 400, and return `has_more: false` always."""
    if "after" in query:
        return reply({"detail": "after is not supported"}, 400)
    return first_page_only(rows, query)


def refuses_limits(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Answer a `limit` above 50 with 422."""
    if int(query.get("limit", 20)) > 50:
        return reply({"detail": [{"loc": ["query", "limit"], "msg": "must be at most 50"}]}, 422)
    return honest(rows, query)


# Objects


def null_for_empty(row: Json) -> Json:
    """Return `null` for `{}` and `[]`."""
    return {key: None if value in ({}, []) else value for key, value in row.items()}


def null_for_defaults(row: Json) -> Json:
    """Return `null` for sampling values that were not set."""
    return {**row, **{key: None for key in ("temperature", "top_p") if row.get(key) == 1.0}}


def in_milliseconds(row: Json) -> Json:
    """Return times in milliseconds."""
    return {**row, "created_at": row["created_at"] * 1000} if "created_at" in row else row


def in_floats(row: Json) -> Json:
    """Return times with a fraction."""
    return {**row, "created_at": row["created_at"] + 0.25} if "created_at" in row else row


def in_iso(row: Json) -> Json:
    """Return times as ISO 8601 texts."""
    if "created_at" not in row:
        return row
    return {**row, "created_at": datetime.fromtimestamp(row["created_at"], UTC).isoformat()}


def forgets_metadata(row: Json) -> Json:
    """Accept metadata, but do not store it."""
    return {**row, "metadata": {}} if "metadata" in row else row


def adds_metadata(row: Json) -> Json:
    """Add a metadata key of the server's own."""
    if "metadata" not in row:
        return row
    return {**row, "metadata": {**(row["metadata"] or {}), "server.region": "eu-1"}}


def drops_top_p(row: Json) -> Json:
    """Accept a field, but do not store it."""
    return {**row, "top_p": None} if "top_p" in row else row


def texts_as_lists(row: Json) -> Json:
    """Return the text of a message as a list of its lines."""
    if row.get("object") != "thread.message":
        return row
    content = [
        {**part, "text": {**part["text"], "value": part["text"]["value"].splitlines()}}
        for part in row["content"]
    ]
    return {**row, "content": content}


# Failures


def as_detail(status: int, message: str) -> Response:
    """Return an error as `{"detail": MESSAGE}`."""
    return reply({"detail": message}, status)


def as_nothing(status: int, _message: str) -> Response:
    """Return an error with an empty body."""
    return Response(b"", status)


def as_html(status: int, message: str) -> Response:
    """Return an error as a web page."""
    return Response(f"<html><style>b{{}}</style><h1>{message}</h1></html>", status)


def gone_as_400(status: int, message: str) -> Response:
    """Answer 400 instead of 404."""
    return reply({"message": message}, 400 if status == 404 else status)


def gone_as_422(status: int, message: str) -> Response:
    """Answer 422 instead of 404."""
    return reply({"detail": [{"loc": [], "msg": message}]}, 422 if status == 404 else status)
