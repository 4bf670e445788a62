"""Passes requests to a WSGI application in this process, without a network.

Targets with `server: embedded` use it.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, cast

import httpx2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from typing_extensions import Buffer


class InsideTransport(httpx2.BaseTransport):
    """Passes requests to `app`.

    A body is produced while it is read, so it is never whole in memory.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return len

        body = _Body(request)
        pieces = self._app(_environ(request, body), start_response)
        # Over a socket, the client sends the whole body before it reads the answer. Here the body is
        # produced while it is read, so the rest must be read for the upload's own checks to happen.
        body.drain()
        # WSGI allows a second call of `start_response` after an error, which replaces the first one.
        status, headers = started[-1]
        return httpx2.Response(int(status.split()[0]), headers=headers, stream=_Answer(pieces))


class _Answer(httpx2.SyncByteStream):
    """The body of an answer. Closing it closes the application's iterator."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class _Body(io.RawIOBase):
    """The body of a request as a file that can be read once."""

    def __init__(self, request: httpx2.Request) -> None:
        self._blocks = iter(cast("Iterable[bytes]", request.stream))
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        view = memoryview(buffer)
        taken, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def drain(self) -> None:
        """Read the rest of the body and drop it."""
        for _ in self._blocks:
            pass


def _environ(request: httpx2.Request, body: _Body) -> WSGIEnvironment:
    url = request.url
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query.decode("ascii"),
        "SERVER_NAME": url.host,
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BufferedReader(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if "content-length" not in request.headers:
        # A body without a length ends where the client's iterator ends. Werkzeug would read none of it.
        environ["wsgi.input_terminated"] = True
    for raw, value in request.headers.raw:
        name = raw.decode("ascii").upper().replace("-", "_")
        own = name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
        environ[name if own else f"HTTP_{name}"] = value.decode("latin-1")
    return environ
