"""Servers that misbehave. Each wraps a correct server, and most have a habit of `habits`.

A wrapper can wrap anything that speaks the Assistants API, usually
`provisioner.emulator.create_app()`, or another wrapper. `serving` puts the result on a socket:

    app = Rows(Lists(create_app(), all_at_once), null_for_empty)
    with serving(app) as base_url: ...
"""

from __future__ import annotations

import io
import json
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.support.habits import honest, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.support.habits import ErrorHabit, Json, ListHabit, RowHabit

LISTED = frozenset({"assistants", "vector_stores", "files", "messages", "runs", "steps"})
"""The last part of the path of each list."""
ID = re.compile(r"(asst|vs|vsfb|thread|run|msg|step)_\w+|file-\w+")
"""Matches an id of the inner server."""


class Wrapper:
    """A server around another server. Without a subclass it changes nothing."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Return the answer to a request. Subclasses change it."""
        return self.forward(request)

    def forward(self, request: Request, **changes: Any) -> Response:
        """Return the inner server's answer to a request, whose path, query or body may be changed."""
        data: bytes = changes.get("data", request.get_data())
        environ = {**request.environ, "CONTENT_LENGTH": str(len(data))}
        environ["wsgi.input"] = io.BytesIO(data)
        environ["PATH_INFO"] = changes.get("path", request.path)
        if "query" in changes:
            environ["QUERY_STRING"] = urlencode(changes["query"])
        return Response.from_app(self.app, environ, buffered=True)


class Fixed(Wrapper):
    """A server whose list at every path consists of `rows`."""

    def __init__(self, rows: list[Json]) -> None:
        super().__init__(self)
        self.rows = rows

    def answer(self, request: Request) -> Response:
        return honest(self.rows, request.args)


class Lists(Wrapper):
    """A server whose lists have the form of a habit, with all rows of the inner server."""

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


class Rows(Wrapper):
    """A server that shows every object in the form of a habit."""

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


class Errors(Wrapper):
    """A server that reports every error in the form of a habit."""

    def __init__(self, app: WSGIApplication, habit: ErrorHabit) -> None:
        super().__init__(app)
        self.habit = habit

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        if answer.status_code < 400:
            return answer
        return self.habit(answer.status_code, answer.get_json()["error"]["message"])


# Wrappers that need more than a habit.


class Ids(Wrapper):
    """A server whose ids have another form: `spell` builds an id from a number.

    Ids are translated in requests and in answers, at every depth.
    """

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
    """A server that does not have one part of the API, such as `vector_stores`."""

    def __init__(self, app: WSGIApplication, part: str) -> None:
        super().__init__(app)
        self.part = part

    def answer(self, request: Request) -> Response:
        if f"/{self.part}" in request.path:
            return reply({"detail": "Not Found"}, 404)
        return self.forward(request)


class WholeBodies(Wrapper):
    """A server that answers an update of an assistant without `model` with 422."""

    def answer(self, request: Request) -> Response:
        updates = request.method == "POST" and re.search(r"/assistants/[^/]+$", request.path)
        if updates and "model" not in request.get_json():
            return reply({"detail": [{"loc": ["body", "model"], "msg": "Required"}]}, 422)
        return self.forward(request)


class Forgetful(Wrapper):
    """A server that accepts the attributes of documents but does not store them."""

    def answer(self, request: Request) -> Response:
        data = request.get_data()
        if request.method == "POST" and "/vector_stores/" in request.path and data:
            data = json.dumps(stripped(request.get_json())).encode()
        return self.forward(request, data=data)


def stripped(value: Any) -> Any:
    """Return a value without the key `attributes` at every depth."""
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items() if key != "attributes"}
    return [stripped(item) for item in value] if isinstance(value, list) else value


class IgnoredBatch(Wrapper):
    """A server that answers a file batch with 200, and attaches only the first `performed` files."""

    def __init__(self, app: WSGIApplication, performed: int = 0) -> None:
        super().__init__(app)
        self.performed = performed

    def answer(self, request: Request) -> Response:
        if request.method != "POST" or not request.path.endswith("/file_batches"):
            return self.forward(request)
        files = request.get_json()["files"][: self.performed]
        if files:
            return self.forward(request, data=json.dumps({"files": files}).encode())
        counts = dict.fromkeys(("in_progress", "completed", "failed", "cancelled", "total"), 0)
        return reply({"id": "vsfb_1", "object": "vector_store.file_batch", "file_counts": counts})


class Refuses(Wrapper):
    """A server that refuses the list of a collection with a status that does not say why."""

    def __init__(self, app: WSGIApplication, collection: str, status: int = 400) -> None:
        super().__init__(app)
        self.collection, self.status = collection, status

    def answer(self, request: Request) -> Response:
        if request.method == "GET" and request.path.endswith(f"/{self.collection}"):
            return reply({"detail": "Bad Request"}, self.status)
        return self.forward(request)


class Adds(Wrapper):
    """A server with further rows, of another owner and in odd forms, in the list of a collection."""

    def __init__(self, app: WSGIApplication, collection: str, rows: list[Json]) -> None:
        super().__init__(app)
        self.collection, self.rows = collection, rows

    def answer(self, request: Request) -> Response:
        answer = self.forward(request)
        if request.method != "GET" or not request.path.endswith(f"/{self.collection}"):
            return answer
        body = answer.get_json()
        return reply({**body, "data": [*body["data"], *self.rows]})


# On a socket.


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        return


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Serve `app` on a free port of this machine, and yield its base URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    # `server_close` would wait for other threads, and a fault may let an answer hang on purpose.
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the mixin that `threaded` adds
    # `shutdown` waits for the end of one poll, which takes half a second unless it is given.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
