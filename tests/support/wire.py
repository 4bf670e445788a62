"""Records requests as they arrive at a server, and sends requests with the real SDK for comparison."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx2
import openai
from werkzeug.wrappers import Request

from provisioner.providers import wire
from provisioner.providers.connection import Hooks, HttpConnection
from tests.support.habits import reply

if TYPE_CHECKING:
    from provisioner.providers import connection
    from provisioner.providers.settings import Settings


def is_compared(header: str) -> bool:
    """Return false for headers in which our requests may differ from the SDK's.

    In some headers the SDK names itself. In `Accept-Encoding` we name fewer encodings.
    """
    return not header.startswith("X-Stainless-") and header not in {"User-Agent", "Accept-Encoding"}


class Recorder:
    """A server that answers every request with success, and records it."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        headers = {k: v for k, v in request.headers.items() if is_compared(k)}
        body: Any = request.get_data()
        if "boundary=" in headers.get("Content-Type", ""):
            # Each client chooses a random boundary, so it is replaced before requests are compared.
            boundary = headers["Content-Type"].partition("boundary=")[2]
            headers["Content-Type"] = "multipart/form-data"
            body = body.replace(boundary.encode(), b"-")
        elif body:
            body = json.loads(body)
        query = sorted(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        raw = environ["PATH_INFO"], environ.get("RAW_URI", ""), query
        self.seen.append({"what": (request.method, raw), "headers": headers, "body": body})
        listed = request.method == "GET" and request.path.rpartition("/")[2] in LISTED
        answer = {"data": [], "has_more": False} if listed else {"id": "id_1", "deleted": True}
        return reply(answer)(environ, start_response)


LISTED = {name.rpartition("/")[2] for name in wire.COLLECTIONS}


class SdkConnection:
    """A connection that sends the same requests with the `openai` client.

    Requests with JSON are sent to their path, and uploads by the client's own methods.
    """

    def __init__(self, settings: Settings, transport: httpx2.BaseTransport) -> None:
        self._client = openai.OpenAI(
            api_key=settings.api_key,
            base_url=settings.base_url,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(transport=transport),
        )

    def send(self, request: connection.Request) -> httpx2.Response:
        if request.form:
            return self._uploaded(request.path, request.form)
        options: Any = {"headers": request.headers, "params": request.query}
        if request.method == "GET":
            return self._client.get(request.path, cast_to=httpx2.Response, options=options)
        path, body = request.path, request.json
        if request.method == "DELETE":
            return self._client.delete(path, cast_to=httpx2.Response, options=options)
        return self._client.post(path, cast_to=httpx2.Response, body=body, options=options)

    def close(self) -> None:
        self._client.close()

    def _uploaded(self, path: str, form: connection.Form) -> httpx2.Response:
        files = [(name, content) for _, name, content in form.files]
        client = self._client
        fields: Any = form.fields
        if path == "/files":
            return client.files.with_raw_response.create(file=files[0], **fields).http_response
        if path == "/skills":
            return client.skills.with_raw_response.create(files=files).http_response
        skill = path.split("/")[2]
        versions = client.skills.versions.with_raw_response
        return versions.create(skill, files=files).http_response


class Doubled(HttpConnection):
    """A connection that also sends each request to two recorders: once with ours, once with the SDK's client.

    `differences` are the pairs of recorded requests that are not equal.
    """

    made: list[Doubled]
    """All connections of a test, which sets this list."""

    def __init__(
        self, settings: Settings, transport: httpx2.BaseTransport, timeout: float, hooks: Hooks
    ) -> None:
        super().__init__(settings, transport, timeout, hooks)
        self.settings, self.differences, self.compared = settings, [], 0
        self.made.append(self)

    differences: list[Any]
    compared: int

    def send(self, request: connection.Request) -> httpx2.Response:
        ours, theirs = Recorder(), Recorder()
        mine = HttpConnection(self.settings, httpx2.WSGITransport(ours), 5, Hooks())
        of_the_sdk = SdkConnection(self.settings, httpx2.WSGITransport(theirs))
        for one in (mine, of_the_sdk):
            one.send(request)
            one.close()
        self.compared += 1
        if ours.seen != theirs.seen or len(ours.seen) != 1:
            self.differences.append((ours.seen, theirs.seen))
        return super().send(request)
