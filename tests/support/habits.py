"""Habits of servers that do not keep to the API: how they show lists, rows and failures.

Pure functions, for `Lists`, `Rows` and `Errors` of `tests.support.servers`. Each was seen on a
compatible server.
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
"""(all rows, oldest first; the query) -> the answer."""
RowHabit: TypeAlias = "Callable[[Json], Json]"
"""An object -> the same as it is shown."""
ErrorHabit: TypeAlias = "Callable[[int, str], Response]"
"""(status, message) -> the answer."""


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")


# Lists


def page(rows: list[Json], query: Mapping[str, str]) -> tuple[list[Json], bool]:
    """Return the rows of an honest page, and whether there are more."""
    rows = rows[::-1] if query.get("order") == "desc" else rows
    ids = [row["id"] for row in rows]
    start = ids.index(query["after"]) + 1 if query.get("after") else 0
    end = start + int(query.get("limit", 20))
    return rows[start:end], end < len(rows)


def honest(rows: list[Json], query: Mapping[str, str]) -> Response:
    """As the platform does it."""
    shown, more = page(rows, query)
    return reply({"object": "list", "data": shown, "has_more": more})


def all_at_once(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Ignore `limit` and `after`, and leave `has_more` out."""
    return reply({"object": "list", "data": rows})


def bare_array(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Return rows without any envelope."""
    return reply(rows)


def null_list(_rows: list[Json], _query: Mapping[str, str]) -> Response:
    """Return `null` where a list belongs, as servers do that hold nothing."""
    return reply({"object": "list", "data": None})


def without_has_more(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Pages of 20, whatever `limit` says, and no word on whether there are more."""
    return reply({"data": page(rows, {**query, "limit": "20"})[0]})


def stops_early(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`has_more` is always false."""
    return reply({"data": page(rows, query)[0], "has_more": False})


def stops_early_at_20(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Ignore `limit`, return 20 rows, and always say that there are no more."""
    return reply({"data": page(rows, {**query, "limit": "20"})[0], "has_more": False})


def never_says_last(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`has_more` is always true, past the end as well."""
    return reply({"data": page(rows, query)[0], "has_more": True})


def first_page_only(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Ignore `after` and say that there are no more: no row after the first `limit` can be had."""
    return reply({"data": rows[: int(query.get("limit", 20))], "has_more": False})


def first_page_forever(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Ignore `after`, and say that there are more."""
    return reply({"data": rows[: int(query.get("limit", 20))], "has_more": True})


def starts_over(rows: list[Json], query: Mapping[str, str]) -> Response:
    """The page after the last one is the first."""
    shown, _ = page(rows, query)
    return reply({"data": shown or page(rows, {"limit": "100"})[0], "has_more": True})


def skips_within_a_second(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`after` means: created in a later second than that row."""
    moment = _moment(rows, query.get("after"))
    later = [row for row in rows if moment is None or row["created_at"] > moment]
    limit = int(query.get("limit", 20))
    return reply({"data": later[:limit], "has_more": len(later) > limit})


def repeats_within_a_second(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`after` means: created in the same second as that row, or later."""
    moment = _moment(rows, query.get("after"))
    later = [row for row in rows if moment is None or row["created_at"] >= moment]
    limit = int(query.get("limit", 20))
    return reply({"data": later[:limit], "has_more": len(later) > limit})


def _moment(rows: list[Json], after: str | None) -> Any:
    return next((row["created_at"] for row in rows if row["id"] == after), None)


def refuses_cursors(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`after` is a 400, `has_more` always false."""
    if "after" in query:
        return reply({"detail": "after is not supported"}, 400)
    return first_page_only(rows, query)


def refuses_limits(rows: list[Json], query: Mapping[str, str]) -> Response:
    """A `limit` above 50 is a 422."""
    if int(query.get("limit", 20)) > 50:
        return reply({"detail": [{"loc": ["query", "limit"], "msg": "must be at most 50"}]}, 422)
    return honest(rows, query)


# Objects


def null_for_empty(row: Json) -> Json:
    """Return `null` for `{}` and `[]`."""
    return {key: None if value in ({}, []) else value for key, value in row.items()}


def null_for_defaults(row: Json) -> Json:
    """Return `null` for the sampling values that nobody set."""
    return {**row, **{key: None for key in ("temperature", "top_p") if row.get(key) == 1.0}}


def in_milliseconds(row: Json) -> Json:
    return {**row, "created_at": row["created_at"] * 1000} if "created_at" in row else row


def in_floats(row: Json) -> Json:
    return {**row, "created_at": row["created_at"] + 0.25} if "created_at" in row else row


def in_iso(row: Json) -> Json:
    if "created_at" not in row:
        return row
    return {**row, "created_at": datetime.fromtimestamp(row["created_at"], UTC).isoformat()}


def forgets_metadata(row: Json) -> Json:
    """Metadata is accepted and not stored."""
    return {**row, "metadata": {}} if "metadata" in row else row


def adds_metadata(row: Json) -> Json:
    """Add a metadata key of the server's own."""
    if "metadata" not in row:
        return row
    return {**row, "metadata": {**(row["metadata"] or {}), "server.region": "eu-1"}}


def drops_top_p(row: Json) -> Json:
    """A field is accepted and not stored."""
    return {**row, "top_p": None} if "top_p" in row else row


def texts_as_lists(row: Json) -> Json:
    """The text of a message is a list of its lines."""
    if row.get("object") != "thread.message":
        return row
    content = [
        {**part, "text": {**part["text"], "value": part["text"]["value"].splitlines()}}
        for part in row["content"]
    ]
    return {**row, "content": content}


# Failures


def as_detail(status: int, message: str) -> Response:
    return reply({"detail": message}, status)


def as_nothing(status: int, _message: str) -> Response:
    return Response(b"", status)


def as_html(status: int, message: str) -> Response:
    return Response(f"<html><style>b{{}}</style><h1>{message}</h1></html>", status)


def gone_as_400(status: int, message: str) -> Response:
    return reply({"message": message}, 400 if status == 404 else status)


def gone_as_422(status: int, message: str) -> Response:
    return reply({"detail": [{"loc": [], "msg": message}]}, 422 if status == 404 else status)
