"""Servers that misbehave: habits seen on compatible servers, around a server that behaves.

Wrap anything that speaks the Assistants wire, usually `provisioner.emulator.create_app()`; wrappers
stack. `serving` puts the result on a socket:

    app = Rows(Lists(create_app(), all_at_once), null_for_empty)
    with serving(app) as base_url: ...
"""

from __future__ import annotations

import io
import json
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Json: TypeAlias = "dict[str, Any]"

LISTED = frozenset({"assistants", "vector_stores", "files", "messages", "runs", "steps"})
ID = re.compile(r"(asst|vs|vsfb|thread|run|msg|step)_\w+|file-\w+")


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")


class Wrapper:
    """A server around a server; as it stands, one that changes nothing."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        return self.forward(request)

    def forward(self, request: Request, **changes: Any) -> Response:
        """The inner server's answer; `path`, `query` and `data` stand in for the request's own."""
        data: bytes = changes.get("data", request.get_data())
        environ = {**request.environ, "CONTENT_LENGTH": str(len(data))}
        environ["wsgi.input"] = io.BytesIO(data)
        environ["PATH_INFO"] = changes.get("path", request.path)
        if "query" in changes:
            environ["QUERY_STRING"] = urlencode(changes["query"])
        return Response.from_app(self.app, environ, buffered=True)


class Fixed(Wrapper):
    """An API that has nothing but `rows`, listed under every path by the platform's rules."""

    def __init__(self, rows: list[Json]) -> None:
        super().__init__(self)
        self.rows = rows

    def answer(self, request: Request) -> Response:
        return honest(self.rows, request.args)


# How lists are shown: (all rows, oldest first; query) -> the answer.

ListHabit: TypeAlias = "Callable[[list[Json], Mapping[str, str]], Response]"


class Lists(Wrapper):
    """Every list is shown as `habit` says, whatever the inner server has to say on pages."""

    def __init__(self, app: WSGIApplication, habit: ListHabit) -> None:
        super().__init__(app)
        self.habit = habit

    def answer(self, request: Request) -> Response:
        if request.method != "GET" or request.path.rpartition("/")[2] not in LISTED:
            return self.forward(request)
        rows: list[Json] = []
        more = True
        while more:
            after = {"after": rows[-1]["id"]} if rows else {}
            answer = self.forward(request, query={"limit": 100, "order": "asc", **after})
            if answer.status_code != 200:
                return answer
            body = answer.get_json()
            rows += body["data"]
            more = body["has_more"]
        return self.habit(rows, request.args)


def page(rows: list[Json], query: Mapping[str, str]) -> tuple[list[Json], bool]:
    """An honest page: its rows, and whether there are more."""
    ids = [row["id"] for row in rows]
    start = ids.index(query["after"]) + 1 if query.get("after") else 0
    end = start + int(query.get("limit", 20))
    return rows[start:end], end < len(rows)


def honest(rows: list[Json], query: Mapping[str, str]) -> Response:
    """As the platform does it."""
    shown, more = page(rows, query)
    return reply({"object": "list", "data": shown, "has_more": more})


def all_at_once(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """`limit` and `after` ignored, `has_more` missing."""
    return reply({"object": "list", "data": rows})


def bare_array(rows: list[Json], _query: Mapping[str, str]) -> Response:
    """No envelope at all."""
    return reply(rows)


def null_list(_rows: list[Json], _query: Mapping[str, str]) -> Response:
    """`null` where a list belongs. For servers that hold nothing."""
    return reply({"object": "list", "data": None})


def without_has_more(rows: list[Json], query: Mapping[str, str]) -> Response:
    """Pages of 20, whatever `limit` says, and no word on whether there are more."""
    return reply({"data": page(rows, {**query, "limit": "20"})[0]})


def stops_early(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`has_more` is always false."""
    return reply({"data": page(rows, query)[0], "has_more": False})


def stops_early_at_20(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`limit` ignored for 20, and `has_more` always false."""
    return reply({"data": page(rows, {**query, "limit": "20"})[0], "has_more": False})


def never_says_last(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`has_more` is always true, past the end as well."""
    return reply({"data": page(rows, query)[0], "has_more": True})


def first_page_only(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`after` ignored, `has_more` false: no row after the first `limit` can be had."""
    return reply({"data": rows[: int(query.get("limit", 20))], "has_more": False})


def first_page_forever(rows: list[Json], query: Mapping[str, str]) -> Response:
    """`after` ignored, `has_more` true."""
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


# How an object is shown: row -> row.

RowHabit: TypeAlias = "Callable[[Json], Json]"


class Rows(Wrapper):
    """Every object in an answer is shown as `habit` says."""

    def __init__(self, app: WSGIApplication, habit: RowHabit) -> None:
        super().__init__(app)
        self.habit = habit

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        if answer.status_code != 200 or not answer.is_json:
            return answer
        body = answer.get_json()
        if isinstance(body.get("data"), list):
            return reply({**body, "data": [self.habit(row) for row in body["data"]]})
        return reply(self.habit(body) if "id" in body else body)


def null_for_empty(row: Json) -> Json:
    """`null` for `{}` and `[]`."""
    return {key: None if value in ({}, []) else value for key, value in row.items()}


def null_for_defaults(row: Json) -> Json:
    """`null` for the sampling values that nobody set."""
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
    """A key of the server's own stands beside ours."""
    if "metadata" not in row:
        return row
    return {**row, "metadata": {**(row["metadata"] or {}), "server.region": "eu-1"}}


# How failures are told: (status, message) -> the answer.

ErrorHabit: TypeAlias = "Callable[[int, str], Response]"


class Errors(Wrapper):
    """Every failure is told as `habit` says."""

    def __init__(self, app: WSGIApplication, habit: ErrorHabit) -> None:
        super().__init__(app)
        self.habit = habit

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        if answer.status_code < 400:
            return answer
        return self.habit(answer.status_code, answer.get_json()["error"]["message"])


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


# What takes more than a habit.


class Ids(Wrapper):
    """Ids of another shape: `spell` makes one from a running number. Both ways, at every depth."""

    def __init__(self, app: WSGIApplication, spell: Callable[[int], Any]) -> None:
        super().__init__(app)
        self.spell = spell
        self.ours: dict[str, Any] = {}
        self.theirs: dict[str, str] = {}
        self.lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        path = "/".join(self.theirs.get(part, part) for part in request.path.split("/"))
        query = {key: self.theirs.get(value, value) for key, value in request.args.items()}
        data = request.get_data()
        if request.is_json and data:
            data = json.dumps(self._swap(json.loads(data), self._inwards)).encode()
        answer = self.forward(request, path=path, query=query, data=data)
        if not answer.is_json:
            return answer
        return reply(self._swap(answer.get_json(), self._outwards), answer.status_code)

    def _swap(self, value: Any, leaf: Callable[[Any], Any]) -> Any:
        if isinstance(value, dict):
            return {key: self._swap(item, leaf) for key, item in value.items()}
        if isinstance(value, list):
            return [self._swap(item, leaf) for item in value]
        return leaf(value)

    def _inwards(self, value: Any) -> Any:
        return self.theirs.get(str(value), value)

    def _outwards(self, value: Any) -> Any:
        if not isinstance(value, str) or not ID.fullmatch(value):
            return value
        with self.lock:
            if value not in self.ours:
                self.ours[value] = self.spell(len(self.ours) + 7_000_000_001)
                self.theirs[str(self.ours[value])] = value
        return self.ours[value]


class Without(Wrapper):
    """A part of the API (`vector_stores`) does not exist there."""

    def __init__(self, app: WSGIApplication, part: str) -> None:
        super().__init__(app)
        self.part = part

    def answer(self, request: Request) -> Response:
        if f"/{self.part}" in request.path:
            return reply({"detail": "Not Found"}, 404)
        return self.forward(request)


class WholeBodies(Wrapper):
    """An update of an assistant without its `model` is a 422."""

    def answer(self, request: Request) -> Response:
        updates = request.method == "POST" and re.search(r"/assistants/[^/]+$", request.path)
        if updates and "model" not in request.get_json():
            return reply({"detail": [{"loc": ["body", "model"], "msg": "Required"}]}, 422)
        return self.forward(request)


# On a socket.


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        return


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """`app` on a free port of this machine. Gives its base_url."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the mixin that `threaded` adds
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
